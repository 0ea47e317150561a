#if defined(__x86_64__)
#include "reference.h"
namespace isotherm {
const RowKernels& fit_to_tensor_reference();
const RowKernels& fit_to_tensor_sse41() { return fit_to_tensor_reference(); }
const RowKernels& fit_to_tensor_avx2() { return fit_to_tensor_reference(); }
}
#endif
