// What one environment (the engine, or a test's worker thread) keeps: the twin in use, and buffers that go from frame to frame.

#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "../dispatch.h"
#include "../jpeg/decode_jpeg.h"
#include "../kernels/fit_to_tensor/fit_to_tensor.h"

namespace isotherm {

/** Bytes without a constructor that writes them. */
struct Buffer {
  std::unique_ptr<uint8_t[]> bytes;
  size_t capacity = 0;

  /** @returns false where there is no memory */
  bool reserve(size_t wanted) {
    if (capacity >= wanted && bytes) return true;
    bytes.reset(new (std::nothrow) uint8_t[wanted]);
    capacity = bytes ? wanted : 0;
    return bytes != nullptr;
  }
};

/**
 * Decoders and plane buffers that wait to be used again. Frames overlap by two or three, so more are not kept; a buffer for a picture
 * of more than 8 MB is rare enough to be given back to the system.
 */
class Pool {
 public:
  std::unique_ptr<JpegDecoder> take_decoder() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (decoders_.empty()) return std::make_unique<JpegDecoder>();
    auto decoder = std::move(decoders_.back());
    decoders_.pop_back();
    return decoder;
  }
  void give_decoder(std::unique_ptr<JpegDecoder> decoder) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (decoders_.size() < kKept) decoders_.push_back(std::move(decoder));
  }
  Buffer take_buffer() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (buffers_.empty()) return {};
    Buffer buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }
  void give_buffer(Buffer buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (buffer.bytes && buffer.capacity <= kKeptBytes && buffers_.size() < kKept) buffers_.push_back(std::move(buffer));
  }

 private:
  static constexpr size_t kKept = 4;
  static constexpr size_t kKeptBytes = 8u << 20;
  std::mutex mutex_;
  std::vector<std::unique_ptr<JpegDecoder>> decoders_;
  std::vector<Buffer> buffers_;
};

struct State {
  const KernelSet* kernels = nullptr;
  /** Shared with workers that may outlive the environment. */
  std::shared_ptr<Pool> pool = std::make_shared<Pool>();
  /** Rows of fit_to_tensor, which runs on the JavaScript thread alone. */
  Buffer workspace;
  Napi::FunctionReference jpeg_picture;
};

}  // namespace isotherm
