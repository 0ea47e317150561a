// Which twins this CPU can run, and which ones are used.

#pragma once

#include <vector>

#include "kernels/fit_to_tensor/rows.h"
#include "kernels/motion_measure/motion_measure.h"

namespace isotherm {

/** One twin of every operation. */
struct KernelSet {
  const char* name;
  const RowKernels* fit_to_tensor;
  MotionMeasure motion_measure;
};

/** All sets that run here, best last; the first is the reference. */
const std::vector<KernelSet>& runnable_kernels();

/** The set of that name, or null where this build or CPU has none. */
const KernelSet* kernels_named(const char* name);

/**
 * The best set, or the one that the environment names.
 * @param wanted value of ISOTHERM_KERNELS, or null; what does not run here is ignored
 */
const KernelSet& choose_kernels(const char* wanted);

}  // namespace isotherm
