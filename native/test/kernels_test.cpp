// Every twin that this CPU runs against the reference, bit for bit, without Node: for the cross-compiled build under QEMU, and for the
// sanitizers. Cases are drawn from a fixed seed; the last line is a digest of all that the reference made, the same on every machine.
//
//   kernels_test [cases] [seed]

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "../dispatch.h"
#include "../kernels/fit_to_tensor/fit_to_tensor.h"

namespace isotherm {

namespace {

/** Marsaglia's xorshift64*: the same draws everywhere. */
class Draw {
 public:
  explicit Draw(uint64_t seed) : state_(seed | 1) {}

  uint32_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<uint32_t>((state_ * 0x2545f4914f6cdd1dULL) >> 32);
  }
  int between(int least, int most) { return least + static_cast<int>(next() % static_cast<uint32_t>(most - least + 1)); }
  float factor() { return static_cast<float>(between(-20000, 20000)) / 8192.0f; }
  /** Small sizes often, odd large ones sometimes. */
  int side() { return between(0, 3) == 0 ? between(100, 500) : between(0, 1) == 0 ? between(1, 9) : between(1, 80); }

 private:
  uint64_t state_;
};

struct Case {
  SourceShape source;
  Window window;
  TensorShape tensor;
};

uint8_t draw_chroma(Draw& draw) { return static_cast<uint8_t>(1 << draw.between(0, 2)); }

Case draw_case(Draw& draw) {
  Case made{};
  made.source.format = static_cast<Format>(draw.between(0, 6));
  const int cut = draw.between(0, 7);
  made.source.width_eighths = std::max(1, 8 * draw.side() - cut);
  made.source.height_eighths = std::max(1, 8 * draw.side() - cut);
  made.source.chroma_x = draw_chroma(draw);
  made.source.chroma_y = draw_chroma(draw);
  made.source.limited_range = draw.between(0, 1) == 1;
  made.source.orientation = static_cast<uint8_t>(draw.between(1, 8));
  made.tensor.width = draw.between(1, 90);
  made.tensor.height = draw.between(1, 50);
  made.tensor.element = static_cast<Element>(draw.between(0, 3));
  made.tensor.color = static_cast<Color>(draw.between(0, 2));
  made.tensor.planar = draw.between(0, 1) == 1;
  for (int c = 0; c < 3; ++c) {
    made.tensor.multiply[c] = draw.factor();
    made.tensor.add[c] = draw.factor();
  }
  // Now and then far beyond all ranges.
  if (draw.between(0, 15) == 0) made.tensor.multiply[0] *= 1e30f;
  made.tensor.zero_point = draw.between(-128, 255);
  made.tensor.pad = static_cast<uint8_t>(draw.between(0, 255));
  made.window = {draw.between(-20, 20), draw.between(-20, 20), draw.between(1, 130), draw.between(1, 90)};
  // A strip of a picture cropped to a square: its window is as long as it can be.
  if (draw.between(0, 30) == 0) {
    made.window.width = draw.between(1, 2) == 1 ? kMaxWindowSide : 1 << draw.between(7, 28);
    made.window.left = (made.tensor.width - made.window.width) / 2;
  }
  return made;
}

/** Bytes of exactly this size, so that a sanitizer sees the first one beyond. */
using Bytes = std::unique_ptr<uint8_t[]>;

struct Pixels {
  Bytes planes[kMaxPlanes];
  Planes view;
};

Pixels draw_pixels(Draw& draw, const SourceShape& source) {
  Pixels pixels;
  PlaneShape shapes[kMaxPlanes];
  const int count = plane_shapes(source, shapes);
  const size_t padding = static_cast<size_t>(draw.between(0, 7));
  for (int p = 0; p < count; ++p) {
    const size_t row = static_cast<size_t>(shapes[p].columns) * static_cast<size_t>(shapes[p].interleave);
    const size_t stride = row + padding;
    const size_t size = stride * static_cast<size_t>(shapes[p].rows - 1) + row;
    pixels.planes[p].reset(new uint8_t[size]);
    for (size_t i = 0; i < size; ++i) {
      const uint8_t value = static_cast<uint8_t>(draw.next());
      pixels.planes[p][i] = value < 40 ? 0 : value > 215 ? 255 : value;
    }
    pixels.view.data[p] = pixels.planes[p].get();
    pixels.view.stride[p] = stride;
  }
  return pixels;
}

Bytes run(const FitPlan& plan, const RowKernels& kernels, const Planes& planes) {
  const size_t size = tensor_bytes(plan.tensor);
  Bytes tensor(new uint8_t[size]);
  std::memset(tensor.get(), 0xa5, size);
  void* workspace = std::aligned_alloc(64, plan.workspace_bytes);
  // What a workspace held before must not matter.
  std::memset(workspace, 0x5a, plan.workspace_bytes);
  fit_to_tensor(plan, kernels, planes, workspace, tensor.get());
  std::free(workspace);
  return tensor;
}

void describe(const Case& made) {
  std::printf("format %d, %d x %d eighths, chroma %d x %d, orientation %d, limited %d; ", static_cast<int>(made.source.format),
              made.source.width_eighths, made.source.height_eighths, made.source.chroma_x, made.source.chroma_y,
              made.source.orientation, made.source.limited_range);
  std::printf("window %d %d %d %d; tensor %d x %d, element %d, color %d, planar %d\n", made.window.left, made.window.top,
              made.window.width, made.window.height, made.tensor.width, made.tensor.height,
              static_cast<int>(made.tensor.element), static_cast<int>(made.tensor.color), made.tensor.planar);
}

uint64_t digest(uint64_t so_far, const uint8_t* bytes, size_t size) {
  // FNV-1a: told apart are differences, not attackers.
  for (size_t i = 0; i < size; ++i) so_far = (so_far ^ bytes[i]) * 0x100000001b3ULL;
  return so_far;
}

/** Every length up to a few steps, at odd offsets. */
bool test_motion(Draw& draw, const std::vector<KernelSet>& twins) {
  for (size_t count = 0; count < 200; ++count) {
    const size_t offset = count % 7;
    Bytes a(new uint8_t[count + offset]);
    Bytes b(new uint8_t[count + offset]);
    for (size_t i = 0; i < count + offset; ++i) {
      a[i] = static_cast<uint8_t>(draw.next());
      b[i] = static_cast<uint8_t>(draw.next());
    }
    const uint64_t expected = motion_measure_reference(a.get() + offset, b.get() + offset, count);
    for (const KernelSet& set : twins) {
      if (set.motion_measure(a.get() + offset, b.get() + offset, count) == expected) continue;
      std::printf("%s: motion_measure differs from the reference at length %zu\n", set.name, count);
      return false;
    }
  }
  return true;
}

int test(int cases, uint64_t seed) {
  Draw draw(seed);
  const std::vector<KernelSet>& twins = runnable_kernels();
  for (const KernelSet& set : twins) std::printf("%s ", set.name);
  std::printf("on %d cases of seed %" PRIu64 "\n", cases, seed);
  uint64_t all = 0xcbf29ce484222325ULL;
  for (int k = 0; k < cases; ++k) {
    const Case made = draw_case(draw);
    const Pixels pixels = draw_pixels(draw, made.source);
    FitPlan plan{};
    if (!make_fit_plan(made.source, made.window, made.tensor, &plan)) {
      std::printf("no plan for case %d: ", k);
      describe(made);
      return 1;
    }
    const size_t size = tensor_bytes(made.tensor);
    const Bytes expected = run(plan, *twins[0].fit_to_tensor, pixels.view);
    all = digest(all, expected.get(), size);
    for (size_t twin = 1; twin < twins.size(); ++twin) {
      const Bytes found = run(plan, *twins[twin].fit_to_tensor, pixels.view);
      if (std::memcmp(found.get(), expected.get(), size) == 0) continue;
      size_t at = 0;
      while (found[at] == expected[at]) ++at;
      std::printf("%s differs from the reference at byte %zu of %zu, case %d: ", twins[twin].name, at, size, k);
      describe(made);
      return 1;
    }
  }
  if (!test_motion(draw, twins)) return 1;
  std::printf("digest %016" PRIx64 "\n", all);
  return 0;
}

}  // namespace

}  // namespace isotherm

int main(int count, char** arguments) {
  const int cases = count > 1 ? std::atoi(arguments[1]) : 2000;
  const uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
  return isotherm::test(cases, seed);
}
