#include "jpeg_picture.h"

#include <cstring>

#include "arguments.h"

namespace isotherm {

namespace {

/** Chosen at random; tells our objects from others that borrow their prototype. */
constexpr napi_type_tag kPictureTag = {0x6b1f6f0a35c84a55, 0x9e1d6f38b04a7c21};

const char* verdict_code(JpegVerdict verdict) {
  switch (verdict) {
    case JpegVerdict::ok:
      return "ok";
    case JpegVerdict::bad_picture:
      return "bad-picture";
    case JpegVerdict::too_many_pixels:
      return "too-many-pixels";
    case JpegVerdict::too_many_scans:
      return "too-many-scans";
    case JpegVerdict::not_taken:
      return "not-taken";
  }
  return "bad-picture";
}

DecodedJpeg decode(Pool& pool, const JpegRequest& request) {
  DecodedJpeg decoded;
  std::unique_ptr<JpegDecoder> decoder = pool.take_decoder();
  decoded.verdict = decoder->prepare(request, &decoded.layout, &decoded.what);
  if (decoded.verdict == JpegVerdict::ok) {
    decoded.planes = pool.take_buffer();
    if (decoded.planes.reserve(decoded.layout.bytes)) {
      decoded.verdict = decoder->decode(request, decoded.layout, decoded.planes.bytes.get(), &decoded.what);
    } else {
      decoded.verdict = JpegVerdict::too_many_pixels;
      decoded.what = "not enough memory for its pixels";
    }
    if (decoded.verdict != JpegVerdict::ok) pool.give_buffer(std::move(decoded.planes));
  }
  pool.give_decoder(std::move(decoder));
  return decoded;
}

/** The checked arguments of both functions; false where one was thrown about. */
bool read_request(const Napi::CallbackInfo& info, JpegRequest* request) {
  Arguments arguments(info.Env());
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    arguments.fail_type("bytes", "a Uint8Array");
    return false;
  }
  const auto bytes = info[0].As<Napi::Uint8Array>();
  request->bytes = bytes.Data();
  request->length = bytes.ByteLength();
  request->least_width = static_cast<int32_t>(arguments.integer(info[1], "leastWidth", 1, kMaxWindowSide));
  request->least_height = static_cast<int32_t>(arguments.integer(info[2], "leastHeight", 1, kMaxWindowSide));
  request->full = arguments.boolean(info[3], "full");
  request->max_pixels = arguments.integer(info[4], "maxPixels", 1, int64_t{1} << 40);
  return !arguments.failed();
}

class DecodeWorker : public Napi::AsyncWorker {
 public:
  DecodeWorker(Napi::Env env, std::shared_ptr<Pool> pool, const JpegRequest& request, std::unique_ptr<uint8_t[]> copy)
      : Napi::AsyncWorker(env, "isotherm.decodeJpeg"),
        deferred_(Napi::Promise::Deferred::New(env)),
        pool_(std::move(pool)),
        copy_(std::move(copy)),
        request_(request) {
    request_.bytes = copy_.get();
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override { decoded_ = decode(*pool_, request_); }
  void OnOK() override { deferred_.Resolve(JpegPicture::wrap(Env(), std::move(decoded_))); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  std::shared_ptr<Pool> pool_;
  std::unique_ptr<uint8_t[]> copy_;
  JpegRequest request_;
  DecodedJpeg decoded_;
};

}  // namespace

void JpegPicture::define(Napi::Env env, State* state) {
  const Napi::Function made = DefineClass(env, "JpegPicture",
                                          {
                                              InstanceAccessor<&JpegPicture::width>("width"),
                                              InstanceAccessor<&JpegPicture::height>("height"),
                                              InstanceAccessor<&JpegPicture::source>("source"),
                                              InstanceMethod<&JpegPicture::release>("release"),
                                          });
  state->jpeg_picture = Napi::Persistent(made);
}

JpegPicture::JpegPicture(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<JpegPicture>(info), pool_(info.Env().GetInstanceData<State>()->pool) {
  // Made by wrap() alone; one that JavaScript makes by itself is a released picture.
  if (info.Length() == 1 && info[0].IsExternal()) {
    decoded_ = std::move(*info[0].As<Napi::External<DecodedJpeg>>().Data());
    reported_ = static_cast<int64_t>(decoded_.planes.capacity);
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), reported_);
  }
  info.This().As<Napi::Object>().TypeTag(&kPictureTag);
}

JpegPicture::~JpegPicture() { give_back(Env()); }

void JpegPicture::give_back(Napi::Env env) {
  if (is_released()) return;
  pool_->give_buffer(std::move(decoded_.planes));
  decoded_.planes = {};
  Napi::MemoryManagement::AdjustExternalMemory(env, -reported_);
}

Napi::Value JpegPicture::wrap(Napi::Env env, DecodedJpeg decoded) {
  if (decoded.verdict == JpegVerdict::ok) {
    return env.GetInstanceData<State>()->jpeg_picture.New({Napi::External<DecodedJpeg>::New(env, &decoded)});
  }
  Napi::Object refusal = Napi::Object::New(env);
  refusal.Set("code", verdict_code(decoded.verdict));
  refusal.Set("what", decoded.what);
  return refusal;
}

JpegPicture* JpegPicture::from(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kPictureTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>());
}

Planes JpegPicture::planes() const {
  Planes planes{};
  for (int p = 0; p < kMaxPlanes; ++p) {
    planes.data[p] = decoded_.planes.bytes.get() + decoded_.layout.offset[p];
    planes.stride[p] = decoded_.layout.stride[p];
  }
  return planes;
}

Napi::Value JpegPicture::width(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), decoded_.layout.width);
}

Napi::Value JpegPicture::height(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), decoded_.layout.height);
}

Napi::Value JpegPicture::source(const Napi::CallbackInfo& info) {
  const SourceShape& shape = decoded_.layout.shape;
  Napi::Object source = Napi::Object::New(info.Env());
  source.Set("format", shape.format == Format::gray ? "gray" : "yuv_planar");
  source.Set("widthEighths", shape.width_eighths);
  source.Set("heightEighths", shape.height_eighths);
  source.Set("chromaX", static_cast<int>(shape.chroma_x));
  source.Set("chromaY", static_cast<int>(shape.chroma_y));
  return source;
}

void JpegPicture::release(const Napi::CallbackInfo& info) { give_back(info.Env()); }

Napi::Value decode_jpeg_now(const Napi::CallbackInfo& info) {
  JpegRequest request{};
  if (!read_request(info, &request)) return info.Env().Undefined();
  return JpegPicture::wrap(info.Env(), decode(*info.Env().GetInstanceData<State>()->pool, request));
}

Napi::Value decode_jpeg_aside(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  JpegRequest request{};
  if (!read_request(info, &request)) return env.Undefined();
  // A copy (some 10 us for 200 kB, beside milliseconds of decoding): JavaScript may change or hand away its bytes while the worker
  // reads them, and the decoder trusts that the header it read twice is the same.
  std::unique_ptr<uint8_t[]> copy(new (std::nothrow) uint8_t[request.length + 1]);
  if (!copy) {
    Napi::Error::New(env, "no memory for a copy of the picture").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  std::memcpy(copy.get(), request.bytes, request.length);
  auto* worker = new DecodeWorker(env, env.GetInstanceData<State>()->pool, request, std::move(copy));
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

}  // namespace isotherm
