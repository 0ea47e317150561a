// How many scans a JPEG has, by its markers alone.

#pragma once

#include <cstddef>
#include <cstdint>

namespace isotherm {

/** Start-of-scan markers up to the end of image; counting stops at `most`. Bytes that make no sense end the count: the decoder judges them. */
int count_scans(const uint8_t* bytes, size_t length, int most);

}  // namespace isotherm
