// The loops of fit_to_tensor, each over one row: what a twin implements. Each comment defines the result to the bit.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isotherm {

enum class Element : uint8_t { float32, float16, uint8, int8 };

constexpr size_t element_bytes(Element element) {
  return element == Element::float32 ? 4 : element == Element::float16 ? 2 : 1;
}

/** Rows read by a column pass end in so many readable values: a twin may load a whole register from the last one. */
constexpr int kRowSlack = 32;

/** Which source rows make each output row, and with what weights in 1/256; they sum up to 256. */
struct RowPlan {
  struct Span {
    int32_t first;
    int32_t taps;
    int32_t weights;
  };
  std::vector<Span> spans;
  std::vector<uint16_t> weights;
  int32_t most_taps = 0;
};

/** Which columns make each output column: `taps` (a multiple of 4, the same for all, filled up with zeros) weights in 1/16384. */
struct ColumnPlan {
  int32_t taps = 0;
  /** Each output column is the source column of its own number. */
  bool is_identity = false;
  std::vector<int32_t> first;
  std::vector<int16_t> weights;

  /**
   * The same once more for vectors, where neighbours lie close enough together: `group` outputs (4 of two taps, 2 of four taps; 0: none
   * of it) read the eight values from `group_first` on; `order` puts their bytes tap by tap, output by output, for `group_weights`.
   */
  int32_t group = 0;
  std::vector<int32_t> group_first;
  std::vector<uint8_t> order;
  std::vector<int16_t> group_weights;
};

/** Of YUV to RGB: chroma coefficients in 1/8192 (a quarter of 1/32768), luma's part above 1 in 1/32768. */
struct YuvCoefficients {
  /** Subtracted from luma first, in 8.6. */
  int16_t luma_offset;
  int16_t luma_extra;
  int16_t red_v;
  int16_t green_u;
  int16_t green_v;
  int16_t blue_u;
};

/** element = 8.6 value * multiply + add; zero point and cut-off for integers only. */
struct Normal {
  float multiply;
  float add;
  int32_t zero_point;
  /** No value can leave the range of int32: the conversion needs no bounds, saturation does the rest. */
  bool is_tame;
};

struct RowKernels {
  const char* name;

  /** dst[i] = (sum over t of rows[t][i] * weights[t] + 1) >> 1: levels in 1/128. */
  void (*blend_rows)(const uint8_t* first_row, size_t stride, const uint16_t* weights, int taps, int count, int16_t* dst);

  /** rgba[i] with red, green and blue times alpha / 255, rounded half up; alpha as it is. `count` pixels. */
  void (*premultiply)(const uint8_t* rgba, int count, uint8_t* dst);

  /** Takes `count` groups of interleaved values apart. */
  void (*split2)(const int16_t* src, int count, int16_t* a, int16_t* b);
  void (*split3)(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c);
  void (*split4)(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c);  // the fourth is dropped

  /** dst[i] = (sum over t of src[first[i] + t] * weights[i][t] + 16384) >> 15: levels in 1/64. src has kRowSlack values more. */
  void (*blend_columns)(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst);

  /**
   * In place: y, u, v become r, g, b. With h(a, c) = (a * c + 16384) >> 15:
   * y' = y - luma_offset, y' += h(y', luma_extra), u' = u - 8192, v' = v - 8192;
   * r = y' + h(4 v', red_v), g = y' - h(4 u', green_u) - h(4 v', green_v), b = y' + h(4 u', blue_u), cut off to 0..16320.
   */
  void (*yuv_to_rgb)(int16_t* y, int16_t* u, int16_t* v, int count, const YuvCoefficients& coefficients);

  /** In place: limited-range luma to 0..16320, as yuv_to_rgb does it. */
  void (*stretch_luma)(int16_t* y, int count, const YuvCoefficients& coefficients);

  /** In place in r: h(r, 9798) + h(g, 19235) + h(b, 3735). */
  void (*rgb_to_gray)(int16_t* r, const int16_t* g, const int16_t* b, int count);

  /** One channel's elements, one beside the other. */
  void (*store_planar)(const int16_t* src, int count, const Normal& normal, Element element, void* dst);

  /** Three channels' elements, pixel by pixel. */
  void (*store_interleaved)(const int16_t* const src[3], int count, const Normal normal[3], Element element, void* dst);
};

}  // namespace isotherm
