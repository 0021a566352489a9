#include "harness/memory/tensor_pool.h"

#include <ATen/ATen.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "base/random.h"

namespace suite {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(LargeBlocks, AreUsedAgain) {
  LargeBlocks blocks;
  LargeBlocks::Block* const first = blocks.Take(10 * kMiB);
  std::memset(first->data, 1, 10 * kMiB);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first->data) % 64, 0u);
  blocks.Free(first);
  EXPECT_EQ(blocks.used(), 0u);
  EXPECT_EQ(blocks.Take(9 * kMiB), first) << "not much smaller";
  LargeBlocks::Block* const other = blocks.Take(9 * kMiB);
  EXPECT_NE(other, first);
  blocks.Free(other);
  blocks.Free(first);
  EXPECT_EQ(blocks.Take(9 * kMiB), other) << "the one that fits best";
  EXPECT_NE(blocks.Take(2 * kMiB), first) << "a small tensor leaves the large block";
}

// Steps of training whose tensors differ in length from step to step, small ones that stay for a while among them: with
// malloc, the heap grew to a multiple of what was in use.
TEST(LargeBlocks, NeverHoldMuchMoreThanWasInUse) {
  LargeBlocks blocks;
  RandomStream stream(1, "steps");
  std::vector<LargeBlocks::Block*> kept;
  for (int step = 0; step < 400; ++step) {
    const auto length = static_cast<size_t>(20 + stream.UniformInt(40));
    std::vector<LargeBlocks::Block*> taken;
    for (size_t layer = 1; layer <= 12; ++layer) {
      for (const size_t width : {1, 3, 4}) taken.push_back(blocks.Take(kMiB + length * width * 100'000));
    }
    for (LargeBlocks::Block* block : taken) blocks.Free(block);
    kept.push_back(blocks.Take(kMiB + static_cast<size_t>(stream.UniformInt(4 * kMiB))));
    if (kept.size() > 5) {
      blocks.Free(kept.front());
      kept.erase(kept.begin());
    }
    ASSERT_LE(blocks.used(), blocks.mapped());
    ASSERT_LE(blocks.mapped(), blocks.most_used() + std::max(blocks.most_used() / 8, 64 * kMiB)) << step;
  }
}

TEST(LargeBlocks, MayBeUsedByThreads) {
  LargeBlocks blocks;
  const auto work = [&](uint64_t seed) {
    RandomStream stream(seed, "thread");
    for (int i = 0; i < 300; ++i) {
      LargeBlocks::Block* const block = blocks.Take(kMiB + static_cast<size_t>(stream.UniformInt(8 * kMiB)));
      auto* const bytes = static_cast<unsigned char*>(block->data);
      bytes[0] = bytes[block->size - 1] = static_cast<unsigned char>(seed);
      ASSERT_EQ(bytes[0], seed);
      ASSERT_EQ(bytes[block->size - 1], seed);
      blocks.Free(block);
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back(work, seed);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(blocks.used(), 0u);
}

TEST(LargeTensors, ComeFromTheBlocks) {
  PoolLargeTensors();
  PoolLargeTensors();
  const LargeBlocks& blocks = *LargeTensorBlocks();
  {
    at::Tensor large = at::ones({3 * (1 << 20)});
    EXPECT_GE(blocks.used(), 12 * kMiB);
    large = large * 2 + 1;
    EXPECT_EQ(large.sum().item<float>(), 9 * (1 << 20));
    const size_t before = blocks.used();
    const at::Tensor small = at::ones({1000});
    EXPECT_EQ(blocks.used(), before);
  }
  EXPECT_EQ(blocks.used(), 0u);
  for (const size_t size : {size_t{0}, size_t{1}, 5 * kMiB}) {  // as oneDNN's scratch memory is taken
    c10::Allocator* const allocator = c10::GetCPUAllocator();
    allocator->raw_deallocate(allocator->raw_allocate(size));
  }
  EXPECT_EQ(blocks.used(), 0u);
  at::Tensor again = at::empty({0});
  again.resize_({3 * (1 << 20)});
  EXPECT_GE(blocks.used(), 12 * kMiB);
}

}  // namespace
}  // namespace suite
