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
  for (const RowKernels* kernels : runnable_kernels()) {
    names.Set(names.Length(), Napi::String::New(info.Env(), kernels->name));
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
  const RowKernels* found = kernels_named(info[0].As<Napi::String>().Utf8Value().c_str());
  if (found == nullptr) return arguments.fail_range("name", "one of those that kernelNames() gives");
  info.Env().GetInstanceData<State>()->kernels = found;
}

Napi::Value jpeg_library_name(const Napi::CallbackInfo& info) {
  const char* name = jpeg_library();
  return name == nullptr ? info.Env().Null() : Napi::String::New(info.Env(), name);
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
