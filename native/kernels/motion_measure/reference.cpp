#include "motion_measure.h"

namespace isotherm {

uint64_t motion_measure_reference(const uint8_t* a, const uint8_t* b, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += static_cast<uint64_t>(a[i] < b[i] ? b[i] - a[i] : a[i] - b[i]);
  return sum;
}

}  // namespace isotherm
