// Fuzz target: any bytes through the JPEG decoder and on into every twin. With clang: -fsanitize=fuzzer,address,undefined. Elsewhere
// compile it with replay.cpp, which feeds files and simple mutations of them.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "../dispatch.h"
#include "../jpeg/decode_jpeg.h"

using isotherm::JpegDecoder;
using isotherm::JpegLayout;
using isotherm::JpegRequest;
using isotherm::JpegVerdict;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t length) {
  // One decoder for all, as in the engine: what one picture leaves behind must not harm the next.
  static JpegDecoder decoder;
  // Small, so that a run tries many; the last bytes choose what is asked for.
  const int32_t wanted = length == 0 ? 16 : 1 + bytes[length - 1];
  const JpegRequest request{bytes, length, wanted, wanted, (wanted & 1) == 1, 1 << 20};
  JpegLayout layout{};
  std::string what;
  if (decoder.prepare(request, &layout, &what) != JpegVerdict::ok) return 0;
  const std::unique_ptr<uint8_t[]> memory(new uint8_t[layout.bytes]);
  if (decoder.decode(request, layout, memory.get(), &what) != JpegVerdict::ok) return 0;

  isotherm::SourceShape shape = layout.shape;
  shape.orientation = static_cast<uint8_t>(1 + wanted % 8);
  const isotherm::TensorShape tensor{wanted, 17, isotherm::Element::uint8, isotherm::Color::rgb, true, {1, 1, 1}, {0, 0, 0}, 0, 114};
  isotherm::FitPlan plan{};
  if (!isotherm::make_fit_plan(shape, {0, 0, wanted, 17}, tensor, &plan)) std::abort();
  isotherm::Planes planes{};
  for (int p = 0; p < isotherm::kMaxPlanes; ++p) {
    planes.data[p] = memory.get() + layout.offset[p];
    planes.stride[p] = layout.stride[p];
  }
  const size_t size = isotherm::tensor_bytes(tensor);
  std::unique_ptr<uint8_t[]> expected;
  for (const isotherm::KernelSet& set : isotherm::runnable_kernels()) {
    std::unique_ptr<uint8_t[]> found(new uint8_t[size]);
    void* workspace = std::aligned_alloc(64, plan.workspace_bytes);
    isotherm::fit_to_tensor(plan, *set.fit_to_tensor, planes, workspace, found.get());
    std::free(workspace);
    if (expected && !std::equal(found.get(), found.get() + size, expected.get())) std::abort();
    if (!expected) expected = std::move(found);
  }
  return 0;
}
