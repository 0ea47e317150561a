// A JPEG to YUV (or gray) planes at the smallest scale of 1/1, 1/2, 1/4 and 1/8 that covers what is asked for with half as much to spare. No
// RGB is made: fit_to_tensor takes the planes. Bounded in pixels and in work before anything is decoded; a picture with a warning is a bad picture.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "../kernels/fit_to_tensor/fit_to_tensor.h"

namespace isotherm {

enum class JpegVerdict : uint8_t {
  ok,
  /** Broken, cut off, or with a warning; `what` says which. */
  bad_picture,
  too_many_pixels,
  /** Its scans together are more work than its size can need. */
  too_many_scans,
  /** A good picture perhaps, but not one for this path: CMYK, RGB inside, unusual sampling, or arithmetic coding. */
  not_taken,
};

struct JpegRequest {
  const uint8_t* bytes;
  size_t length;
  /** What the picture, as stored, will be fitted to; it is decoded half as large again at least, or as large as it is. */
  int32_t least_width;
  int32_t least_height;
  /** Decode at full size whatever is asked for. */
  bool full;
  int64_t max_pixels;
};

struct JpegLayout {
  /** As stored, before scaling. */
  int32_t width;
  int32_t height;
  SourceShape shape;
  size_t offset[kMaxPlanes];
  size_t stride[kMaxPlanes];
  size_t bytes;
};

/** Decoders are used by one thread at a time; they keep what they allocated. */
class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  /** Reads the header, counts the scans and lays out the planes. */
  JpegVerdict prepare(const JpegRequest& request, JpegLayout* layout, std::string* what);

  /** @param planes `layout.bytes` long, laid out by `prepare` of the same bytes */
  JpegVerdict decode(const JpegRequest& request, const JpegLayout& layout, uint8_t* planes, std::string* what);

 private:
  JpegVerdict give_up(JpegVerdict verdict, std::string* what);

  void* handle_;
};

/** What decodes: for `info` and `doctor`. */
const char* jpeg_library();

}  // namespace isotherm
