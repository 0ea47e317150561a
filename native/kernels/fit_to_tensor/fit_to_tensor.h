// fit_to_tensor: one picture, as stored, into one model's input tensor. This header is the definition; the driver (driver.cpp), the plan
// (plan.cpp) and the row kernels (rows.h) spell it out. All arithmetic is in integers up to the last multiply-add, so every twin gives
// the same bits.
//
// 1. Each plane is scaled by itself, before any colour conversion: chroma stays as small as it came. Where an axis shrinks, an output
//    sample is the mean over the source it covers (area filter, exact coverage); where it grows, it is linear between the two nearest
//    samples, edges repeated. Rows first (weights in 1/256, result in 1/128 of a level), then columns (weights in 1/16384, result in
//    1/64 of a level, "8.6").
// 2. The stored picture is turned and mirrored as its EXIF orientation says by the order in which outputs are visited.
// 3. YUV becomes RGB by BT.601 (full range as in JPEG, or limited as cameras give it), or gray is taken from RGB with the same weights,
//    in 8.6 with coefficients of 15 bits; results are cut off to 0..255.
// 4. element = value * multiply + add per channel in float32, two roundings; float16 is its nearest, ties to even; integers are rounded
//    half to even, then the zero point is added, then cut off to their range.
//
// No allocation, I/O, exception, global or locale below this door, and no byte outside of the rows is read or written.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rows.h"

namespace isotherm {

enum class Format : uint8_t {
  rgb,
  bgr,
  /** Transparent parts are black: colours are multiplied with alpha before they are scaled. */
  rgba,
  gray,
  /** Y and interleaved UV at half width and height. */
  nv12,
  /** Y0 U Y1 V. */
  yuyv,
  /** Y, U and V planes; chroma at 1 / (chroma_x, chroma_y) of the size. */
  yuv_planar,
};

enum class Color : uint8_t { rgb, bgr, gray };

constexpr int kMaxSourceSide = 65535;
constexpr int kMaxTensorSide = 8192;
/** The longest picture, cropped to the largest tensor's other side. */
constexpr int kMaxWindowSide = kMaxSourceSide * kMaxTensorSide;
constexpr int kMaxPlanes = 3;

/**
 * The shape of a stored picture. Sizes are in eighths of a sample: a JPEG decoded at n/8 of its size has `width * n` of them, and its
 * last sample may stand for a part of one only.
 */
struct SourceShape {
  Format format;
  int32_t width_eighths;
  int32_t height_eighths;
  /** Of yuv_planar: 1, 2 or 4. */
  uint8_t chroma_x;
  uint8_t chroma_y;
  /** Y from 16 to 235 and chroma from 16 to 240, as cameras give it; else 0 to 255, as JPEG has it. */
  bool limited_range;
  /** EXIF, 1 to 8. */
  uint8_t orientation;
};

/** Samples of one plane of a source: `columns` times `interleave` bytes a row. */
struct PlaneShape {
  int32_t columns;
  int32_t rows;
  int32_t interleave;
};

/** How many planes the format has, and their shapes. */
int plane_shapes(const SourceShape& source, PlaneShape shapes[kMaxPlanes]);

/** The rectangle, in tensor pixels, that the whole picture as displayed covers; may reach past the tensor (crop) or leave a rest (letterbox). */
struct Window {
  int32_t left;
  int32_t top;
  int32_t width;
  int32_t height;
};

struct TensorShape {
  int32_t width;
  int32_t height;
  Element element;
  Color color;
  /** NCHW, else NHWC. */
  bool planar;
  /** Per channel of the tensor, in its order: element = level * multiply + add, of a level of 0 to 255. */
  float multiply[3];
  float add[3];
  /** Of integer elements. */
  int32_t zero_point;
  /** Level beside the picture, before the multiply-add. */
  uint8_t pad;

  int channels() const { return color == Color::gray ? 1 : 3; }
};

/** One place to read a picture from; as many as the format has. */
struct Planes {
  const uint8_t* data[kMaxPlanes];
  /** Bytes from row to row. */
  size_t stride[kMaxPlanes];
};

/** All that can be known before the pixels: made once per geometry, used for every frame. */
struct FitPlan {
  SourceShape source;
  TensorShape tensor;
  /** The part of the tensor that the picture covers; empty where width or height is 0. */
  Window covered;
  /** Stored rows become tensor columns (orientation 5 to 8). */
  bool transposed;
  int plane_count;
  /** The columns that the window shows: what a crop cuts off is not read. */
  PlaneShape planes[kMaxPlanes];
  int32_t first_column[kMaxPlanes];
  RowPlan rows[kMaxPlanes];
  ColumnPlan columns[kMaxPlanes];
  YuvCoefficients yuv;
  Normal normal[3];
  /** Bytes that fit_to_tensor needs for its rows. */
  size_t workspace_bytes;
};

/**
 * @returns false where the sizes make no sense together (nothing was planned then); all else was checked by the caller
 */
bool make_fit_plan(const SourceShape& source, const Window& window, const TensorShape& tensor, FitPlan* plan);

/** What the driver needs for the rows of this plan; see driver.cpp. */
size_t fit_workspace_bytes(const FitPlan& plan);

/** Bytes of the tensor. */
size_t tensor_bytes(const TensorShape& tensor);

/**
 * @param workspace `plan.workspace_bytes` long, aligned to 64; its content does not matter
 * @param tensor `tensor_bytes` long, aligned to its element
 */
void fit_to_tensor(const FitPlan& plan, const RowKernels& kernels, const Planes& planes, void* workspace, void* tensor);

}  // namespace isotherm
