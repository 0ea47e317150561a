// motion_measure: how much two pictures of one size differ: the sum of |a[i] - b[i]|. The pictures are small luma grids that
// fit_to_tensor made (gray, uint8), so that noise and single pixels are averaged away before they are compared.

#pragma once

#include <cstddef>
#include <cstdint>

namespace isotherm {

using MotionMeasure = uint64_t (*)(const uint8_t* a, const uint8_t* b, size_t count);

uint64_t motion_measure_reference(const uint8_t* a, const uint8_t* b, size_t count);

}  // namespace isotherm
