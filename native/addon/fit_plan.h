// The set-up object of fit_to_tensor in JavaScript, `FitPlan`: one tensor, one source geometry, one window.

#pragma once

#include <napi.h>

#include "../kernels/fit_to_tensor/fit_to_tensor.h"

namespace isotherm {

/** Its arguments are told in src/kernels/addon.ts. All is checked when it is made, so that a frame costs little. */
class FitPlanObject : public Napi::ObjectWrap<FitPlanObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit FitPlanObject(const Napi::CallbackInfo& info);

 private:
  /** takes(picture): whether a decoded JPEG has the source's shape. */
  Napi::Value takes(const Napi::CallbackInfo& info);
  /** fit(picture or bytes, tensor): fills the tensor. */
  void fit(const Napi::CallbackInfo& info);

  bool has_shape_of(const SourceShape& shape) const;

  FitPlan plan_{};
  /** Where the planes lie in the caller's bytes, and how many bytes they reach over. */
  size_t offset_[kMaxPlanes] = {0, 0, 0};
  size_t stride_[kMaxPlanes] = {0, 0, 0};
  size_t source_bytes_ = 0;
  napi_typedarray_type tensor_type_ = napi_float32_array;
  size_t tensor_elements_ = 0;
};

}  // namespace isotherm
