#include "fit_plan.h"

#include <algorithm>
#include <limits>

#include "arguments.h"
#include "jpeg_picture.h"
#include "state.h"

namespace isotherm {

namespace {

constexpr const char* kElements[] = {"float32", "float16", "uint8", "int8"};
constexpr napi_typedarray_type kElementArrays[] = {napi_float32_array, napi_uint16_array, napi_uint8_array, napi_int8_array};
constexpr const char* kElementArrayNames[] = {"a Float32Array", "a Uint16Array", "a Uint8Array", "an Int8Array"};
constexpr const char* kLayouts[] = {"nchw", "nhwc"};
constexpr const char* kColors[] = {"rgb", "bgr", "gray"};
constexpr const char* kFormats[] = {"rgb", "bgr", "rgba", "gray", "nv12", "yuyv", "yuv_planar"};
/** Strides and offsets beyond this are mistakes; keeps all sums far from overflow. */
constexpr int64_t kMostBytes = int64_t{1} << 40;
constexpr size_t kAlignment = 64;

/** One number per channel, finite as a float too. */
void read_channels(Arguments& arguments, const Napi::Object& from, const char* name, int channels, float* to) {
  const std::string full = std::string("tensor.") + name;
  const Napi::Object list = arguments.object(arguments.get(from, name), full);
  constexpr double kMost = std::numeric_limits<float>::max();
  for (int c = 0; c < channels && !arguments.failed(); ++c) {
    const std::string at = full + "[" + std::to_string(c) + "]";
    to[c] = static_cast<float>(arguments.number(list.Get(static_cast<uint32_t>(c)), at, -kMost, kMost));
  }
}

TensorShape read_tensor(Arguments& arguments, const Napi::Value& value) {
  const Napi::Object from = arguments.object(value, "tensor");
  TensorShape tensor{};
  tensor.width = static_cast<int32_t>(arguments.integer(arguments.get(from, "width"), "tensor.width", 1, kMaxTensorSide));
  tensor.height = static_cast<int32_t>(arguments.integer(arguments.get(from, "height"), "tensor.height", 1, kMaxTensorSide));
  tensor.element = static_cast<Element>(arguments.choice(arguments.get(from, "element"), "tensor.element", kElements));
  tensor.planar = arguments.choice(arguments.get(from, "layout"), "tensor.layout", kLayouts) == 0;
  tensor.color = static_cast<Color>(arguments.choice(arguments.get(from, "color"), "tensor.color", kColors));
  read_channels(arguments, from, "multiply", tensor.channels(), tensor.multiply);
  read_channels(arguments, from, "add", tensor.channels(), tensor.add);
  tensor.zero_point = static_cast<int32_t>(arguments.integer(arguments.get(from, "zeroPoint"), "tensor.zeroPoint", -128, 255));
  tensor.pad = static_cast<uint8_t>(arguments.integer(arguments.get(from, "pad"), "tensor.pad", 0, 255));
  return tensor;
}

uint8_t read_chroma(Arguments& arguments, const Napi::Object& from, const char* name) {
  const std::string full = std::string("source.") + name;
  const int64_t found = arguments.integer(arguments.get(from, name), full, 1, 4);
  if (found == 3) arguments.fail_range(full, "1, 2 or 4");
  return static_cast<uint8_t>(found);
}

SourceShape read_source(Arguments& arguments, const Napi::Object& from) {
  SourceShape source{};
  constexpr int64_t kMost = 8 * kMaxSourceSide;
  source.format = static_cast<Format>(arguments.choice(arguments.get(from, "format"), "source.format", kFormats));
  source.width_eighths =
      static_cast<int32_t>(arguments.integer(arguments.get(from, "widthEighths"), "source.widthEighths", 1, kMost));
  source.height_eighths =
      static_cast<int32_t>(arguments.integer(arguments.get(from, "heightEighths"), "source.heightEighths", 1, kMost));
  source.chroma_x = read_chroma(arguments, from, "chromaX");
  source.chroma_y = read_chroma(arguments, from, "chromaY");
  source.limited_range = arguments.boolean(arguments.get(from, "limitedRange"), "source.limitedRange");
  source.orientation =
      static_cast<uint8_t>(arguments.integer(arguments.get(from, "orientation"), "source.orientation", 1, 8));
  return source;
}

Window read_window(Arguments& arguments, const Napi::Value& value) {
  const Napi::Object from = arguments.object(value, "window");
  constexpr int64_t kMost = kMaxWindowSide;
  Window window{};
  window.left = static_cast<int32_t>(arguments.integer(arguments.get(from, "left"), "window.left", -kMost, kMost));
  window.top = static_cast<int32_t>(arguments.integer(arguments.get(from, "top"), "window.top", -kMost, kMost));
  window.width = static_cast<int32_t>(arguments.integer(arguments.get(from, "width"), "window.width", 1, kMost));
  window.height = static_cast<int32_t>(arguments.integer(arguments.get(from, "height"), "window.height", 1, kMost));
  return window;
}

}  // namespace

Napi::Function FitPlanObject::define(Napi::Env env) {
  return DefineClass(env, "FitPlan",
                     {
                         InstanceMethod<&FitPlanObject::takes>("takes"),
                         InstanceMethod<&FitPlanObject::fit>("fit"),
                     });
}

FitPlanObject::FitPlanObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<FitPlanObject>(info) {
  Arguments arguments(info.Env());
  const TensorShape tensor = read_tensor(arguments, info[0]);
  const Napi::Object from = arguments.object(info[1], "source");
  const SourceShape source = read_source(arguments, from);
  const Window window = read_window(arguments, info[2]);
  if (arguments.failed()) return;

  PlaneShape shapes[kMaxPlanes];
  const int count = plane_shapes(source, shapes);
  const Napi::Value places = arguments.get(from, "planes");
  const bool packed = places.IsNull() || places.IsUndefined();
  const Napi::Object list = packed ? Napi::Object::New(info.Env()) : arguments.object(places, "source.planes");
  for (int p = 0; p < count && !arguments.failed(); ++p) {
    const int64_t row = static_cast<int64_t>(shapes[p].columns) * shapes[p].interleave;
    int64_t offset = static_cast<int64_t>(source_bytes_);
    int64_t stride = row;
    if (!packed) {
      const std::string name = "source.planes[" + std::to_string(p) + "]";
      const Napi::Object place = arguments.object(list.Get(static_cast<uint32_t>(p)), name);
      offset = arguments.integer(arguments.get(place, "offset"), name + ".offset", 0, kMostBytes);
      stride = arguments.integer(arguments.get(place, "stride"), name + ".stride", row, kMostBytes);
    }
    offset_[p] = static_cast<size_t>(offset);
    stride_[p] = static_cast<size_t>(stride);
    const size_t end = static_cast<size_t>(offset + stride * (shapes[p].rows - 1) + row);
    source_bytes_ = std::max(source_bytes_, end);
  }
  if (arguments.failed()) return;
  if (!make_fit_plan(source, window, tensor, &plan_)) {
    arguments.fail_range("window", "one that its source can be fitted to");
    return;
  }
  tensor_type_ = kElementArrays[static_cast<size_t>(tensor.element)];
  tensor_elements_ = tensor_bytes(tensor) / element_bytes(tensor.element);
}

bool FitPlanObject::has_shape_of(const SourceShape& shape) const {
  const SourceShape& own = plan_.source;
  return own.format == shape.format && own.width_eighths == shape.width_eighths &&
         own.height_eighths == shape.height_eighths && own.chroma_x == shape.chroma_x && own.chroma_y == shape.chroma_y &&
         own.limited_range == shape.limited_range;
}

Napi::Value FitPlanObject::takes(const Napi::CallbackInfo& info) {
  const JpegPicture* picture = JpegPicture::from(info[0]);
  return Napi::Boolean::New(info.Env(), picture != nullptr && has_shape_of(picture->layout().shape));
}

void FitPlanObject::fit(const Napi::CallbackInfo& info) {
  Arguments arguments(info.Env());
  Planes planes{};
  if (info[0].IsTypedArray()) {
    const auto source = info[0].As<Napi::TypedArray>();
    if (source.TypedArrayType() != napi_uint8_array) return arguments.fail_type("source", "a Uint8Array or a JpegPicture");
    if (source.ByteLength() < source_bytes_) {
      return arguments.fail_range("source", std::to_string(source_bytes_) + " bytes long at least");
    }
    const uint8_t* bytes = info[0].As<Napi::Uint8Array>().Data();
    for (int p = 0; p < plan_.plane_count; ++p) {
      planes.data[p] = bytes + offset_[p];
      planes.stride[p] = stride_[p];
    }
  } else {
    const JpegPicture* picture = JpegPicture::from(info[0]);
    if (picture == nullptr) return arguments.fail_type("source", "a Uint8Array or a JpegPicture");
    if (picture->is_released()) return arguments.fail_range("source", "a picture that is not yet released");
    if (!has_shape_of(picture->layout().shape)) return arguments.fail_range("source", "of the shape that was planned for");
    planes = picture->planes();
  }
  if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != tensor_type_) {
    return arguments.fail_type("tensor", kElementArrayNames[static_cast<size_t>(plan_.tensor.element)]);
  }
  const auto tensor = info[1].As<Napi::TypedArray>();
  if (tensor.ElementLength() != tensor_elements_) {
    return arguments.fail_range("tensor", std::to_string(tensor_elements_) + " elements long");
  }
  State* state = info.Env().GetInstanceData<State>();
  if (!state->workspace.reserve(plan_.workspace_bytes + kAlignment)) {
    Napi::Error::New(info.Env(), "no memory for the rows of a picture").ThrowAsJavaScriptException();
    return;
  }
  const auto begin = reinterpret_cast<uintptr_t>(state->workspace.bytes.get());
  auto* workspace = reinterpret_cast<void*>((begin + kAlignment - 1) / kAlignment * kAlignment);
  auto* to = static_cast<uint8_t*>(tensor.ArrayBuffer().Data()) + tensor.ByteOffset();
  fit_to_tensor(plan_, *state->kernels->fit_to_tensor, planes, workspace, to);
}

}  // namespace isotherm
