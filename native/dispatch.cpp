#include "dispatch.h"

#include <cstring>

namespace isotherm {

#define KERNEL_SET(name, rows, motion, is_runnable) \
  const RowKernels& rows();                         \
  uint64_t motion(const uint8_t* a, const uint8_t* b, size_t count);
#include "kernels/kernels.def"
#undef KERNEL_SET

const std::vector<KernelSet>& runnable_kernels() {
  static const std::vector<KernelSet> sets = [] {
    std::vector<KernelSet> found;
#define KERNEL_SET(name, rows, motion, is_runnable) \
  if (is_runnable) found.push_back({#name, &rows(), motion});
#include "kernels/kernels.def"
#undef KERNEL_SET
    return found;
  }();
  return sets;
}

const KernelSet* kernels_named(const char* name) {
  for (const KernelSet& set : runnable_kernels()) {
    if (std::strcmp(set.name, name) == 0) return &set;
  }
  return nullptr;
}

const KernelSet& choose_kernels(const char* wanted) {
  const KernelSet* named = wanted == nullptr ? nullptr : kernels_named(wanted);
  return named != nullptr ? *named : runnable_kernels().back();
}

}  // namespace isotherm
