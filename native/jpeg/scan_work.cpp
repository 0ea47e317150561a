// ITU-T T.81, annex B: segments with a length, and entropy-coded data in which FF is followed by 00 or by a restart marker.

#include "scan_work.h"

#include <cstring>

namespace isotherm {

namespace {

constexpr uint8_t kStartOfScan = 0xda;
constexpr uint8_t kEndOfImage = 0xd9;

bool stands_alone(uint8_t marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8); }

/** First byte behind the entropy-coded data that begins at `at`: a marker's FF, or the end. */
size_t skip_coded_data(const uint8_t* bytes, size_t length, size_t at) {
  while (at + 1 < length) {
    const void* found = std::memchr(bytes + at, 0xff, length - 1 - at);
    if (found == nullptr) return length;
    at = static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes);
    const uint8_t next = bytes[at + 1];
    if (next != 0x00 && next != 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += next == 0xff ? 1 : 2;
  }
  return length;
}

}  // namespace

int count_scans(const uint8_t* bytes, size_t length, int most) {
  int scans = 0;
  size_t at = 2;
  while (at + 4 <= length && scans < most) {
    if (bytes[at] != 0xff) return scans;
    const uint8_t marker = bytes[at + 1];
    if (marker == 0xff) {
      at += 1;
      continue;
    }
    if (marker == kEndOfImage) return scans;
    if (stands_alone(marker)) {
      at += 2;
      continue;
    }
    const size_t segment = static_cast<size_t>(bytes[at + 2]) << 8 | bytes[at + 3];
    if (segment < 2) return scans;
    at += 2 + segment;
    if (marker != kStartOfScan) continue;
    ++scans;
    at = skip_coded_data(bytes, length, at);
  }
  return scans;
}

}  // namespace isotherm
