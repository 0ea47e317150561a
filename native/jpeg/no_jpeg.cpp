// Stands in for decode_jpeg.cpp where libturbojpeg was not there at build time: every JPEG is left to sharp.

#include "decode_jpeg.h"

namespace isotherm {

JpegDecoder::JpegDecoder() : handle_(nullptr) {}
JpegDecoder::~JpegDecoder() = default;

JpegVerdict JpegDecoder::prepare(const JpegRequest&, JpegLayout*, std::string* what) {
  *what = "built without libturbojpeg";
  return JpegVerdict::not_taken;
}

JpegVerdict JpegDecoder::decode(const JpegRequest&, const JpegLayout&, uint8_t*, std::string* what) {
  *what = "built without libturbojpeg";
  return JpegVerdict::not_taken;
}

const char* jpeg_library() { return nullptr; }

}  // namespace isotherm
