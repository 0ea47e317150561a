// The reference twin's rows by name: the other twins finish theirs with them, so that they never read past a row.

#pragma once

#include "rows.h"

namespace isotherm {

void blend_rows_reference(const uint8_t* first_row, size_t stride, const uint16_t* weights, int taps, int count,
                          int16_t* dst);
void premultiply_reference(const uint8_t* rgba, int count, uint8_t* dst);
void split2_reference(const int16_t* src, int count, int16_t* a, int16_t* b);
void split3_reference(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c);
void split4_reference(const int16_t* src, int count, int16_t* a, int16_t* b, int16_t* c);
/** The outputs from number `from` on. */
void blend_columns_rest_reference(const int16_t* src, const ColumnPlan& plan, int from, int count, int16_t* dst);
void blend_columns_reference(const int16_t* src, const ColumnPlan& plan, int count, int16_t* dst);
void yuv_to_rgb_reference(int16_t* y, int16_t* u, int16_t* v, int count, const YuvCoefficients& coefficients);
void stretch_luma_reference(int16_t* y, int count, const YuvCoefficients& coefficients);
void rgb_to_gray_reference(int16_t* r, const int16_t* g, const int16_t* b, int count);
void store_planar_reference(const int16_t* src, int count, const Normal& normal, Element element, void* dst);
void store_interleaved_reference(const int16_t* const src[3], int count, const Normal normal[3], Element element,
                                 void* dst);

}  // namespace isotherm
