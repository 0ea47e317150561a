// The AArch64 twin of rows.h, with nothing beyond Armv8.0: eight or sixteen values at a time, what is left over by the reference.

#if defined(__aarch64__)

#include <arm_neon.h>

#include "reference.h"

namespace isotherm {

namespace {

/** `T` taps that the compiler can keep in registers, or any number where T is 0. */
template <int T>
void blend_rows_of(const uint8_t* first_row, size_t stride, const uint16_t* weights, int any, int count, int16_t* dst) {
  const int taps = T == 0 ? any : T;
  uint8x16_t kept[T == 0 ? 1 : T];
  for (int t = 0; t < T; ++t) kept[t] = vdupq_n_u8(static_cast<uint8_t>(weights[t]));
  for (int i = 0;; i += 16) {
    // The last step lies over the one before, so that nothing is read past the row.
    if (i + 16 > count) i = count - 16;
    uint16x8_t low = vdupq_n_u16(0);
    uint16x8_t high = low;
    for (int t = 0; t < taps; ++t) {
      const uint8x16_t pixels = vld1q_u8(first_row + static_cast<size_t>(t) * stride + i);
      const uint8x16_t weight = T == 0 ? vdupq_n_u8(static_cast<uint8_t>(weights[t])) : kept[t];
      low = vmlal_u8(low, vget_low_u8(pixels), vget_low_u8(weight));
      high = vmlal_high_u8(high, pixels, weight);
    }
    vst1q_s16(dst + i, vreinterpretq_s16_u16(vrshrq_n_u16(low, 1)));
    vst1q_s16(dst + i + 8, vreinterpretq_s16_u16(vrshrq_n_u16(high, 1)));
    if (i + 16 == count) return;
  }
}

/** The one weight that is no byte: 256, of a row that is alone. Half of it is a shift by 7. */
void widen_row(const uint8_t* row, int count, int16_t* dst) {
  for (int i = 0;; i += 16) {
    if (i + 16 > count) i = count - 16;
    const uint8x16_t pixels = vld1q_u8(row + i);
    vst1q_s16(dst + i, vreinterpretq_s16_u16(vshll_n_u8(vget_low_u8(pixels), 7)));
    vst1q_s16(dst + i + 8, vreinterpretq_s16_u16(vshll_high_n_u8(pixels, 7)));
    if (i + 16 == count) return;
  }
}

void blend_rows(const uint8_t* first_row, size_t stride, const uint16_t* weights, int taps, int count, int16_t* dst) {
  if (count < 16) return blend_rows_reference(first_row, stride, weights, taps, count, dst);
  switch (taps) {
    case 1:
      return widen_row(first_row, count, dst);
    case 2:
      return blend_rows_of<2>(first_row, stride, weights, taps, count, dst);
    case 3:
      return blend_rows_of<3>(first_row, stride, weights, taps, count, dst);
    case 4:
      return blend_rows_of<4>(first_row, stride, weights, taps, count, dst);
    default:
      return blend_rows_of<0>(first_row, stride, weights, taps, count, dst);
  }
}

void premultiply(const uint8_t* rgba, int count, uint8_t* dst) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    uint8x8x4_t pixels = vld4_u8(rgba + 4 * i);
    for (int c = 0; c < 3; ++c) {
      const uint16x8_t product = vmull_u8(pixels.val[c], pixels.val[3]);
      // (n + 128 + ((n + 128) >> 8)) >> 8, which is n / 255 rounded.
      pixels.val[c] = vraddhn_u16(product, vrshrq_n_u16(product, 8));
    }
    vst4_u8(dst + 4 * i, pixels);
  }
  premultiply_reference(rgba + 4 * i, count - i, dst + 4 * i);
}

void split2(const int16_t* src, int count, int16_t* a, int16_t* b) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8x2_t parts = vld2q_s16(src + 2 * i);
    vst1q_s16(a + i, parts.val[0]);
    vst1q_s16(b + i, parts.val[1]);
  }
  split2_reference(src + 2 * i, count - i, a + i, b + i);
}

void split3(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8x3_t parts = vld3q_s16(src + 3 * i);
    vst1q_s16(a + i, parts.val[0]);
    vst1q_s16(b + i, parts.val[1]);
    vst1q_s16(c + i, parts.val[2]);
  }
  split3_reference(src + 3 * i, count - i, a + i, b + i, c + i);
}

void split4(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8x4_t parts = vld4q_s16(src + 4 * i);
    vst1q_s16(a + i, parts.val[0]);
    vst1q_s16(b + i, parts.val[1]);
    vst1q_s16(c + i, parts.val[2]);
  }
  split4_reference(src + 4 * i, count - i, a + i, b + i, c + i);
}

/** Four partial sums of one output whose taps are a multiple of four. */
inline int32x4_t partial_sums(const int16_t* values, const int16_t* weights, int taps) {
  int32x4_t sums = vmull_s16(vld1_s16(values), vld1_s16(weights));
  for (int t = 4; t < taps; t += 4) sums = vmlal_s16(sums, vld1_s16(values + t), vld1_s16(weights + t));
  return sums;
}

/** Four outputs. Adding neighbours twice leaves their sums in order; the narrowing shift rounds as the reference does. */
inline int16x4_t four_columns(const int16_t* src, const int32_t* first, const int16_t* weights, int taps) {
  const int32x4_t a = partial_sums(src + first[0], weights, taps);
  const int32x4_t b = partial_sums(src + first[1], weights + taps, taps);
  const int32x4_t c = partial_sums(src + first[2], weights + 2 * taps, taps);
  const int32x4_t d = partial_sums(src + first[3], weights + 3 * taps, taps);
  return vrshrn_n_s32(vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d)), 15);
}

/** Where the groups lie: kept aside from the plan, which for all that the compiler knows a store of a vector may change. */
struct Groups {
  const int16_t* src;
  const int32_t* first;
  const uint8_t* order;
  const int16_t* weights;
};

/** Products of one group's eight values, neighbours added: four outputs, or two halves each of two. */
inline int32x4_t group_sums(const Groups& groups, int group) {
  const uint8x16_t values = vreinterpretq_u8_s16(vld1q_s16(groups.src + groups.first[group]));
  const int16x8_t ordered = vreinterpretq_s16_u8(vqtbl1q_u8(values, vld1q_u8(groups.order + 16 * group)));
  const int16x8_t by = vld1q_s16(groups.weights + 8 * group);
  return vpaddq_s32(vmull_s16(vget_low_s16(ordered), vget_low_s16(by)), vmull_high_s16(ordered, by));
}

/** All outputs in whole fours. @returns how many were made */
int blend_in_groups(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  const Groups groups{src, plan.group_first.data(), plan.order.data(), plan.group_weights.data()};
  int i = 0;
  if (plan.group == 4) {
    for (; i + 4 <= count; i += 4) vst1_s16(dst + i, vrshrn_n_s32(group_sums(groups, i / 4), 15));
    return i;
  }
  for (; i + 4 <= count; i += 4) {
    vst1_s16(dst + i, vrshrn_n_s32(vpaddq_s32(group_sums(groups, i / 2), group_sums(groups, i / 2 + 1)), 15));
  }
  return i;
}

void blend_columns(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  const int32_t* first = plan.first.data();
  const int16_t* weights = plan.weights.data();
  const int taps = plan.taps;
  int i = 0;
  if (plan.is_identity) {
    for (; i + 8 <= count; i += 8) vst1q_s16(dst + i, vrshrq_n_s16(vld1q_s16(src + i), 1));
  } else if (plan.group != 0) {
    i = blend_in_groups(src, plan, count, dst);
  } else {
    const size_t step = static_cast<size_t>(taps);
    for (; i + 4 <= count; i += 4) {
      vst1_s16(dst + i, four_columns(src, first + i, weights + step * static_cast<size_t>(i), taps));
    }
  }
  blend_columns_rest_reference(src, plan, i, count, dst);
}

inline int16x8_t cut_off(int16x8_t level) {
  return vminq_s16(vmaxq_s16(level, vdupq_n_s16(0)), vdupq_n_s16(255 * 64));
}

inline int16x8_t full_luma(const int16_t* y, const YuvCoefficients& coefficients) {
  const int16x8_t shifted = vsubq_s16(vld1q_s16(y), vdupq_n_s16(coefficients.luma_offset));
  return vaddq_s16(shifted, vqrdmulhq_n_s16(shifted, coefficients.luma_extra));
}

void yuv_to_rgb(int16_t* y, int16_t* u, int16_t* v, int count, const YuvCoefficients& coefficients) {
  const int16x8_t middle = vdupq_n_s16(8192);
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8_t luma = full_luma(y + i, coefficients);
    const int16x8_t blue = vshlq_n_s16(vsubq_s16(vld1q_s16(u + i), middle), 2);
    const int16x8_t red = vshlq_n_s16(vsubq_s16(vld1q_s16(v + i), middle), 2);
    const int16x8_t r = vqaddq_s16(luma, vqrdmulhq_n_s16(red, coefficients.red_v));
    const int16x8_t b = vqaddq_s16(luma, vqrdmulhq_n_s16(blue, coefficients.blue_u));
    const int16x8_t g = vsubq_s16(vsubq_s16(luma, vqrdmulhq_n_s16(blue, coefficients.green_u)),
                                  vqrdmulhq_n_s16(red, coefficients.green_v));
    vst1q_s16(y + i, cut_off(r));
    vst1q_s16(u + i, cut_off(g));
    vst1q_s16(v + i, cut_off(b));
  }
  yuv_to_rgb_reference(y + i, u + i, v + i, count - i, coefficients);
}

void stretch_luma(int16_t* y, int count, const YuvCoefficients& coefficients) {
  int i = 0;
  for (; i + 8 <= count; i += 8) vst1q_s16(y + i, cut_off(full_luma(y + i, coefficients)));
  stretch_luma_reference(y + i, count - i, coefficients);
}

void rgb_to_gray(int16_t* r, const int16_t* g, const int16_t* b, int count) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8_t red = vqrdmulhq_n_s16(vld1q_s16(r + i), 9798);
    const int16x8_t green = vqrdmulhq_n_s16(vld1q_s16(g + i), 19235);
    const int16x8_t blue = vqrdmulhq_n_s16(vld1q_s16(b + i), 3735);
    vst1q_s16(r + i, vaddq_s16(vaddq_s16(red, green), blue));
  }
  rgb_to_gray_reference(r + i, g + i, b + i, count - i);
}

/** Four levels as real values: two roundings, as the reference. */
inline float32x4_t reals(int16x4_t levels, const Normal& normal) {
  const float32x4_t values = vcvtq_f32_s32(vmovl_s16(levels));
  return vaddq_f32(vmulq_n_f32(values, normal.multiply), vdupq_n_f32(normal.add));
}

/**
 * Eight codes before the last cut-off. vcvtn rounds half to even and saturates, as do the narrowing and the addition: what is out of
 * range stays so, as with the reference's bounds.
 */
inline int16x8_t codes(const int16_t* src, const Normal& normal) {
  const int16x8_t levels = vld1q_s16(src);
  const int32x4_t low = vcvtnq_s32_f32(reals(vget_low_s16(levels), normal));
  const int32x4_t high = vcvtnq_s32_f32(reals(vget_high_s16(levels), normal));
  return vqaddq_s16(vqmovn_high_s32(vqmovn_s32(low), high), vdupq_n_s16(static_cast<int16_t>(normal.zero_point)));
}

inline uint8x8_t code_bytes(const int16_t* src, const Normal& normal, bool is_signed) {
  const int16x8_t found = codes(src, normal);
  return is_signed ? vreinterpret_u8_s8(vqmovn_s16(found)) : vqmovun_s16(found);
}

inline uint16x4_t halves(const int16_t* src, const Normal& normal) {
  return vreinterpret_u16_f16(vcvt_f16_f32(reals(vld1_s16(src), normal)));
}

void store_planar(const int16_t* src, int count, const Normal& normal, Element element, void* dst) {
  int i = 0;
  if (element == Element::float32) {
    float* to = static_cast<float*>(dst);
    for (; i + 8 <= count; i += 8) {
      const int16x8_t levels = vld1q_s16(src + i);
      vst1q_f32(to + i, reals(vget_low_s16(levels), normal));
      vst1q_f32(to + i + 4, reals(vget_high_s16(levels), normal));
    }
  } else if (element == Element::float16) {
    for (; i + 4 <= count; i += 4) vst1_u16(static_cast<uint16_t*>(dst) + i, halves(src + i, normal));
  } else {
    const bool is_signed = element == Element::int8;
    for (; i + 8 <= count; i += 8) vst1_u8(static_cast<uint8_t*>(dst) + i, code_bytes(src + i, normal, is_signed));
  }
  store_planar_reference(src + i, count - i, normal, element,
                         static_cast<uint8_t*>(dst) + static_cast<size_t>(i) * element_bytes(element));
}

void store_interleaved(const int16_t* const src[3], int count, const Normal normal[3], Element element, void* dst) {
  int i = 0;
  if (element == Element::float32) {
    for (; i + 4 <= count; i += 4) {
      float32x4x3_t mixed;
      for (int c = 0; c < 3; ++c) mixed.val[c] = reals(vld1_s16(src[c] + i), normal[c]);
      vst3q_f32(static_cast<float*>(dst) + 3 * i, mixed);
    }
  } else if (element == Element::float16) {
    for (; i + 4 <= count; i += 4) {
      uint16x4x3_t mixed;
      for (int c = 0; c < 3; ++c) mixed.val[c] = halves(src[c] + i, normal[c]);
      vst3_u16(static_cast<uint16_t*>(dst) + 3 * i, mixed);
    }
  } else {
    const bool is_signed = element == Element::int8;
    for (; i + 8 <= count; i += 8) {
      uint8x8x3_t mixed;
      for (int c = 0; c < 3; ++c) mixed.val[c] = code_bytes(src[c] + i, normal[c], is_signed);
      vst3_u8(static_cast<uint8_t*>(dst) + 3 * i, mixed);
    }
  }
  const int16_t* const rest[3] = {src[0] + i, src[1] + i, src[2] + i};
  store_interleaved_reference(rest, count - i, normal, element,
                              static_cast<uint8_t*>(dst) + 3 * static_cast<size_t>(i) * element_bytes(element));
}

}  // namespace

const RowKernels& fit_to_tensor_neon() {
  static const RowKernels kernels = {"neon",       blend_rows,    premultiply, split2,       split3,
                                     split4,       blend_columns, yuv_to_rgb,  stretch_luma, rgb_to_gray,
                                     store_planar, store_interleaved};
  return kernels;
}

}  // namespace isotherm

#endif
