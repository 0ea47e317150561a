// The reference twin: rows.h spelled out value by value. It defines the answer, and serves where the CPU has nothing better.

#include "reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace isotherm {

namespace {

constexpr int32_t kLevelMax = 255 * 64;

int32_t high_product(int32_t a, int32_t b) { return (a * b + 16384) >> 15; }

int16_t cut_off(int32_t level) { return static_cast<int16_t>(std::clamp(level, 0, kLevelMax)); }

int32_t full_luma(int16_t y, const YuvCoefficients& coefficients) {
  const int32_t shifted = y - coefficients.luma_offset;
  return shifted + high_product(shifted, coefficients.luma_extra);
}

/** The half nearest to a finite or infinite value, ties to even. */
uint16_t half_bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  // 65520 is the first float that rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal half the step is 2^-24; the product is exact and the rounding mode is to even.
  if (magnitude < 0x38800000) return sign | static_cast<uint16_t>(std::nearbyint(std::fabs(value) * 16777216.0f));
  const uint32_t kept = magnitude - 0x38000000;
  const uint32_t tail = kept & 0x1fff;
  const uint32_t half = kept >> 13;
  const bool up = tail > 0x1000 || (tail == 0x1000 && (half & 1) != 0);
  return static_cast<uint16_t>(sign | (half + (up ? 1 : 0)));
}

float real_value(int16_t level, const Normal& normal) {
  const float product = static_cast<float>(level) * normal.multiply;
  return product + normal.add;
}

int32_t code(int16_t level, const Normal& normal) {
  // Bounded before the cast: float to int outside of int32 is undefined, and 1024 saturates for any zero point.
  const float steps = std::clamp(real_value(level, normal), -1024.0f, 1024.0f);
  return static_cast<int32_t>(std::nearbyint(steps)) + normal.zero_point;
}

/** Writes the element number `at` of a tensor row. */
void store_element(int16_t level, const Normal& normal, Element element, void* dst, size_t at) {
  switch (element) {
    case Element::float32:
      static_cast<float*>(dst)[at] = real_value(level, normal);
      return;
    case Element::float16:
      static_cast<uint16_t*>(dst)[at] = half_bits(real_value(level, normal));
      return;
    case Element::uint8:
      static_cast<uint8_t*>(dst)[at] = static_cast<uint8_t>(std::clamp(code(level, normal), 0, 255));
      return;
    case Element::int8:
      static_cast<int8_t*>(dst)[at] = static_cast<int8_t>(std::clamp(code(level, normal), -128, 127));
      return;
  }
}

}  // namespace

void blend_rows_reference(const uint8_t* first_row, size_t stride, const uint16_t* weights, int taps, int count,
                          int16_t* dst) {
  for (int i = 0; i < count; ++i) {
    uint32_t sum = 0;
    for (int t = 0; t < taps; ++t) sum += first_row[t * stride + i] * static_cast<uint32_t>(weights[t]);
    dst[i] = static_cast<int16_t>((sum + 1) >> 1);
  }
}

void premultiply_reference(const uint8_t* rgba, int count, uint8_t* dst) {
  for (int i = 0; i < 4 * count; i += 4) {
    const uint32_t alpha = rgba[i + 3];
    for (int c = 0; c < 3; ++c) dst[i + c] = static_cast<uint8_t>((2 * rgba[i + c] * alpha + 255) / 510);
    dst[i + 3] = rgba[i + 3];
  }
}

void split2_reference(const int16_t* src, int count, int16_t* a, int16_t* b) {
  for (int i = 0; i < count; ++i) {
    a[i] = src[2 * i];
    b[i] = src[2 * i + 1];
  }
}

void split3_reference(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c) {
  for (int i = 0; i < count; ++i) {
    a[i] = src[3 * i];
    b[i] = src[3 * i + 1];
    c[i] = src[3 * i + 2];
  }
}

void split4_reference(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c) {
  for (int i = 0; i < count; ++i) {
    a[i] = src[4 * i];
    b[i] = src[4 * i + 1];
    c[i] = src[4 * i + 2];
  }
}

void blend_columns_rest_reference(const int16_t* src, const ColumnPlan& plan, int from, int count, int16_t* dst) {
  for (int i = from; i < count; ++i) {
    const int16_t* weights = &plan.weights[static_cast<size_t>(i) * static_cast<size_t>(plan.taps)];
    int32_t sum = 0;
    for (int t = 0; t < plan.taps; ++t) sum += src[plan.first[static_cast<size_t>(i)] + t] * weights[t];
    dst[i] = static_cast<int16_t>((sum + 16384) >> 15);
  }
}

void blend_columns_reference(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  blend_columns_rest_reference(src, plan, 0, count, dst);
}

void yuv_to_rgb_reference(int16_t* y, int16_t* u, int16_t* v, int count, const YuvCoefficients& coefficients) {
  for (int i = 0; i < count; ++i) {
    const int32_t luma = full_luma(y[i], coefficients);
    const int32_t blue = 4 * (u[i] - 8192);
    const int32_t red = 4 * (v[i] - 8192);
    y[i] = cut_off(luma + high_product(red, coefficients.red_v));
    u[i] = cut_off(luma - high_product(blue, coefficients.green_u) - high_product(red, coefficients.green_v));
    v[i] = cut_off(luma + high_product(blue, coefficients.blue_u));
  }
}

void stretch_luma_reference(int16_t* y, int count, const YuvCoefficients& coefficients) {
  for (int i = 0; i < count; ++i) y[i] = cut_off(full_luma(y[i], coefficients));
}

void rgb_to_gray_reference(int16_t* r, const int16_t* g, const int16_t* b, int count) {
  for (int i = 0; i < count; ++i) {
    r[i] = static_cast<int16_t>(high_product(r[i], 9798) + high_product(g[i], 19235) + high_product(b[i], 3735));
  }
}

void store_planar_reference(const int16_t* src, int count, const Normal& normal, Element element, void* dst) {
  for (int i = 0; i < count; ++i) store_element(src[i], normal, element, dst, i);
}

void store_interleaved_reference(const int16_t* const src[3], int count, const Normal normal[3], Element element,
                                 void* dst) {
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < 3; ++c) store_element(src[c][i], normal[c], element, dst, 3 * static_cast<size_t>(i) + c);
  }
}

const RowKernels& fit_to_tensor_reference() {
  static const RowKernels kernels = {
      "reference",           blend_rows_reference,   premultiply_reference, split2_reference,
      split3_reference,      split4_reference,       blend_columns_reference, yuv_to_rgb_reference,
      stretch_luma_reference, rgb_to_gray_reference, store_planar_reference, store_interleaved_reference,
  };
  return kernels;
}

}  // namespace isotherm
