// Which twins this CPU can run, and which one is used.

#pragma once

#include <vector>

#include "kernels/fit_to_tensor/rows.h"

namespace isotherm {

/** All twins that run here, best last; the first is the reference. */
std::vector<const RowKernels*> runnable_kernels();

/** The twin of that name, or null where this build or CPU has none. */
const RowKernels* kernels_named(const char* name);

/**
 * The best twin, or the one that the environment names.
 * @param wanted value of ISOTHERM_KERNELS, or null; what does not run here is ignored
 */
const RowKernels& choose_kernels(const char* wanted);

}  // namespace isotherm
