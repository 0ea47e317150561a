// The order of fit_to_tensor: planes to rows, rows to channels, channels to the tensor. The same for every twin; only the row kernels
// differ. Rows of one output live in the workspace and stay in the first cache.

#include <algorithm>
#include <cstring>

#include "fit_to_tensor.h"

namespace isotherm {

namespace {

/** Rows that lie on their side are collected, so that each write into the tensor's columns takes a whole cache line. */
constexpr int kTurnedRows = 16;
constexpr size_t kLine = 64;

size_t whole_lines(size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

/** Parts of the workspace, each beginning on a cache line. Counts from address 0 where only the size is wanted. */
class Workspace {
 public:
  explicit Workspace(void* begin) : begin_(reinterpret_cast<uintptr_t>(begin)), at_(begin_) {}

  template <typename T>
  T* take(size_t count) {
    T* part = reinterpret_cast<T*>(at_);
    at_ += whole_lines(count * sizeof(T));
    return part;
  }
  size_t taken() const { return at_ - begin_; }

 private:
  uintptr_t begin_;
  uintptr_t at_;
};

/** Where the rows of one call lie. */
struct Rows {
  /** One blended row of the widest plane, as interleaved as it came. */
  int16_t* blended;
  /** Its components; of three at most. */
  int16_t* parts[3];
  int16_t* channels[3];
  /** RGBA rows times their alpha. */
  uint8_t* premultiplied;
  uint8_t* turned;
};

/** Columns of the work area: along the stored rows. */
int work_columns(const FitPlan& plan) { return plan.transposed ? plan.covered.height : plan.covered.width; }

Rows lay_out(const FitPlan& plan, Workspace& workspace) {
  size_t widest = 0;
  size_t columns = 0;
  for (int p = 0; p < plan.plane_count; ++p) {
    const PlaneShape& shape = plan.planes[p];
    widest = std::max(widest, static_cast<size_t>(shape.columns) * static_cast<size_t>(shape.interleave));
    columns = std::max(columns, static_cast<size_t>(shape.columns));
  }
  if (plan.source.format == Format::yuyv) columns *= 2;
  Rows rows{};
  rows.blended = workspace.take<int16_t>(widest + kRowSlack);
  for (auto& part : rows.parts) part = workspace.take<int16_t>(columns + kRowSlack);
  const size_t outputs = static_cast<size_t>(work_columns(plan));
  for (auto& channel : rows.channels) channel = workspace.take<int16_t>(outputs + kRowSlack);
  if (plan.source.format == Format::rgba) {
    rows.premultiplied = workspace.take<uint8_t>(widest * static_cast<size_t>(plan.rows[0].most_taps));
  }
  if (plan.transposed) {
    const size_t pixel = element_bytes(plan.tensor.element) * static_cast<size_t>(plan.tensor.channels());
    rows.turned = workspace.take<uint8_t>(outputs * pixel * kTurnedRows);
  }
  return rows;
}

struct Call {
  const FitPlan& plan;
  const RowKernels& kernels;
  const Planes& planes;
  const Rows& rows;
};

/** Row `y` of the work area from plane `p`, interleaved as it is stored. */
void blend_plane(const Call& call, int p, int y, int16_t* dst) {
  const RowPlan::Span span = call.plan.rows[p].spans[static_cast<size_t>(y)];
  const uint16_t* weights = &call.plan.rows[p].weights[static_cast<size_t>(span.weights)];
  const PlaneShape& shape = call.plan.planes[p];
  size_t stride = call.planes.stride[p];
  const size_t left = static_cast<size_t>(call.plan.first_column[p]) * static_cast<size_t>(shape.interleave);
  const uint8_t* first = call.planes.data[p] + static_cast<size_t>(span.first) * stride + left;
  const int bytes = shape.columns * shape.interleave;
  if (call.plan.source.format == Format::rgba) {
    for (int t = 0; t < span.taps; ++t) {
      call.kernels.premultiply(first + static_cast<size_t>(t) * stride, shape.columns,
                               call.rows.premultiplied + static_cast<size_t>(t) * static_cast<size_t>(bytes));
    }
    first = call.rows.premultiplied;
    stride = static_cast<size_t>(bytes);
  }
  call.kernels.blend_rows(first, stride, weights, span.taps, bytes, dst);
}

void blend_channel(const Call& call, const int16_t* src, const ColumnPlan& columns, int channel) {
  call.kernels.blend_columns(src, columns, work_columns(call.plan), call.rows.channels[channel]);
}

/** One row of the work area as stored colours: three channels, or luma alone where nothing else is asked for. */
void make_colours(const Call& call, int y, bool luma_only) {
  const FitPlan& plan = call.plan;
  const RowKernels& kernels = call.kernels;
  const Rows& rows = call.rows;
  const int columns = plan.planes[0].columns;
  switch (plan.source.format) {
    case Format::rgb:
    case Format::bgr:
    case Format::rgba: {
      blend_plane(call, 0, y, rows.blended);
      const auto split = plan.source.format == Format::rgba ? kernels.split4 : kernels.split3;
      const bool backwards = plan.source.format == Format::bgr;
      split(rows.blended, columns, rows.parts[backwards ? 2 : 0], rows.parts[1], rows.parts[backwards ? 0 : 2]);
      for (int c = 0; c < 3; ++c) blend_channel(call, rows.parts[c], plan.columns[0], c);
      return;
    }
    case Format::gray:
      blend_plane(call, 0, y, rows.blended);
      blend_channel(call, rows.blended, plan.columns[0], 0);
      return;
    case Format::yuyv:
      blend_plane(call, 0, y, rows.blended);
      // Y and UV, then U and V: parts[1] holds all chroma until the second step has left it.
      kernels.split2(rows.blended, 2 * columns, rows.parts[0], rows.parts[1]);
      blend_channel(call, rows.parts[0], plan.columns[1], 0);
      if (luma_only) return;
      kernels.split2(rows.parts[1], columns, rows.parts[0], rows.parts[2]);
      blend_channel(call, rows.parts[0], plan.columns[0], 1);
      blend_channel(call, rows.parts[2], plan.columns[0], 2);
      return;
    case Format::nv12:
      blend_plane(call, 0, y, rows.blended);
      blend_channel(call, rows.blended, plan.columns[0], 0);
      if (luma_only) return;
      blend_plane(call, 1, y, rows.blended);
      kernels.split2(rows.blended, plan.planes[1].columns, rows.parts[0], rows.parts[1]);
      blend_channel(call, rows.parts[0], plan.columns[1], 1);
      blend_channel(call, rows.parts[1], plan.columns[1], 2);
      return;
    case Format::yuv_planar:
      for (int p = 0; p < (luma_only ? 1 : 3); ++p) {
        blend_plane(call, p, y, rows.blended);
        blend_channel(call, rows.blended, plan.columns[p], p);
      }
      return;
  }
}

bool is_yuv(Format format) {
  return format == Format::nv12 || format == Format::yuyv || format == Format::yuv_planar;
}

/** One row of the work area in the tensor's colours. @param channels in the tensor's order */
void make_channels(const Call& call, int y, const int16_t* channels[3]) {
  const FitPlan& plan = call.plan;
  const int count = work_columns(plan);
  const bool to_gray = plan.tensor.color == Color::gray;
  int16_t* const* made = call.rows.channels;
  make_colours(call, y, to_gray);
  const Format format = plan.source.format;
  if (is_yuv(format) && !to_gray) call.kernels.yuv_to_rgb(made[0], made[1], made[2], count, plan.yuv);
  if (is_yuv(format) && to_gray && plan.source.limited_range) call.kernels.stretch_luma(made[0], count, plan.yuv);
  if (!is_yuv(format) && format != Format::gray && to_gray) call.kernels.rgb_to_gray(made[0], made[1], made[2], count);
  const bool one = format == Format::gray;
  const bool backwards = plan.tensor.color == Color::bgr;
  for (int c = 0; c < 3; ++c) channels[c] = made[one ? 0 : backwards ? 2 - c : c];
}

/** Writes the channels' elements to `dst`: planes `plane` bytes apart, or pixel by pixel. */
void store(const Call& call, const int16_t* const channels[3], int count, uint8_t* dst, size_t plane) {
  const TensorShape& tensor = call.plan.tensor;
  if (tensor.planar || tensor.channels() == 1) {
    for (int c = 0; c < tensor.channels(); ++c) {
      call.kernels.store_planar(channels[c], count, call.plan.normal[c], tensor.element, dst + c * plane);
    }
    return;
  }
  call.kernels.store_interleaved(channels, count, call.plan.normal, tensor.element, dst);
}

/** Collected rows, each `count` items of N bytes, become columns of the tensor. */
template <size_t N>
void turn_items(const uint8_t* rows, int row_count, int count, uint8_t* dst, size_t dst_stride) {
  for (int x = 0; x < count; ++x) {
    uint8_t* to = dst + static_cast<size_t>(x) * dst_stride;
    for (int r = 0; r < row_count; ++r) {
      std::memcpy(to + static_cast<size_t>(r) * N, rows + (static_cast<size_t>(r) * count + x) * N, N);
    }
  }
}

void turn(size_t item, const uint8_t* rows, int row_count, int count, uint8_t* dst, size_t dst_stride) {
  switch (item) {
    case 1:
      return turn_items<1>(rows, row_count, count, dst, dst_stride);
    case 2:
      return turn_items<2>(rows, row_count, count, dst, dst_stride);
    case 3:
      return turn_items<3>(rows, row_count, count, dst, dst_stride);
    case 4:
      return turn_items<4>(rows, row_count, count, dst, dst_stride);
    case 6:
      return turn_items<6>(rows, row_count, count, dst, dst_stride);
    case 12:
      return turn_items<12>(rows, row_count, count, dst, dst_stride);
  }
}

/** The tensor as bytes: an item is what lies together, an element or a whole pixel. */
struct Target {
  uint8_t* data;
  size_t item;
  size_t row;
  size_t plane;
  int planes;

  uint8_t* at(int x, int y, int plane_number) const {
    return data + plane * plane_number + row * static_cast<size_t>(y) + item * static_cast<size_t>(x);
  }
};

Target target_of(const TensorShape& tensor, void* data) {
  const bool apart = tensor.planar || tensor.channels() == 1;
  const size_t item = element_bytes(tensor.element) * (apart ? 1 : 3);
  const size_t row = item * static_cast<size_t>(tensor.width);
  return {static_cast<uint8_t*>(data), item, row, row * static_cast<size_t>(tensor.height),
          apart ? tensor.channels() : 1};
}

void fit_upright(const Call& call, const Target& target) {
  const Window& covered = call.plan.covered;
  for (int y = 0; y < covered.height; ++y) {
    const int16_t* channels[3];
    make_channels(call, y, channels);
    store(call, channels, covered.width, target.at(covered.left, covered.top + y, 0), target.plane);
  }
}

void fit_turned(const Call& call, const Target& target) {
  const Window& covered = call.plan.covered;
  const int length = covered.height;
  const size_t row_bytes = target.item * static_cast<size_t>(length);
  const size_t plane_bytes = row_bytes * kTurnedRows;
  for (int x = 0; x < covered.width; x += kTurnedRows) {
    const int count = std::min(kTurnedRows, covered.width - x);
    for (int r = 0; r < count; ++r) {
      const int16_t* channels[3];
      make_channels(call, x + r, channels);
      store(call, channels, length, call.rows.turned + row_bytes * static_cast<size_t>(r), plane_bytes);
    }
    for (int p = 0; p < target.planes; ++p) {
      turn(target.item, call.rows.turned + plane_bytes * static_cast<size_t>(p), count, length,
           target.at(covered.left + x, covered.top, p), target.row);
    }
  }
}

/** One run of equal items, of which the first is already written. */
void repeat(uint8_t* first, size_t item, size_t count) {
  size_t done = item;
  const size_t all = item * count;
  while (done < all) {
    const size_t more = std::min(done, all - done);
    std::memcpy(first + done, first, more);
    done += more;
  }
}

/** The letterbox: everything beside the picture. */
void fill_rest(const Call& call, const Target& target) {
  const TensorShape& tensor = call.plan.tensor;
  const Window& covered = call.plan.covered;
  if (covered.width == tensor.width && covered.height == tensor.height) return;
  const int16_t level = static_cast<int16_t>(tensor.pad * 64);
  const int16_t* const channels[3] = {&level, &level, &level};
  // The first pixel of each plane is the pattern; the picture is written over it later where it begins there.
  store(call, channels, 1, target.data, target.plane);
  for (int p = 0; p < target.planes; ++p) {
    uint8_t* pattern = target.at(0, 0, p);
    alignas(16) uint8_t item[16];
    std::memcpy(item, pattern, target.item);
    const auto run = [&](int x, int y, size_t count) {
      if (count == 0) return;
      std::memcpy(target.at(x, y, p), item, target.item);
      repeat(target.at(x, y, p), target.item, count);
    };
    const int right = covered.left + covered.width;
    const int bottom = covered.top + covered.height;
    run(0, 0, static_cast<size_t>(tensor.width) * static_cast<size_t>(covered.top));
    for (int y = covered.top; y < bottom; ++y) {
      run(0, y, static_cast<size_t>(covered.left));
      run(right, y, static_cast<size_t>(tensor.width - right));
    }
    run(0, bottom, static_cast<size_t>(tensor.width) * static_cast<size_t>(tensor.height - bottom));
  }
}

}  // namespace

size_t fit_workspace_bytes(const FitPlan& plan) {
  Workspace workspace(nullptr);
  lay_out(plan, workspace);
  return workspace.taken();
}

void fit_to_tensor(const FitPlan& plan, const RowKernels& kernels, const Planes& planes, void* workspace, void* tensor) {
  Workspace parts(workspace);
  const Rows rows = lay_out(plan, parts);
  const Call call{plan, kernels, planes, rows};
  const Target target = target_of(plan.tensor, tensor);
  fill_rest(call, target);
  if (plan.transposed) {
    fit_turned(call, target);
  } else {
    fit_upright(call, target);
  }
}

}  // namespace isotherm
