// Named, counter-based random streams (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011).
//
// A stream is a pure function of (seed, name, indices) and a counter, so nothing depends on the order in which streams
// are used, on threads or on the number of processes, and the whole state to save is one counter:
//
//   RandomStream stream(seed, "rollout", {step, prompt, sample});
//   float u = stream.UniformAt(t);      // the draw for token t, whatever was drawn before
//   double x = stream.Uniform();        // or one after another
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace suite {

// One Philox 4x32-10 block.
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

class RandomStream {
 public:
  RandomStream(uint64_t seed, std::string_view name, std::initializer_list<uint64_t> indices = {});

  // Sequential draws. Uniform is in [0, 1) with 53 bits; UniformInt in [0, n); the others are standard.
  uint64_t Bits();
  double Uniform();
  int64_t UniformInt(int64_t n);
  double Normal();
  double Gumbel();

  // Draw number `counter`, independent of the sequential ones: in [0, 1) with 53 bits.
  double UniformAt(uint64_t counter) const;

  // How many sequential draws of 64 bits have been made; setting it restores the stream.
  uint64_t position() const { return position_; }
  void set_position(uint64_t position) { position_ = position; }

 private:
  uint64_t BitsAt(uint64_t counter, uint32_t lane) const;

  std::array<uint32_t, 2> key_;
  uint32_t id_;
  uint64_t position_ = 0;
};

}  // namespace suite
