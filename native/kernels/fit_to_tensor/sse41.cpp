// The SSE4.1 twin of rows.h: eight or sixteen values at a time, what is left over by the reference. Halves are the reference's too:
// conversion to them came with a later extension.

#if defined(__x86_64__)

#include <smmintrin.h>

#include "reference.h"

#define ISOTHERM_SSE41 __attribute__((target("sse4.1")))

namespace isotherm {

namespace {

ISOTHERM_SSE41 inline __m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
ISOTHERM_SSE41 inline void put(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }

/** One row alone, whose weight is 256: half of it is a shift. */
ISOTHERM_SSE41 void widen_row(const uint8_t* row, int count, int16_t* dst) {
  const __m128i zero = _mm_setzero_si128();
  for (int i = 0;; i += 16) {
    if (i + 16 > count) i = count - 16;
    const __m128i pixels = load(row + i);
    put(dst + i, _mm_slli_epi16(_mm_unpacklo_epi8(pixels, zero), 7));
    put(dst + i + 8, _mm_slli_epi16(_mm_unpackhi_epi8(pixels, zero), 7));
    if (i + 16 == count) return;
  }
}

/** Two neighbouring weights, for each pair of pixels. */
ISOTHERM_SSE41 inline __m128i weight_pair(const uint16_t* weights, int taps, int t) {
  const int second = t + 1 < taps ? weights[t + 1] : 0;
  return _mm_set1_epi16(static_cast<int16_t>(weights[t] | second << 8));
}

/**
 * `T` taps that the compiler can keep in registers, or any number where T is 0. Two rows at a time: maddubs takes weights without and
 * pixels with a sign, so pixels are 128 less, and their weighted sum 32768 less, which just fits.
 */
template <int T>
ISOTHERM_SSE41 void blend_rows_of(const uint8_t* first_row, size_t stride, const uint16_t* weights, int any, int count,
                                  int16_t* dst) {
  const int taps = T == 0 ? any : T;
  const __m128i lower = _mm_set1_epi8(static_cast<char>(0x80));
  const __m128i raise = _mm_set1_epi16(static_cast<int16_t>(0x8000));
  // Kept aside: for all that the compiler knows, a store of a vector may change the weights.
  __m128i kept[T == 0 ? 1 : (T + 1) / 2];
  for (int t = 0; t < T; t += 2) kept[t / 2] = weight_pair(weights, T, t);
  for (int i = 0;; i += 16) {
    // The last step lies over the one before, so that nothing is read past the row.
    if (i + 16 > count) i = count - 16;
    __m128i low = raise;
    __m128i high = raise;
    for (int t = 0; t < taps; t += 2) {
      const uint8_t* row = first_row + static_cast<size_t>(t) * stride + i;
      const __m128i a = _mm_xor_si128(load(row), lower);
      const __m128i b = t + 1 < taps ? _mm_xor_si128(load(row + stride), lower) : _mm_setzero_si128();
      const __m128i pair = T == 0 ? weight_pair(weights, taps, t) : kept[t / 2];
      low = _mm_add_epi16(low, _mm_maddubs_epi16(pair, _mm_unpacklo_epi8(a, b)));
      high = _mm_add_epi16(high, _mm_maddubs_epi16(pair, _mm_unpackhi_epi8(a, b)));
    }
    put(dst + i, _mm_avg_epu16(low, _mm_setzero_si128()));
    put(dst + i + 8, _mm_avg_epu16(high, _mm_setzero_si128()));
    if (i + 16 == count) return;
  }
}

ISOTHERM_SSE41 void blend_rows(const uint8_t* first_row, size_t stride, const uint16_t* weights, int taps, int count,
                               int16_t* dst) {
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

/** x * alpha / 255 of eight values, rounded: (n + (n >> 8)) >> 8 with n = x * alpha + 128 is exact for bytes. */
ISOTHERM_SSE41 inline __m128i times_alpha(__m128i values, __m128i alpha) {
  const __m128i n = _mm_add_epi16(_mm_mullo_epi16(values, alpha), _mm_set1_epi16(128));
  return _mm_srli_epi16(_mm_add_epi16(n, _mm_srli_epi16(n, 8)), 8);
}

ISOTHERM_SSE41 void premultiply(const uint8_t* rgba, int count, uint8_t* dst) {
  const __m128i zero = _mm_setzero_si128();
  const __m128i spread = _mm_setr_epi8(6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15);
  const __m128i alphas = _mm_set1_epi32(static_cast<int32_t>(0xff000000));
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m128i pixels = load(rgba + 4 * i);
    const __m128i low = _mm_unpacklo_epi8(pixels, zero);
    const __m128i high = _mm_unpackhi_epi8(pixels, zero);
    const __m128i made = _mm_packus_epi16(times_alpha(low, _mm_shuffle_epi8(low, spread)),
                                          times_alpha(high, _mm_shuffle_epi8(high, spread)));
    put(dst + 4 * i, _mm_blendv_epi8(made, pixels, alphas));
  }
  premultiply_reference(rgba + 4 * i, count - i, dst + 4 * i);
}

ISOTHERM_SSE41 void split2(const int16_t* src, int count, int16_t* a, int16_t* b) {
  const __m128i apart = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i low = _mm_shuffle_epi8(load(src + 2 * i), apart);
    const __m128i high = _mm_shuffle_epi8(load(src + 2 * i + 8), apart);
    put(a + i, _mm_unpacklo_epi64(low, high));
    put(b + i, _mm_unpackhi_epi64(low, high));
  }
  split2_reference(src + 2 * i, count - i, a + i, b + i);
}

ISOTHERM_SSE41 void split3(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c) {
  // Each channel's values stand at other places in each of the three registers: blended into one, they need only be put in order.
  const __m128i order_a = _mm_setr_epi8(0, 1, 6, 7, 12, 13, 2, 3, 8, 9, 14, 15, 4, 5, 10, 11);
  const __m128i order_b = _mm_setr_epi8(2, 3, 8, 9, 14, 15, 4, 5, 10, 11, 0, 1, 6, 7, 12, 13);
  const __m128i order_c = _mm_setr_epi8(4, 5, 10, 11, 0, 1, 6, 7, 12, 13, 2, 3, 8, 9, 14, 15);
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i x = load(src + 3 * i);
    const __m128i y = load(src + 3 * i + 8);
    const __m128i z = load(src + 3 * i + 16);
    put(a + i, _mm_shuffle_epi8(_mm_blend_epi16(_mm_blend_epi16(x, y, 0x92), z, 0x24), order_a));
    put(b + i, _mm_shuffle_epi8(_mm_blend_epi16(_mm_blend_epi16(x, y, 0x24), z, 0x49), order_b));
    put(c + i, _mm_shuffle_epi8(_mm_blend_epi16(_mm_blend_epi16(x, y, 0x49), z, 0x92), order_c));
  }
  split3_reference(src + 3 * i, count - i, a + i, b + i, c + i);
}

ISOTHERM_SSE41 void split4(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    // Three rounds of unpacking gather what stands four apart.
    const __m128i p0 = _mm_unpacklo_epi16(load(src + 4 * i), load(src + 4 * i + 16));
    const __m128i p1 = _mm_unpackhi_epi16(load(src + 4 * i), load(src + 4 * i + 16));
    const __m128i p2 = _mm_unpacklo_epi16(load(src + 4 * i + 8), load(src + 4 * i + 24));
    const __m128i p3 = _mm_unpackhi_epi16(load(src + 4 * i + 8), load(src + 4 * i + 24));
    const __m128i q0 = _mm_unpacklo_epi16(p0, p2);
    const __m128i q1 = _mm_unpackhi_epi16(p0, p2);
    const __m128i q2 = _mm_unpacklo_epi16(p1, p3);
    const __m128i q3 = _mm_unpackhi_epi16(p1, p3);
    put(a + i, _mm_unpacklo_epi16(q0, q2));
    put(b + i, _mm_unpackhi_epi16(q0, q2));
    put(c + i, _mm_unpacklo_epi16(q1, q3));
  }
  split4_reference(src + 4 * i, count - i, a + i, b + i, c + i);
}

/** Two outputs' four values each. */
ISOTHERM_SSE41 inline __m128i load_pair(const int16_t* a, const int16_t* b) {
  return _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(a)),
                            _mm_loadl_epi64(reinterpret_cast<const __m128i*>(b)));
}

/** Sums of four outputs, whose taps are a multiple of four. */
ISOTHERM_SSE41 inline __m128i column_sums(const int16_t* src, const int32_t* first, const int16_t* weights, int taps) {
  __m128i sums[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
  for (int t = 0; t < taps; t += 4) {
    for (int pair = 0; pair < 2; ++pair) {
      const int k = 2 * pair;
      const __m128i values = load_pair(src + first[k] + t, src + first[k + 1] + t);
      const __m128i by = load_pair(weights + k * taps + t, weights + (k + 1) * taps + t);
      sums[pair] = _mm_add_epi32(sums[pair], _mm_madd_epi16(values, by));
    }
  }
  const __m128i even = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(sums[0]), _mm_castsi128_ps(sums[1]), 0x88));
  const __m128i odd = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(sums[0]), _mm_castsi128_ps(sums[1]), 0xdd));
  return _mm_add_epi32(even, odd);
}

ISOTHERM_SSE41 inline __m128i round_sums(__m128i sums) {
  return _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(16384)), 15);
}

/** Where the groups lie: kept aside from the plan, which for all that the compiler knows a store of a vector may change. */
struct Groups {
  const int16_t* src;
  const int32_t* first;
  const uint8_t* order;
  const int16_t* weights;
};

/** Products of one group's eight values: four outputs, or two halves each of two. */
ISOTHERM_SSE41 inline __m128i group_sums(const Groups& groups, int group) {
  const __m128i values = _mm_shuffle_epi8(load(groups.src + groups.first[group]), load(groups.order + 16 * group));
  return _mm_madd_epi16(values, load(groups.weights + 8 * group));
}

/** All outputs in whole eights. @returns how many were made */
ISOTHERM_SSE41 int blend_in_groups(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  const Groups groups{src, plan.group_first.data(), plan.order.data(), plan.group_weights.data()};
  int i = 0;
  if (plan.group == 4) {
    for (; i + 8 <= count; i += 8) {
      const int at = i / 4;
      put(dst + i, _mm_packs_epi32(round_sums(group_sums(groups, at)), round_sums(group_sums(groups, at + 1))));
    }
    return i;
  }
  for (; i + 8 <= count; i += 8) {
    const int at = i / 2;
    const __m128i low = _mm_hadd_epi32(group_sums(groups, at), group_sums(groups, at + 1));
    const __m128i high = _mm_hadd_epi32(group_sums(groups, at + 2), group_sums(groups, at + 3));
    put(dst + i, _mm_packs_epi32(round_sums(low), round_sums(high)));
  }
  return i;
}

ISOTHERM_SSE41 void blend_columns(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  const int32_t* first = plan.first.data();
  const int16_t* weights = plan.weights.data();
  const int taps = plan.taps;
  int i = 0;
  if (plan.is_identity) {
    for (; i + 8 <= count; i += 8) put(dst + i, _mm_avg_epu16(load(src + i), _mm_setzero_si128()));
  } else if (plan.group != 0) {
    i = blend_in_groups(src, plan, count, dst);
  } else {
    for (; i + 8 <= count; i += 8) {
      const __m128i low = column_sums(src, first + i, weights + static_cast<size_t>(i) * taps, taps);
      const __m128i high = column_sums(src, first + i + 4, weights + static_cast<size_t>(i + 4) * taps, taps);
      put(dst + i, _mm_packs_epi32(round_sums(low), round_sums(high)));
    }
  }
  blend_columns_rest_reference(src, plan, i, count, dst);
}

ISOTHERM_SSE41 inline __m128i cut_off(__m128i level) {
  return _mm_min_epi16(_mm_max_epi16(level, _mm_setzero_si128()), _mm_set1_epi16(255 * 64));
}

ISOTHERM_SSE41 inline __m128i full_luma(__m128i y, const YuvCoefficients& coefficients) {
  const __m128i shifted = _mm_sub_epi16(y, _mm_set1_epi16(coefficients.luma_offset));
  return _mm_add_epi16(shifted, _mm_mulhrs_epi16(shifted, _mm_set1_epi16(coefficients.luma_extra)));
}

ISOTHERM_SSE41 void yuv_to_rgb(int16_t* y, int16_t* u, int16_t* v, int count, const YuvCoefficients& coefficients) {
  const __m128i middle = _mm_set1_epi16(8192);
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i luma = full_luma(load(y + i), coefficients);
    const __m128i blue = _mm_slli_epi16(_mm_sub_epi16(load(u + i), middle), 2);
    const __m128i red = _mm_slli_epi16(_mm_sub_epi16(load(v + i), middle), 2);
    const __m128i r = _mm_adds_epi16(luma, _mm_mulhrs_epi16(red, _mm_set1_epi16(coefficients.red_v)));
    const __m128i b = _mm_adds_epi16(luma, _mm_mulhrs_epi16(blue, _mm_set1_epi16(coefficients.blue_u)));
    const __m128i g = _mm_sub_epi16(_mm_sub_epi16(luma, _mm_mulhrs_epi16(blue, _mm_set1_epi16(coefficients.green_u))),
                                    _mm_mulhrs_epi16(red, _mm_set1_epi16(coefficients.green_v)));
    put(y + i, cut_off(r));
    put(u + i, cut_off(g));
    put(v + i, cut_off(b));
  }
  yuv_to_rgb_reference(y + i, u + i, v + i, count - i, coefficients);
}

ISOTHERM_SSE41 void stretch_luma(int16_t* y, int count, const YuvCoefficients& coefficients) {
  int i = 0;
  for (; i + 8 <= count; i += 8) put(y + i, cut_off(full_luma(load(y + i), coefficients)));
  stretch_luma_reference(y + i, count - i, coefficients);
}

ISOTHERM_SSE41 void rgb_to_gray(int16_t* r, const int16_t* g, const int16_t* b, int count) {
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i red = _mm_mulhrs_epi16(load(r + i), _mm_set1_epi16(9798));
    const __m128i green = _mm_mulhrs_epi16(load(g + i), _mm_set1_epi16(19235));
    const __m128i blue = _mm_mulhrs_epi16(load(b + i), _mm_set1_epi16(3735));
    put(r + i, _mm_add_epi16(_mm_add_epi16(red, green), blue));
  }
  rgb_to_gray_reference(r + i, g + i, b + i, count - i);
}

/** Four levels as real values: two roundings, as the reference. */
ISOTHERM_SSE41 inline __m128 reals(const int16_t* src, const Normal& normal) {
  const __m128i levels = _mm_cvtepi16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(src)));
  return _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(levels), _mm_set1_ps(normal.multiply)), _mm_set1_ps(normal.add));
}

/** Four codes without zero point. cvtps rounds half to even, as the mode is at start and nobody changes it. */
ISOTHERM_SSE41 inline __m128i steps(const int16_t* src, const Normal& normal) {
  __m128 values = reals(src, normal);
  if (!normal.is_tame) values = _mm_min_ps(_mm_max_ps(values, _mm_set1_ps(-1024.0f)), _mm_set1_ps(1024.0f));
  return _mm_cvtps_epi32(values);
}

/** Sixteen codes as bytes. What is out of range stays so through both saturations. */
ISOTHERM_SSE41 inline __m128i code_bytes(const int16_t* src, const Normal& normal, bool is_signed) {
  const __m128i zero_point = _mm_set1_epi16(static_cast<int16_t>(normal.zero_point));
  const __m128i low = _mm_adds_epi16(_mm_packs_epi32(steps(src, normal), steps(src + 4, normal)), zero_point);
  const __m128i high = _mm_adds_epi16(_mm_packs_epi32(steps(src + 8, normal), steps(src + 12, normal)), zero_point);
  return is_signed ? _mm_packs_epi16(low, high) : _mm_packus_epi16(low, high);
}

ISOTHERM_SSE41 void store_planar(const int16_t* src, int count, const Normal& normal, Element element, void* dst) {
  int i = 0;
  if (element == Element::float32) {
    for (; i + 4 <= count; i += 4) _mm_storeu_ps(static_cast<float*>(dst) + i, reals(src + i, normal));
  } else if (element != Element::float16) {
    for (; i + 16 <= count; i += 16) {
      put(static_cast<uint8_t*>(dst) + i, code_bytes(src + i, normal, element == Element::int8));
    }
  }
  store_planar_reference(src + i, count - i, normal, element,
                         static_cast<uint8_t*>(dst) + static_cast<size_t>(i) * element_bytes(element));
}

ISOTHERM_SSE41 inline void put_mixed(float* dst, __m128 r, __m128 g, __m128 b) {
  const __m128 low = _mm_unpacklo_ps(r, g);
  const __m128 high = _mm_unpackhi_ps(r, g);
  _mm_storeu_ps(dst, _mm_shuffle_ps(low, _mm_shuffle_ps(b, r, _MM_SHUFFLE(1, 1, 0, 0)), _MM_SHUFFLE(2, 0, 1, 0)));
  _mm_storeu_ps(dst + 4, _mm_shuffle_ps(_mm_shuffle_ps(g, b, _MM_SHUFFLE(1, 1, 1, 1)), high, _MM_SHUFFLE(1, 0, 2, 0)));
  _mm_storeu_ps(dst + 8, _mm_shuffle_ps(_mm_shuffle_ps(b, r, _MM_SHUFFLE(3, 3, 2, 2)),
                                        _mm_shuffle_ps(g, b, _MM_SHUFFLE(3, 3, 3, 3)), _MM_SHUFFLE(2, 0, 2, 0)));
}

/** Byte j of the k-th sixteen of mixed bytes comes from channel (16k + j) % 3, byte (16k + j) / 3. */
ISOTHERM_SSE41 inline void put_mixed(uint8_t* dst, __m128i r, __m128i g, __m128i b) {
  constexpr int8_t n = -1;
  const __m128i r0 = _mm_setr_epi8(0, n, n, 1, n, n, 2, n, n, 3, n, n, 4, n, n, 5);
  const __m128i g0 = _mm_setr_epi8(n, 0, n, n, 1, n, n, 2, n, n, 3, n, n, 4, n, n);
  const __m128i b0 = _mm_setr_epi8(n, n, 0, n, n, 1, n, n, 2, n, n, 3, n, n, 4, n);
  const __m128i r1 = _mm_setr_epi8(n, n, 6, n, n, 7, n, n, 8, n, n, 9, n, n, 10, n);
  const __m128i g1 = _mm_setr_epi8(5, n, n, 6, n, n, 7, n, n, 8, n, n, 9, n, n, 10);
  const __m128i b1 = _mm_setr_epi8(n, 5, n, n, 6, n, n, 7, n, n, 8, n, n, 9, n, n);
  const __m128i r2 = _mm_setr_epi8(n, 11, n, n, 12, n, n, 13, n, n, 14, n, n, 15, n, n);
  const __m128i g2 = _mm_setr_epi8(n, n, 11, n, n, 12, n, n, 13, n, n, 14, n, n, 15, n);
  const __m128i b2 = _mm_setr_epi8(10, n, n, 11, n, n, 12, n, n, 13, n, n, 14, n, n, 15);
  const auto mix = [&](__m128i at_r, __m128i at_g, __m128i at_b) ISOTHERM_SSE41 {
    return _mm_or_si128(_mm_or_si128(_mm_shuffle_epi8(r, at_r), _mm_shuffle_epi8(g, at_g)), _mm_shuffle_epi8(b, at_b));
  };
  put(dst, mix(r0, g0, b0));
  put(dst + 16, mix(r1, g1, b1));
  put(dst + 32, mix(r2, g2, b2));
}

ISOTHERM_SSE41 void store_interleaved(const int16_t* const src[3], int count, const Normal normal[3], Element element,
                                      void* dst) {
  int i = 0;
  if (element == Element::float32) {
    for (; i + 4 <= count; i += 4) {
      put_mixed(static_cast<float*>(dst) + 3 * i, reals(src[0] + i, normal[0]), reals(src[1] + i, normal[1]),
                reals(src[2] + i, normal[2]));
    }
  } else if (element != Element::float16) {
    const bool is_signed = element == Element::int8;
    for (; i + 16 <= count; i += 16) {
      put_mixed(static_cast<uint8_t*>(dst) + 3 * i, code_bytes(src[0] + i, normal[0], is_signed),
                code_bytes(src[1] + i, normal[1], is_signed), code_bytes(src[2] + i, normal[2], is_signed));
    }
  }
  const int16_t* const rest[3] = {src[0] + i, src[1] + i, src[2] + i};
  store_interleaved_reference(rest, count - i, normal, element,
                              static_cast<uint8_t*>(dst) + 3 * static_cast<size_t>(i) * element_bytes(element));
}

}  // namespace

const RowKernels& fit_to_tensor_sse41() {
  static const RowKernels kernels = {"sse41",      blend_rows,   premultiply, split2,       split3,
                                     split4,       blend_columns, yuv_to_rgb,  stretch_luma, rgb_to_gray,
                                     store_planar, store_interleaved};
  return kernels;
}

}  // namespace isotherm

#endif
