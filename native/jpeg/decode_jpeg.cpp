// TurboJPEG 2 and later (its old functions, which version 3 keeps).

#include "decode_jpeg.h"

#include <turbojpeg.h>

#include <algorithm>

#include "scan_work.h"

namespace isotherm {

namespace {

/** Encoders make about ten scans, the thriftiest some sixty (jpegrescan, mozjpeg): what has more is made to cost time. */
constexpr int kMostScans = 100;

/**
 * Pixels times scans. An empty scan costs 0.7 ns a pixel on an x86 server core and about five times that on a Cortex-A53: 4 s at most
 * there, which is the time that the engine gives a decode. Twenty scans of the largest picture allowed by default.
 */
constexpr int64_t kMostScanPixels = 1'000'000'000;

/** A multiple that suits every vector unit, and turbojpeg's own rows. */
constexpr int32_t kStrideUnit = 32;

int32_t scaled(int32_t size, int eighths) { return static_cast<int32_t>((static_cast<int64_t>(size) * eighths + 7) / 8); }

/**
 * How much larger than the target the decoded picture must be, as a fraction. libjpeg's reduced transforms cut frequencies off sharply
 * where an area filter fades them out; with less than this left to the filter, answers moved (waste-sorter at 1.2: 29 of 202 sure
 * ones; imagenet-mobilenet at 1.33: 2 of 9; at 1.5 as with a full decode). docs/decisions/0012-scaled-jpeg-decode.md.
 */
constexpr int64_t kMargin[2] = {3, 2};

bool covers(int32_t size, int eighths, int32_t least) {
  return kMargin[1] * scaled(size, eighths) >= kMargin[0] * least;
}

/** The scales whose inverse transform libjpeg-turbo has in vector code; 5/8 and others run in plain C and are slower than 8/8. */
int smallest_cover(const JpegRequest& request, int32_t width, int32_t height) {
  // TurboJPEG is told a size and looks for the scale itself, with 5/8 and the like; only on the smallest pictures do two share a size.
  if (request.full || (width < 16 && height < 16)) return 8;
  for (int eighths : {1, 2, 4}) {
    if (covers(width, eighths, request.least_width) && covers(height, eighths, request.least_height)) return eighths;
  }
  return 8;
}

}  // namespace

JpegDecoder::JpegDecoder() : handle_(tjInitDecompress()) {}

JpegDecoder::~JpegDecoder() {
  if (handle_ != nullptr) tjDestroy(handle_);
}

JpegVerdict JpegDecoder::give_up(JpegVerdict verdict, std::string* what) {
  *what = tjGetErrorStr2(handle_);
  // TurboJPEG 2.1 leaves its decompressor in the middle of what failed, and the next picture then fails too.
  tjDestroy(handle_);
  handle_ = tjInitDecompress();
  return verdict;
}

JpegVerdict JpegDecoder::prepare(const JpegRequest& request, JpegLayout* layout, std::string* what) {
  if (handle_ == nullptr) {
    *what = "the decoder could not be made";
    return JpegVerdict::not_taken;
  }
  int width = 0;
  int height = 0;
  int sampling = -1;
  int colours = -1;
  if (tjDecompressHeader3(handle_, request.bytes, static_cast<unsigned long>(request.length), &width, &height, &sampling,
                          &colours) != 0) {
    // Whether such a header is broken or only unusual is for sharp's way to say.
    return give_up(JpegVerdict::not_taken, what);
  }
  if (static_cast<int64_t>(width) * height > request.max_pixels) return JpegVerdict::too_many_pixels;
  const bool is_gray = colours == TJCS_GRAY;
  if (sampling < 0 || sampling >= TJ_NUMSAMP || (!is_gray && colours != TJCS_YCbCr)) {
    *what = "its colours are stored in an unusual way";
    return JpegVerdict::not_taken;
  }
  const int64_t pixels = std::max<int64_t>(1, static_cast<int64_t>(width) * height);
  const int allowed = static_cast<int>(std::min<int64_t>(kMostScans, std::max<int64_t>(1, kMostScanPixels / pixels)));
  if (count_scans(request.bytes, request.length, allowed + 1) > allowed) return JpegVerdict::too_many_scans;

  const int eighths = smallest_cover(request, width, height);
  const uint8_t chroma_x = static_cast<uint8_t>(is_gray ? 1 : tjMCUWidth[sampling] / 8);
  const uint8_t chroma_y = static_cast<uint8_t>(is_gray ? 1 : tjMCUHeight[sampling] / 8);
  layout->width = width;
  layout->height = height;
  layout->shape = {is_gray ? Format::gray : Format::yuv_planar, width * eighths, height * eighths, chroma_x, chroma_y,
                   false,  1};
  PlaneShape shapes[kMaxPlanes];
  const int count = plane_shapes(layout->shape, shapes);
  layout->bytes = 0;
  for (int p = 0; p < count; ++p) {
    layout->offset[p] = layout->bytes;
    layout->stride[p] = static_cast<size_t>((shapes[p].columns + kStrideUnit - 1) / kStrideUnit * kStrideUnit);
    layout->bytes += layout->stride[p] * static_cast<size_t>(shapes[p].rows);
  }
  return JpegVerdict::ok;
}

JpegVerdict JpegDecoder::decode(const JpegRequest& request, const JpegLayout& layout, uint8_t* planes,
                                std::string* what) {
  uint8_t* to[kMaxPlanes] = {nullptr, nullptr, nullptr};
  int strides[kMaxPlanes] = {0, 0, 0};
  const int count = layout.shape.format == Format::gray ? 1 : 3;
  for (int p = 0; p < count; ++p) {
    to[p] = planes + layout.offset[p];
    strides[p] = static_cast<int>(layout.stride[p]);
  }
  const int width = (layout.shape.width_eighths + 7) / 8;
  const int height = (layout.shape.height_eighths + 7) / 8;
  if (tjDecompressToYUVPlanes(handle_, request.bytes, static_cast<unsigned long>(request.length), to, width, strides,
                              height, TJFLAG_STOPONWARNING) != 0) {
    return give_up(JpegVerdict::bad_picture, what);
  }
  return JpegVerdict::ok;
}

const char* jpeg_library() { return "libjpeg-turbo"; }

}  // namespace isotherm
