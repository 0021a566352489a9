#include "base/random.h"

#include <cmath>

#include "base/check.h"

namespace suite {
namespace {

// FNV-1a over the name, then a SplitMix64 finaliser for every number mixed in.
uint64_t HashName(std::string_view name) {
  uint64_t hash = 14695981039346656037ull;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

uint64_t Mix(uint64_t state, uint64_t value) {
  uint64_t z = state + 0x9e3779b97f4a7c15ull + value * 0xd1342543de82ef95ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

double ToUnit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

constexpr uint32_t kSequential = 0;
constexpr uint32_t kIndexed = 1;

}  // namespace

std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t product1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

RandomStream::RandomStream(uint64_t seed, std::string_view name, std::initializer_list<uint64_t> indices) {
  uint64_t key = Mix(HashName(name), seed);
  uint64_t id = Mix(key, name.size());
  for (const uint64_t index : indices) {
    key = Mix(key, index);
    id = Mix(id, ~index);
  }
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
  id_ = static_cast<uint32_t>(id);
}

uint64_t RandomStream::BitsAt(uint64_t counter, uint32_t lane) const {
  const auto block = Philox({static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), lane, id_}, key_);
  return (uint64_t{block[1]} << 32) | block[0];
}

uint64_t RandomStream::Bits() { return BitsAt(position_++, kSequential); }

double RandomStream::Uniform() { return ToUnit(Bits()); }

double RandomStream::UniformAt(uint64_t counter) const { return ToUnit(BitsAt(counter, kIndexed)); }

int64_t RandomStream::UniformInt(int64_t n) {
  SUITE_CHECK_GT(n, 0);
  // Lemire's multiplication without rejection: the bias is below n / 2^64.
  return static_cast<int64_t>((static_cast<unsigned __int128>(Bits()) * static_cast<uint64_t>(n)) >> 64);
}

double RandomStream::Normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  return radius * std::cos(2.0 * M_PI * Uniform());
}

double RandomStream::Gumbel() { return -std::log(-std::log(1.0 - Uniform() * (1.0 - 0x1.0p-53))); }

}  // namespace suite
