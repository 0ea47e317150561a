// psadbw is of SSE2, which every x86-64 has; the twin carries the name of the set that it belongs to.

#if defined(__x86_64__)

#include <emmintrin.h>

#include "motion_measure.h"

namespace isotherm {

uint64_t motion_measure_sse41(const uint8_t* a, const uint8_t* b, size_t count) {
  __m128i sums = _mm_setzero_si128();
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i));
    const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(x, y));
  }
  const __m128i both = _mm_add_epi64(sums, _mm_unpackhi_epi64(sums, sums));
  return static_cast<uint64_t>(_mm_cvtsi128_si64(both)) + motion_measure_reference(a + i, b + i, count - i);
}

}  // namespace isotherm

#endif
