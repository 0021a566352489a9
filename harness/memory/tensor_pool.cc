#include "harness/memory/tensor_pool.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "base/check.h"

namespace suite {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kAlignment = 64;

// Up to the next of eight sizes between a power of two and the next one.
size_t Rounded(size_t size) {
  size_t step = kPage;
  while (step * 16 <= size) step *= 2;
  return (size + step - 1) / step * step;
}

// The most that used and free blocks may be together.
size_t Bound(size_t most_used) { return most_used + std::max(most_used / 8, size_t{64} << 20); }

}  // namespace

LargeBlocks::Block* LargeBlocks::Take(size_t size) {
  SUITE_CHECK(size >= kSmallest);
  size = Rounded(size);
  const std::lock_guard<std::mutex> lock(mutex_);
  Block* block = TakeFree(size);
  if (block == nullptr) {
    UnmapUntil(Bound(std::max(most_used_, used_ + size)) - size);
    // Blocks that all begin at a page's beginning would meet in the same lines of the cache.
    const size_t shift = blocks_++ * kAlignment % kPage;
    void* const mapped = mmap(nullptr, size + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    block = new Block{static_cast<char*>(mapped) + shift, size, mapped};
    mapped_ += size;
  }
  used_ += block->size;
  most_used_ = std::max(most_used_, used_);
  return block;
}

void LargeBlocks::Free(Block* block) {
  const std::lock_guard<std::mutex> lock(mutex_);
  used_ -= block->size;
  block->freed = ++frees_;
  free_.emplace(block->size, block);
}

// The smallest that is not much larger; of equal ones the last freed, whose pages are the likeliest to be in a cache.
LargeBlocks::Block* LargeBlocks::TakeFree(size_t size) {
  const auto smallest = free_.lower_bound(size);
  if (smallest == free_.end() || smallest->first > size + size / 4) return nullptr;
  const auto last = std::prev(free_.upper_bound(smallest->first));
  Block* const block = last->second;
  free_.erase(last);
  return block;
}

void LargeBlocks::Unmap(Block* block) {
  munmap(block->mapped, block->size + kPage);
  mapped_ -= block->size;
  delete block;
}

void LargeBlocks::UnmapUntil(size_t mapped) {
  while (mapped_ > mapped && !free_.empty()) {
    const auto oldest = std::min_element(
        free_.begin(), free_.end(), [](const auto& a, const auto& b) { return a.second->freed < b.second->freed; });
    Unmap(oldest->second);
    free_.erase(oldest);
  }
}

size_t LargeBlocks::used() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return used_;
}

size_t LargeBlocks::most_used() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return most_used_;
}

size_t LargeBlocks::mapped() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return mapped_;
}

namespace {

LargeBlocks* pool = nullptr;

// Before the data of every tensor: where they are from. LibTorch's raw_allocate demands that a tensor's memory can be
// freed by its address alone.
struct Header {
  LargeBlocks::Block* block = nullptr;  // null: small, from c10::alloc_cpu
  char filler[kAlignment - sizeof(LargeBlocks::Block*)];
};
static_assert(sizeof(Header) == kAlignment);

void FreeTensor(void* data) {
  if (data == nullptr) return;
  Header* const header = static_cast<Header*>(data) - 1;
  if (header->block != nullptr) {
    pool->Free(header->block);
  } else {
    c10::free_cpu(header);
  }
}

class PoolingAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t size) override {
    void* data = nullptr;
    if (size > 0) {
      const size_t whole = size + sizeof(Header);
      LargeBlocks::Block* const block = whole < LargeBlocks::kSmallest ? nullptr : pool->Take(whole);
      auto* const header = static_cast<Header*>(block != nullptr ? block->data : c10::alloc_cpu(whole));
      header->block = block;
      data = header + 1;
    }
    return {data, data, &FreeTensor, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &FreeTensor; }
  void copy_data(void* to, const void* from, size_t count) const override { default_copy_data(to, from, count); }
};

}  // namespace

void PoolLargeTensors() {
  if (pool != nullptr) return;
  pool = new LargeBlocks;  // for tensors that outlive main's locals
  c10::SetCPUAllocator(new PoolingAllocator, /*priority=*/255);
}

const LargeBlocks* LargeTensorBlocks() { return pool; }

}  // namespace suite
