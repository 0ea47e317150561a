// A decoded JPEG as JavaScript holds it: planes that only fit_to_tensor reads, and their shape.

#pragma once

#include <napi.h>

#include "state.h"

namespace isotherm {

/** What a decode makes, on whatever thread. */
struct DecodedJpeg {
  JpegVerdict verdict = JpegVerdict::bad_picture;
  std::string what;
  JpegLayout layout{};
  Buffer planes;
};

class JpegPicture : public Napi::ObjectWrap<JpegPicture> {
 public:
  static void define(Napi::Env env, State* state);
  /** The picture, or `{ code, what }` where there is none. */
  static Napi::Value wrap(Napi::Env env, DecodedJpeg decoded);
  /** Null where the value is no picture of ours. */
  static JpegPicture* from(const Napi::Value& value);

  explicit JpegPicture(const Napi::CallbackInfo& info);
  ~JpegPicture() override;

  bool is_released() const { return !decoded_.planes.bytes; }
  const JpegLayout& layout() const { return decoded_.layout; }
  Planes planes() const;

 private:
  Napi::Value width(const Napi::CallbackInfo& info);
  Napi::Value height(const Napi::CallbackInfo& info);
  Napi::Value source(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);
  void give_back(Napi::Env env);

  std::shared_ptr<Pool> pool_;
  DecodedJpeg decoded_;
  int64_t reported_ = 0;
};

/** decodeJpeg(bytes, leastWidth, leastHeight, full, maxPixels): JpegPicture or { code, what }. */
Napi::Value decode_jpeg_now(const Napi::CallbackInfo& info);
/** The same in a worker thread: a promise. */
Napi::Value decode_jpeg_aside(const Napi::CallbackInfo& info);

}  // namespace isotherm
