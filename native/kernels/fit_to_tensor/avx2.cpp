// The AVX2 and F16C twin of rows.h: the SSE4.1 twin's steps at twice the width where that pays. What is not here (taking rows apart,
// alpha, bytes pixel by pixel) is the SSE4.1 twin's.

#if defined(__x86_64__)

#include <immintrin.h>

#include "reference.h"

#define ISOTHERM_AVX2 __attribute__((target("avx2,f16c")))

namespace isotherm {

const RowKernels& fit_to_tensor_sse41();

namespace {

ISOTHERM_AVX2 inline __m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
ISOTHERM_AVX2 inline __m128i load_half(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
ISOTHERM_AVX2 inline void put(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }
ISOTHERM_AVX2 inline void put(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }

ISOTHERM_AVX2 inline __m256i weight_pair(const uint16_t* weights, int taps, int t) {
  const int second = t + 1 < taps ? weights[t + 1] : 0;
  return _mm256_set1_epi16(static_cast<int16_t>(weights[t] | second << 8));
}

/** As in sse41.cpp. `T` taps that the compiler can keep in registers, or any number where T is 0. */
template <int T>
ISOTHERM_AVX2 void blend_rows_of(const uint8_t* first_row, size_t stride, const uint16_t* weights, int any, int count,
                                 int16_t* dst) {
  const int taps = T == 0 ? any : T;
  const __m256i lower = _mm256_set1_epi8(static_cast<char>(0x80));
  const __m256i raise = _mm256_set1_epi16(static_cast<int16_t>(0x8000));
  const __m256i zero = _mm256_setzero_si256();
  // Kept aside: for all that the compiler knows, a store of a vector may change the weights.
  __m256i kept[T == 0 ? 1 : (T + 1) / 2];
  for (int t = 0; t < T; t += 2) kept[t / 2] = weight_pair(weights, T, t);
  for (int i = 0;; i += 32) {
    // The last step lies over the one before, so that nothing is read past the row.
    if (i + 32 > count) i = count - 32;
    __m256i low = raise;
    __m256i high = raise;
    for (int t = 0; t < taps; t += 2) {
      const uint8_t* row = first_row + static_cast<size_t>(t) * stride + i;
      const __m256i a = _mm256_xor_si256(load(row), lower);
      const __m256i b = t + 1 < taps ? _mm256_xor_si256(load(row + stride), lower) : zero;
      const __m256i pair = T == 0 ? weight_pair(weights, taps, t) : kept[t / 2];
      low = _mm256_add_epi16(low, _mm256_maddubs_epi16(pair, _mm256_unpacklo_epi8(a, b)));
      high = _mm256_add_epi16(high, _mm256_maddubs_epi16(pair, _mm256_unpackhi_epi8(a, b)));
    }
    // Unpacking works within halves: pixels 0 to 7 and 16 to 23 are in one register.
    low = _mm256_avg_epu16(low, zero);
    high = _mm256_avg_epu16(high, zero);
    put(dst + i, _mm256_permute2x128_si256(low, high, 0x20));
    put(dst + i + 16, _mm256_permute2x128_si256(low, high, 0x31));
    if (i + 32 == count) return;
  }
}

ISOTHERM_AVX2 void blend_rows(const uint8_t* first_row, size_t stride, const uint16_t* weights, int taps, int count,
                              int16_t* dst) {
  if (count < 32 || taps == 1) return fit_to_tensor_sse41().blend_rows(first_row, stride, weights, taps, count, dst);
  switch (taps) {
    case 2:
      return blend_rows_of<2>(first_row, stride, weights, taps, count, dst);
    case 3:
      return blend_rows_of<3>(first_row, stride, weights, taps, count, dst);
    case 4:
      return blend_rows_of<4>(first_row, stride, weights, taps, count, dst);
    case 5:
      return blend_rows_of<5>(first_row, stride, weights, taps, count, dst);
    default:
      return blend_rows_of<0>(first_row, stride, weights, taps, count, dst);
  }
}

/** Rounds eight sums, and packs them in order. */
ISOTHERM_AVX2 inline __m128i finish_columns(__m256i sums) {
  const __m256i shifted = _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(16384)), 15);
  return _mm_packs_epi32(_mm256_castsi256_si128(shifted), _mm256_extracti128_si256(shifted, 1));
}

/** Where the groups lie: kept aside from the plan, which for all that the compiler knows a store of a vector may change. */
struct Groups {
  const int16_t* src;
  const int32_t* first;
  const uint8_t* order;
  const int16_t* weights;
};

/** Products of the eight values of two groups. */
ISOTHERM_AVX2 inline __m256i group_sums(const Groups& groups, int low, int high) {
  const __m256i values =
      _mm256_set_m128i(load_half(groups.src + groups.first[high]), load_half(groups.src + groups.first[low]));
  const __m256i order = _mm256_set_m128i(load_half(groups.order + 16 * high), load_half(groups.order + 16 * low));
  const __m256i by = _mm256_set_m128i(load_half(groups.weights + 8 * high), load_half(groups.weights + 8 * low));
  return _mm256_madd_epi16(_mm256_shuffle_epi8(values, order), by);
}

/** All outputs in whole eights. @returns how many were made */
ISOTHERM_AVX2 int blend_in_groups(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  const Groups groups{src, plan.group_first.data(), plan.order.data(), plan.group_weights.data()};
  int i = 0;
  if (plan.group == 4) {
    for (; i + 8 <= count; i += 8) put(dst + i, finish_columns(group_sums(groups, i / 4, i / 4 + 1)));
    return i;
  }
  for (; i + 8 <= count; i += 8) {
    // Adding neighbours works within halves: outputs 0 to 3 come from the lower ones, 4 to 7 from the upper ones.
    const int at = i / 2;
    put(dst + i, finish_columns(_mm256_hadd_epi32(group_sums(groups, at, at + 2), group_sums(groups, at + 1, at + 3))));
  }
  return i;
}

/** Products of outputs k and k + 4, all their taps, as four partial sums each. */
ISOTHERM_AVX2 inline __m256i partial_sums(const int16_t* src, const int32_t* first, const int16_t* weights, int taps, int k) {
  const int16_t* near = src + first[k];
  const int16_t* far = src + first[k + 4];
  const int16_t* by_near = weights + static_cast<size_t>(k) * static_cast<size_t>(taps);
  const int16_t* by_far = weights + static_cast<size_t>(k + 4) * static_cast<size_t>(taps);
  __m256i sums = _mm256_setzero_si256();
  int t = 0;
  for (; t + 8 <= taps; t += 8) {
    const __m256i values = _mm256_set_m128i(load_half(far + t), load_half(near + t));
    const __m256i by = _mm256_set_m128i(load_half(by_far + t), load_half(by_near + t));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(values, by));
  }
  if (t < taps) {
    const auto four = [](const int16_t* at) ISOTHERM_AVX2 { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)); };
    const __m256i values = _mm256_set_m128i(four(far + t), four(near + t));
    const __m256i by = _mm256_set_m128i(four(by_far + t), four(by_near + t));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(values, by));
  }
  return sums;
}

ISOTHERM_AVX2 inline __m128i columns_of_many(const int16_t* src, const int32_t* first, const int16_t* weights, int taps) {
  const __m256i a = _mm256_hadd_epi32(partial_sums(src, first, weights, taps, 0), partial_sums(src, first, weights, taps, 1));
  const __m256i b = _mm256_hadd_epi32(partial_sums(src, first, weights, taps, 2), partial_sums(src, first, weights, taps, 3));
  return finish_columns(_mm256_hadd_epi32(a, b));
}

ISOTHERM_AVX2 void blend_columns(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst) {
  const int32_t* first = plan.first.data();
  const int16_t* weights = plan.weights.data();
  const int taps = plan.taps;
  int i = 0;
  if (plan.is_identity) {
    for (; i + 16 <= count; i += 16) put(dst + i, _mm256_avg_epu16(load(src + i), _mm256_setzero_si256()));
  } else if (plan.group != 0) {
    i = blend_in_groups(src, plan, count, dst);
  } else {
    for (; i + 8 <= count; i += 8) {
      put(dst + i, columns_of_many(src, first + i, weights + static_cast<size_t>(i) * static_cast<size_t>(taps), taps));
    }
  }
  blend_columns_rest_reference(src, plan, i, count, dst);
}

ISOTHERM_AVX2 inline __m256i cut_off(__m256i level) {
  return _mm256_min_epi16(_mm256_max_epi16(level, _mm256_setzero_si256()), _mm256_set1_epi16(255 * 64));
}

ISOTHERM_AVX2 void yuv_to_rgb(int16_t* y, int16_t* u, int16_t* v, int count, const YuvCoefficients& coefficients) {
  const __m256i middle = _mm256_set1_epi16(8192);
  const __m256i offset = _mm256_set1_epi16(coefficients.luma_offset);
  const __m256i extra = _mm256_set1_epi16(coefficients.luma_extra);
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i shifted = _mm256_sub_epi16(load(y + i), offset);
    const __m256i luma = _mm256_add_epi16(shifted, _mm256_mulhrs_epi16(shifted, extra));
    const __m256i blue = _mm256_slli_epi16(_mm256_sub_epi16(load(u + i), middle), 2);
    const __m256i red = _mm256_slli_epi16(_mm256_sub_epi16(load(v + i), middle), 2);
    const __m256i r = _mm256_adds_epi16(luma, _mm256_mulhrs_epi16(red, _mm256_set1_epi16(coefficients.red_v)));
    const __m256i b = _mm256_adds_epi16(luma, _mm256_mulhrs_epi16(blue, _mm256_set1_epi16(coefficients.blue_u)));
    const __m256i less_blue = _mm256_sub_epi16(luma, _mm256_mulhrs_epi16(blue, _mm256_set1_epi16(coefficients.green_u)));
    const __m256i g = _mm256_sub_epi16(less_blue, _mm256_mulhrs_epi16(red, _mm256_set1_epi16(coefficients.green_v)));
    put(y + i, cut_off(r));
    put(u + i, cut_off(g));
    put(v + i, cut_off(b));
  }
  fit_to_tensor_sse41().yuv_to_rgb(y + i, u + i, v + i, count - i, coefficients);
}

/** Eight levels as real values: two roundings, as the reference. */
ISOTHERM_AVX2 inline __m256 reals(const int16_t* src, const Normal& normal) {
  const __m256 levels = _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(load_half(src)));
  return _mm256_add_ps(_mm256_mul_ps(levels, _mm256_set1_ps(normal.multiply)), _mm256_set1_ps(normal.add));
}

ISOTHERM_AVX2 inline __m256i steps(const int16_t* src, const Normal& normal) {
  __m256 values = reals(src, normal);
  if (!normal.is_tame) values = _mm256_min_ps(_mm256_max_ps(values, _mm256_set1_ps(-1024.0f)), _mm256_set1_ps(1024.0f));
  return _mm256_cvtps_epi32(values);
}

/** Thirty-two codes as bytes: both packings work within halves, so the eights are put in order at the end. */
ISOTHERM_AVX2 inline __m256i code_bytes(const int16_t* src, const Normal& normal, bool is_signed) {
  const __m256i zero_point = _mm256_set1_epi16(static_cast<int16_t>(normal.zero_point));
  const __m256i low = _mm256_adds_epi16(_mm256_packs_epi32(steps(src, normal), steps(src + 8, normal)), zero_point);
  const __m256i high = _mm256_adds_epi16(_mm256_packs_epi32(steps(src + 16, normal), steps(src + 24, normal)), zero_point);
  const __m256i bytes = is_signed ? _mm256_packs_epi16(low, high) : _mm256_packus_epi16(low, high);
  return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

ISOTHERM_AVX2 void store_planar(const int16_t* src, int count, const Normal& normal, Element element, void* dst) {
  int i = 0;
  if (element == Element::float32) {
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(static_cast<float*>(dst) + i, reals(src + i, normal));
  } else if (element == Element::float16) {
    for (; i + 8 <= count; i += 8) {
      put(static_cast<uint16_t*>(dst) + i, _mm256_cvtps_ph(reals(src + i, normal), _MM_FROUND_TO_NEAREST_INT));
    }
  } else {
    for (; i + 32 <= count; i += 32) {
      put(static_cast<uint8_t*>(dst) + i, code_bytes(src + i, normal, element == Element::int8));
    }
  }
  fit_to_tensor_sse41().store_planar(src + i, count - i, normal, element,
                                     static_cast<uint8_t*>(dst) + static_cast<size_t>(i) * element_bytes(element));
}

/** Word j of the k-th eight of mixed words comes from channel (8k + j) % 3, word (8k + j) / 3: as split3 of sse41.cpp, backwards. */
ISOTHERM_AVX2 inline void put_mixed(uint16_t* dst, __m128i r, __m128i g, __m128i b) {
  const __m128i order_r = _mm_setr_epi8(0, 1, 6, 7, 12, 13, 2, 3, 8, 9, 14, 15, 4, 5, 10, 11);
  const __m128i order_g = _mm_setr_epi8(10, 11, 0, 1, 6, 7, 12, 13, 2, 3, 8, 9, 14, 15, 4, 5);
  const __m128i order_b = _mm_setr_epi8(4, 5, 10, 11, 0, 1, 6, 7, 12, 13, 2, 3, 8, 9, 14, 15);
  const __m128i x = _mm_shuffle_epi8(r, order_r);
  const __m128i y = _mm_shuffle_epi8(g, order_g);
  const __m128i z = _mm_shuffle_epi8(b, order_b);
  put(dst, _mm_blend_epi16(_mm_blend_epi16(x, y, 0x92), z, 0x24));
  put(dst + 8, _mm_blend_epi16(_mm_blend_epi16(x, y, 0x24), z, 0x49));
  put(dst + 16, _mm_blend_epi16(_mm_blend_epi16(x, y, 0x49), z, 0x92));
}

ISOTHERM_AVX2 void store_interleaved(const int16_t* const src[3], int count, const Normal normal[3], Element element,
                                     void* dst) {
  int i = 0;
  if (element == Element::float16) {
    const auto halves = [&](int c) ISOTHERM_AVX2 {
      return _mm256_cvtps_ph(reals(src[c] + i, normal[c]), _MM_FROUND_TO_NEAREST_INT);
    };
    for (; i + 8 <= count; i += 8) put_mixed(static_cast<uint16_t*>(dst) + 3 * i, halves(0), halves(1), halves(2));
  }
  const int16_t* const rest[3] = {src[0] + i, src[1] + i, src[2] + i};
  fit_to_tensor_sse41().store_interleaved(rest, count - i, normal, element,
                                          static_cast<uint8_t*>(dst) + 3 * static_cast<size_t>(i) * element_bytes(element));
}

}  // namespace

const RowKernels& fit_to_tensor_avx2() {
  const RowKernels& narrow = fit_to_tensor_sse41();
  static const RowKernels kernels = {
      "avx2",        blend_rows,    narrow.premultiply,  narrow.split2,      narrow.split3, narrow.split4,
      blend_columns, yuv_to_rgb,    narrow.stretch_luma, narrow.rgb_to_gray, store_planar,  store_interleaved,
  };
  return kernels;
}

}  // namespace isotherm

#endif
