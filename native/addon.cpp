// The N-API door: what JavaScript sees of the kernels. Arguments are checked in addon/; no loop lives here.
// src/kernels/addon.ts has the types and the words.

#include <napi.h>

#include <cstdlib>

#include "addon/arguments.h"
#include "addon/fit_plan.h"
#include "addon/jpeg_picture.h"
#include "addon/state.h"
#include "dispatch.h"

namespace isotherm {

namespace {

Napi::Value kernel_names(const Napi::CallbackInfo& info) {
  Napi::Array names = Napi::Array::New(info.Env());
  for (const KernelSet& kernels : runnable_kernels()) {
    names.Set(names.Length(), Napi::String::New(info.Env(), kernels.name));
  }
  return names;
}

Napi::Value kernels_in_use(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), info.Env().GetInstanceData<State>()->kernels->name);
}

/** For tests and benchmarks: each twin in turn, in one process. */
void use_kernels(const Napi::CallbackInfo& info) {
  Arguments arguments(info.Env());
  if (!info[0].IsString()) return arguments.fail_type("name", "a string");
  const KernelSet* found = kernels_named(info[0].As<Napi::String>().Utf8Value().c_str());
  if (found == nullptr) return arguments.fail_range("name", "one of those that kernelNames() gives");
  info.Env().GetInstanceData<State>()->kernels = found;
}

Napi::Value jpeg_library_name(const Napi::CallbackInfo& info) {
  const char* name = jpeg_library();
  return name == nullptr ? info.Env().Null() : Napi::String::New(info.Env(), name);
}

/** meanDifference(a, b): of two grids of one length, in levels. */
Napi::Value mean_difference(const Napi::CallbackInfo& info) {
  Arguments arguments(info.Env());
  const uint8_t* grids[2] = {nullptr, nullptr};
  size_t counts[2] = {0, 0};
  for (size_t i = 0; i < 2; ++i) {
    if (!info[i].IsTypedArray() || info[i].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
      arguments.fail_type(i == 0 ? "a" : "b", "a Uint8Array");
      return info.Env().Undefined();
    }
    grids[i] = info[i].As<Napi::Uint8Array>().Data();
    counts[i] = info[i].As<Napi::Uint8Array>().ElementLength();
  }
  if (counts[0] == 0) arguments.fail_range("a", "one element long at least");
  if (counts[0] != counts[1]) arguments.fail_range("b", "as long as a");
  if (arguments.failed()) return info.Env().Undefined();
  const uint64_t sum = info.Env().GetInstanceData<State>()->kernels->motion_measure(grids[0], grids[1], counts[0]);
  return Napi::Number::New(info.Env(), static_cast<double>(sum) / static_cast<double>(counts[0]));
}

void do_nothing(const Napi::CallbackInfo&) {}

}  // namespace

Napi::Object start(Napi::Env env, Napi::Object exports) {
  auto* state = new State();
  state->kernels = &choose_kernels(std::getenv("ISOTHERM_KERNELS"));
  env.SetInstanceData(state);
  JpegPicture::define(env, state);
  exports.Set("FitPlan", FitPlanObject::define(env));
  exports.Set("decodeJpeg", Napi::Function::New(env, decode_jpeg_now, "decodeJpeg"));
  exports.Set("decodeJpegAside", Napi::Function::New(env, decode_jpeg_aside, "decodeJpegAside"));
  exports.Set("meanDifference", Napi::Function::New(env, mean_difference, "meanDifference"));
  exports.Set("kernelNames", Napi::Function::New(env, kernel_names, "kernelNames"));
  exports.Set("kernelsInUse", Napi::Function::New(env, kernels_in_use, "kernelsInUse"));
  exports.Set("useKernels", Napi::Function::New(env, use_kernels, "useKernels"));
  exports.Set("jpegLibrary", Napi::Function::New(env, jpeg_library_name, "jpegLibrary"));
  exports.Set("doNothing", Napi::Function::New(env, do_nothing, "doNothing"));
  return exports;
}

}  // namespace isotherm

static Napi::Object isotherm_start(Napi::Env env, Napi::Object exports) { return isotherm::start(env, exports); }
NODE_API_MODULE(isotherm_native, isotherm_start)
