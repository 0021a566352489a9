// Which films people speak of together: counts over conversations, and how near each film of a catalogue is to a few
// given ones.
//
//   FilmCompanions companions({{3, 17}, {17}, {3, 5}}, /*films=*/100);   // the films of each conversation, by id
//   companions.count(17)                                                 // 2
//   companions.Nearness({3})[17]                                         // 1 / sqrt(2 x 2)
//
// Nearness of film i to the films F is the mean over f in F of the cosine n(i, f) / sqrt(n(i) n(f)), n counting
// conversations; so it is 1 / |F| or more for a film of F, and 0 for one that was never named beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace suite {

class FilmCompanions {
 public:
  // Ids are from 0 to films - 1; one that stands twice in a conversation counts once.
  FilmCompanions(const std::vector<std::vector<int>>& conversations, int films);

  int64_t count(int film) const { return counts_.at(static_cast<size_t>(film)); }
  const std::vector<int64_t>& counts() const { return counts_; }

  // Of each film; all 0 for no films. A film of `films` that no conversation names is nearest to itself alone.
  std::vector<double> Nearness(const std::vector<int>& films) const;

 private:
  std::vector<int64_t> counts_;
  std::vector<std::map<int, int64_t>> together_;  // by film: how often with each other one
};

}  // namespace suite
