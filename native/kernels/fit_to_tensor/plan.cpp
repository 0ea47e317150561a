// Set-up of fit_to_tensor: which source samples make each output, and with what weights. Exact integers throughout, so that every
// machine makes the same plan.

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "fit_to_tensor.h"

namespace isotherm {

namespace {

constexpr int32_t kRowWeightSum = 256;
constexpr int32_t kColumnWeightSum = 16384;
/** Positions are in eighths of a sample, and chroma may be four times coarser. */
constexpr int64_t kUnitsPerLumaSample = 32;

/** Far within int32, whatever the rounding. */
constexpr float kTame = 1e9f;

/** The samples of one output, before the filling up: `weights` sum up to what was asked for. */
struct Taps {
  int32_t first;
  std::vector<int32_t> weights;
};

/** One axis of one plane. `extent` and `unit` are in the same unit: a sample is `unit` long, the picture ends at `extent`. */
struct Axis {
  int64_t extent;
  int64_t unit;
  int32_t samples;
  int32_t outputs;
};

/** The mean over [i, i + 1) * extent / outputs. Rounded cumulatively, so that the sum is exact and no weight is off by more than one. */
Taps cover(const Axis& axis, int32_t i, int32_t sum) {
  // In units of 1 / outputs, so that all stays whole.
  const int64_t begin = i * axis.extent;
  const int64_t end = begin + axis.extent;
  const int64_t sample = axis.unit * axis.outputs;
  Taps taps{static_cast<int32_t>(begin / sample), {}};
  int64_t given = 0;
  for (int64_t at = taps.first * sample; at < end; at += sample) {
    const int64_t covered = std::min(at + sample, end) - begin;
    const int64_t until = (2 * covered * sum + axis.extent) / (2 * axis.extent);
    taps.weights.push_back(static_cast<int32_t>(until - given));
    given = until;
  }
  return taps;
}

/** Linear at the middle of the output, edges repeated. */
Taps between(const Axis& axis, int32_t i, int32_t sum) {
  // Middle of the output less half a sample, in units of 1 / (2 outputs).
  const int64_t sample = 2 * axis.unit * axis.outputs;
  const int64_t at = (2 * i + 1) * axis.extent - axis.unit * axis.outputs;
  if (at <= 0) return {0, {sum}};
  const int64_t first = at / sample;
  if (first >= axis.samples - 1) return {axis.samples - 1, {sum}};
  const int64_t second = ((at - first * sample) * sum * 2 + sample) / (2 * sample);
  return {static_cast<int32_t>(first), {static_cast<int32_t>(sum - second), static_cast<int32_t>(second)}};
}

Taps taps_of(const Axis& axis, int32_t i, int32_t sum) {
  Taps taps = axis.extent >= axis.unit * axis.outputs ? cover(axis, i, sum) : between(axis, i, sum);
  while (taps.weights.size() > 1 && taps.weights.back() == 0) taps.weights.pop_back();
  size_t empty = 0;
  while (empty + 1 < taps.weights.size() && taps.weights[empty] == 0) ++empty;
  taps.weights.erase(taps.weights.begin(), taps.weights.begin() + static_cast<std::ptrdiff_t>(empty));
  taps.first += static_cast<int32_t>(empty);
  // The last, partial sample may lie beyond the ones there are by rounding of the extent: it is the last one there is.
  taps.first = std::min(taps.first, axis.samples - 1);
  while (taps.first + static_cast<int32_t>(taps.weights.size()) > axis.samples) {
    const int32_t last = taps.weights.back();
    taps.weights.pop_back();
    taps.weights.back() += last;
  }
  return taps;
}

/** The outputs of an axis that the tensor holds, in the tensor's order; mirrored, they come from the other end. */
struct Visit {
  int32_t from;
  int32_t count;
  bool is_mirrored;

  int32_t at(int32_t k, int32_t outputs) const { return is_mirrored ? outputs - 1 - (from + k) : from + k; }
};

RowPlan plan_rows(const Axis& axis, const Visit& visit) {
  RowPlan plan;
  plan.spans.reserve(static_cast<size_t>(visit.count));
  for (int32_t k = 0; k < visit.count; ++k) {
    const Taps taps = taps_of(axis, visit.at(k, axis.outputs), kRowWeightSum);
    const int32_t count = static_cast<int32_t>(taps.weights.size());
    plan.spans.push_back({taps.first, count, static_cast<int32_t>(plan.weights.size())});
    for (int32_t weight : taps.weights) plan.weights.push_back(static_cast<uint16_t>(weight));
    plan.most_taps = std::max(plan.most_taps, count);
  }
  return plan;
}

constexpr int32_t kGroupValues = 8;

/** Puts the outputs together in groups of `size`; false where one of them would reach over more than eight values. */
bool group_columns(const std::vector<Taps>& all, int32_t size, ColumnPlan* plan) {
  const int32_t taps = kGroupValues / size;
  const size_t step = static_cast<size_t>(size);
  for (size_t from = 0; from < all.size(); from += step) {
    const size_t end = std::min(all.size(), from + step);
    int32_t first = all[from].first;
    // Mirrored pictures go down.
    for (size_t i = from; i < end; ++i) first = std::min(first, all[i].first);
    plan->group_first.push_back(first);
    for (size_t k = 0; k < step; ++k) {
      const Taps* one = from + k < end ? &all[from + k] : nullptr;
      const int32_t used = one == nullptr ? 0 : static_cast<int32_t>(one->weights.size());
      if (one != nullptr && one->first - first + used > kGroupValues) return false;
      for (int32_t t = 0; t < taps; ++t) {
        const int32_t at = t < used ? one->first - first + t : 0;
        plan->order.push_back(static_cast<uint8_t>(2 * at));
        plan->order.push_back(static_cast<uint8_t>(2 * at + 1));
        plan->group_weights.push_back(static_cast<int16_t>(t < used ? one->weights[static_cast<size_t>(t)] : 0));
      }
    }
  }
  plan->group = size;
  return true;
}

/** In the largest groups that fit, or none. */
void group_columns(const std::vector<Taps>& all, size_t most_taps, ColumnPlan* plan) {
  for (int32_t size : {4, 2}) {
    if (most_taps > static_cast<size_t>(kGroupValues / size)) continue;
    if (group_columns(all, size, plan)) return;
    plan->group_first.clear();
    plan->order.clear();
    plan->group_weights.clear();
  }
}

ColumnPlan plan_columns(const Axis& axis, const Visit& visit) {
  ColumnPlan plan;
  std::vector<Taps> all;
  all.reserve(static_cast<size_t>(visit.count));
  size_t most = 1;
  plan.is_identity = true;
  for (int32_t k = 0; k < visit.count; ++k) {
    all.push_back(taps_of(axis, visit.at(k, axis.outputs), kColumnWeightSum));
    most = std::max(most, all.back().weights.size());
    if (all.back().first != k) plan.is_identity = false;
  }
  plan.is_identity = plan.is_identity && most == 1;
  plan.taps = static_cast<int32_t>((most + 3) / 4 * 4);
  plan.first.reserve(all.size());
  plan.weights.reserve(all.size() * static_cast<size_t>(plan.taps));
  for (const Taps& taps : all) {
    plan.first.push_back(taps.first);
    for (int32_t weight : taps.weights) plan.weights.push_back(static_cast<int16_t>(weight));
    plan.weights.resize(plan.first.size() * static_cast<size_t>(plan.taps), 0);
  }
  if (!plan.is_identity) group_columns(all, most, &plan);
  return plan;
}

/** The source columns that a plan reads: from the first up to, without, `end`. */
struct Reach {
  int32_t first;
  int32_t end;
};

Reach reach_of(const ColumnPlan& plan) {
  Reach reach{kMaxSourceSide, 0};
  for (size_t i = 0; i < plan.first.size(); ++i) {
    const int16_t* weights = &plan.weights[i * static_cast<size_t>(plan.taps)];
    int32_t taps = plan.taps;
    while (taps > 1 && weights[taps - 1] == 0) --taps;
    reach.first = std::min(reach.first, plan.first[i]);
    reach.end = std::max(reach.end, plan.first[i] + taps);
  }
  return reach.end == 0 ? Reach{0, 1} : reach;
}

void move_columns(ColumnPlan* plan, int32_t by) {
  for (int32_t& first : plan->first) first -= by;
  for (int32_t& first : plan->group_first) first -= by;
}

/** Leaves out the columns that no output reads. */
void trim_plane(FitPlan* plan, int p) {
  Reach reach = reach_of(plan->columns[p]);
  const bool is_yuyv = plan->source.format == Format::yuyv;
  if (is_yuyv) {
    // One group holds two of luma, whose plan is the second.
    const Reach luma = reach_of(plan->columns[1]);
    reach = {std::min(reach.first, luma.first / 2), std::max(reach.end, (luma.end + 1) / 2)};
    move_columns(&plan->columns[1], 2 * reach.first);
  }
  move_columns(&plan->columns[p], reach.first);
  plan->first_column[p] = reach.first;
  plan->planes[p].columns = reach.end - reach.first;
}

YuvCoefficients yuv_coefficients(bool limited_range) {
  // BT.601: 1.402, 0.344136, 0.714136, 1.772; limited range stretches luma by 255/219 and chroma by 255/224.
  if (limited_range) return {16 * 64, 5386, 13074, 3209, 6660, 16525};
  return {0, 0, 11485, 2819, 5850, 14516};
}

int32_t divide_up(int32_t value, int32_t by) { return (value + by - 1) / by; }

/** How much coarser a plane's groups are than luma. */
struct Coarser {
  int32_t x;
  int32_t y;
};

Coarser coarser(const SourceShape& source, int plane) {
  if (source.format == Format::yuyv) return {2, 1};
  if (plane == 0) return {1, 1};
  if (source.format == Format::nv12) return {2, 2};
  return {source.chroma_x, source.chroma_y};
}

}  // namespace

int plane_shapes(const SourceShape& source, PlaneShape shapes[kMaxPlanes]) {
  const int32_t width = divide_up(source.width_eighths, 8);
  const int32_t height = divide_up(source.height_eighths, 8);
  switch (source.format) {
    case Format::rgb:
    case Format::bgr:
      shapes[0] = {width, height, 3};
      return 1;
    case Format::rgba:
      shapes[0] = {width, height, 4};
      return 1;
    case Format::gray:
      shapes[0] = {width, height, 1};
      return 1;
    case Format::yuyv:
      // Groups of two pixels; taken apart again by the driver.
      shapes[0] = {divide_up(width, 2), height, 4};
      return 1;
    case Format::nv12:
      shapes[0] = {width, height, 1};
      shapes[1] = {divide_up(width, 2), divide_up(height, 2), 2};
      return 2;
    case Format::yuv_planar:
      shapes[0] = {width, height, 1};
      shapes[1] = {divide_up(width, source.chroma_x), divide_up(height, source.chroma_y), 1};
      shapes[2] = shapes[1];
      return 3;
  }
  return 0;
}

size_t tensor_bytes(const TensorShape& tensor) {
  return static_cast<size_t>(tensor.width) * static_cast<size_t>(tensor.height) *
         static_cast<size_t>(tensor.channels()) * element_bytes(tensor.element);
}

bool make_fit_plan(const SourceShape& source, const Window& window, const TensorShape& tensor, FitPlan* plan) {
  if (source.width_eighths < 1 || source.height_eighths < 1) return false;
  if (source.width_eighths > 8 * kMaxSourceSide || source.height_eighths > 8 * kMaxSourceSide) return false;
  if (window.width < 1 || window.height < 1 || window.width > kMaxWindowSide || window.height > kMaxWindowSide) return false;
  if (std::abs(window.left) > kMaxWindowSide || std::abs(window.top) > kMaxWindowSide) return false;
  plan->source = source;
  plan->tensor = tensor;
  const int32_t left = std::clamp(window.left, 0, tensor.width);
  const int32_t top = std::clamp(window.top, 0, tensor.height);
  const int32_t right = std::clamp(window.left + window.width, left, tensor.width);
  const int32_t bottom = std::clamp(window.top + window.height, top, tensor.height);
  plan->covered = {left, top, right - left, bottom - top};
  if (right == left || bottom == top) plan->covered = {0, 0, 0, 0};

  // EXIF: 2 to 4 mirror, 5 to 8 lie on their side. Which end of the picture as displayed the stored axes begin at.
  const int orientation = source.orientation;
  plan->transposed = orientation >= 5;
  const bool mirror_columns = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_rows = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const Visit across{left - window.left, plan->covered.width, plan->transposed ? mirror_rows : mirror_columns};
  const Visit down{top - window.top, plan->covered.height, plan->transposed ? mirror_columns : mirror_rows};
  const Visit& columns = plan->transposed ? down : across;
  const Visit& rows = plan->transposed ? across : down;
  const int32_t column_outputs = plan->transposed ? window.height : window.width;
  const int32_t row_outputs = plan->transposed ? window.width : window.height;

  plan->plane_count = plane_shapes(source, plan->planes);
  const int64_t width = source.width_eighths * (kUnitsPerLumaSample / 8);
  const int64_t height = source.height_eighths * (kUnitsPerLumaSample / 8);
  for (int p = 0; p < plan->plane_count; ++p) {
    const Coarser by = coarser(source, p);
    const PlaneShape& shape = plan->planes[p];
    plan->rows[p] = plan_rows({height, kUnitsPerLumaSample * by.y, shape.rows, row_outputs}, rows);
    plan->columns[p] = plan_columns({width, kUnitsPerLumaSample * by.x, shape.columns, column_outputs}, columns);
  }
  if (source.format == Format::yuyv) {
    // Luma has columns of its own: kept as the second plan, of a plane that does not exist.
    const int32_t luma = divide_up(source.width_eighths, 8);
    plan->columns[1] = plan_columns({width, kUnitsPerLumaSample, luma, column_outputs}, columns);
  }
  for (int p = 0; p < plan->plane_count; ++p) trim_plane(plan, p);
  plan->yuv = yuv_coefficients(source.limited_range);
  for (int c = 0; c < 3; ++c) {
    // A value in 8.6 is 64 times its level; a division by a power of two is exact.
    const float most = std::fabs(tensor.multiply[c]) * 255.0f + std::fabs(tensor.add[c]);
    plan->normal[c] = {tensor.multiply[c] / 64.0f, tensor.add[c], tensor.zero_point, most < kTame};
  }
  plan->workspace_bytes = fit_workspace_bytes(*plan);
  return true;
}

}  // namespace isotherm
