// Feeds files to the fuzz target, and so many mutations of each: `replay COUNT FILE…`. For compilers without libFuzzer.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t length);

namespace {

uint64_t state = 0x9e3779b97f4a7c15ULL;

uint32_t draw(uint32_t below) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return static_cast<uint32_t>((state * 0x2545f4914f6cdd1dULL) >> 32) % below;
}

std::vector<uint8_t> read(const char* path) {
  std::vector<uint8_t> bytes;
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return bytes;
  uint8_t part[4096];
  for (size_t got; (got = std::fread(part, 1, sizeof part, file)) > 0;) bytes.insert(bytes.end(), part, part + got);
  std::fclose(file);
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  const int mutations = count > 1 ? std::atoi(arguments[1]) : 0;
  for (int i = 2; i < count; ++i) {
    const std::vector<uint8_t> bytes = read(arguments[i]);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    for (int k = 0; k < mutations && !bytes.empty(); ++k) {
      std::vector<uint8_t> changed = bytes;
      // Headers are where sizes and tables stand: most changes go there.
      const uint32_t reach = draw(4) == 0 ? static_cast<uint32_t>(changed.size()) : 700;
      for (uint32_t n = 1 + draw(6); n > 0; --n) changed[draw(reach) % changed.size()] = static_cast<uint8_t>(draw(256));
      if (draw(8) == 0) changed.resize(1 + draw(static_cast<uint32_t>(changed.size())));
      const std::vector<uint8_t> exact(changed);
      LLVMFuzzerTestOneInput(exact.data(), exact.size());
    }
  }
  std::puts("no finding");
  return 0;
}
