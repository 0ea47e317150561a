#if defined(__aarch64__)

#include <arm_neon.h>

#include "motion_measure.h"

namespace isotherm {

uint64_t motion_measure_neon(const uint8_t* a, const uint8_t* b, size_t count) {
  uint64x2_t sums = vdupq_n_u64(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint8x16_t differences = vabdq_u8(vld1q_u8(a + i), vld1q_u8(b + i));
    sums = vpadalq_u32(sums, vpaddlq_u16(vpaddlq_u8(differences)));
  }
  return vaddvq_u64(sums) + motion_measure_reference(a + i, b + i, count - i);
}

}  // namespace isotherm

#endif
