// Memory of large tensors on the CPU, kept for the next tensors of about that size.
//
//   PoolLargeTensors();                  // first thing in main: LibTorch takes its CPU tensors from here on
//
// A training step takes and frees the same large tensors in every layer, and the next step the same again with other
// lengths. Given back to the system each time, every page of them is paged in anew (8 % of a step on the miniature).
// Kept by malloc among all other blocks, small blocks settle in the holes, the next tensor does not fit, and the heap
// grows to several times what is in use (the miniature after 700 steps: 330 MiB in use of 830 MiB). Here large blocks
// lie apart from small ones, in eight sizes between a power of two and the next, and what is kept is bounded: used and
// free blocks together are never more than the most that was used at once and an eighth of it (or 64 MiB) more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace suite {

// The blocks, without LibTorch. Several threads may use one.
class LargeBlocks {
 public:
  static constexpr size_t kSmallest = size_t{1} << 20;

  struct Block {
    void* data = nullptr;  // aligned to 64 bytes
    size_t size = 0;       // at least what was asked for, and at most 9/8 * 5/4 of it
    void* mapped = nullptr;
    uint64_t freed = 0;  // the later, the larger
  };

  // At least `size` bytes, which is kSmallest or more. Throws std::bad_alloc.
  Block* Take(size_t size);
  void Free(Block* block);

  // In bytes, without what alignment takes.
  size_t used() const;
  size_t most_used() const;
  size_t mapped() const;  // used and free

 private:
  Block* TakeFree(size_t size);
  void Unmap(Block* block);
  void UnmapUntil(size_t mapped);

  mutable std::mutex mutex_;
  std::multimap<size_t, Block*> free_;
  size_t used_ = 0, most_used_ = 0, mapped_ = 0;
  uint64_t blocks_ = 0, frees_ = 0;
};

// Lets LibTorch take CPU tensors of 1 MiB and more from one LargeBlocks, which lives as long as the process; smaller
// ones stay where they were. A second call does nothing.
void PoolLargeTensors();

// Those blocks; null before PoolLargeTensors.
const LargeBlocks* LargeTensorBlocks();

}  // namespace suite
