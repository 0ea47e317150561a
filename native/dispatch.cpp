#include "dispatch.h"

#include <cstring>

namespace isotherm {

#define KERNEL_SET(name, table, is_runnable) const RowKernels& table();
#include "kernels/kernels.def"
#undef KERNEL_SET

std::vector<const RowKernels*> runnable_kernels() {
  std::vector<const RowKernels*> found;
#define KERNEL_SET(name, table, is_runnable) \
  if (is_runnable) found.push_back(&table());
#include "kernels/kernels.def"
#undef KERNEL_SET
  return found;
}

const RowKernels* kernels_named(const char* name) {
  for (const RowKernels* kernels : runnable_kernels()) {
    if (std::strcmp(kernels->name, name) == 0) return kernels;
  }
  return nullptr;
}

const RowKernels& choose_kernels(const char* wanted) {
  const RowKernels* named = wanted == nullptr ? nullptr : kernels_named(wanted);
  return named != nullptr ? *named : *runnable_kernels().back();
}

}  // namespace isotherm
