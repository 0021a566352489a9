// A simulated teacher for real conversations: a stand-in for a strong language model where there is none to ask.
//
// It peeks: its lists and judgements are made of each conversation's ground truth, blurred by named amounts, so that a
// pipeline can be built, tested and timed on real data without an account. Recall and nDCG of its lists, and of what is
// trained on them, measure the blur that was chosen, and on the conversations it peeked into they say nothing of
// generalisation. Comparisons of the pipeline's steps on one oracle are fair; numbers beside those of a paper are not.
//
//   TeacherQuality quality;
//   quality.noise = 1;                                       // misreads half of what was said
//   OracleTeacher teacher(dataset.train, dataset.catalog, quality);
//   teacher.Recommend(dataset.train, 20);
//
// A list holds the films of the largest (the numbers are those of TeacherQuality in teacher.h)
//
//   context (a + noise a') / (1 + noise) + popularity z + Gumbel noise
//
// a: nearness to the conversation's ground truth plus nearness to the films it has seen (FilmCompanions, over all
// conversations given); a': the same of another conversation drawn at random; z: standardised log(1 + conversations
// that name the film). Never a film that was seen or that it does not know. Then each rank, with probability
// out_of_catalog (0.1 where not given), is misspelt: a title or year that the catalogue does not have (MisspeltItem).
// What is written with tokens of its own, ids and codes, is never misspelt.
//
// Judgements: clip(round(judge_slope x zscore(a) + judge_noise x z), -2, 2), standardised over the candidates; films
// that it does not know: 0. It knows the most named films first (with Gumbel noise). The noise of a conversation, and
// of a film in it, is the same whatever the quality.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/teachers/teacher.h"

namespace suite {

// Which films people speak of together, and how near each film of a catalogue is to a few given ones.
//
//   FilmCompanions companions({{3, 17}, {17}, {3, 5}}, /*films=*/100);   // the films of each conversation, by id
//   companions.count(17)                                                 // 2
//   companions.Nearness({3})[17]                                         // 1 / sqrt(2 x 2)
//
// Nearness of film i to the films F is the mean over f in F of the cosine n(i, f) / sqrt(n(i) n(f)), n counting
// conversations; so it is 1 / |F| or more for a film of F, and 0 for one that was never named beside them.
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

class OracleTeacher : public Teacher {
 public:
  // Knows `conversations` by their ids; about any other its answer is an error. `catalog` must outlive it. Throws
  // InputError naming teacher.KEY for a quality out of range.
  OracleTeacher(const std::vector<Conversation>& conversations, const Catalog& catalog, const TeacherQuality& quality,
                uint64_t seed = 0);

  // "oracle data=<hash of all that it peeks into> context=8 ..."
  std::string Identity() const override;
  std::vector<TeacherList> Recommend(const std::vector<Conversation>& conversations, int64_t list_length) override;
  std::vector<TeacherJudgement> Judge(const std::vector<JudgeRequest>& requests) override;

 private:
  // What one conversation is about, as catalogue ids.
  struct Films {
    std::vector<int> truth, seen;
    std::vector<int> All() const;
  };

  // Fill films_, rows_ and data_hash_; popularity_ and known_.
  void Read(const std::vector<Conversation>& conversations);
  void ChooseKnown();
  std::vector<double> Nearness(const Films& films) const;
  std::vector<double> ListScores(const Films& films, RandomStream* stream) const;
  std::vector<Item> List(const std::string& id, const Films& films, int64_t length) const;
  std::vector<int> Opinions(const JudgeRequest& request, const Films& films) const;

  const Catalog& catalog_;
  TeacherQuality quality_;
  uint64_t seed_;
  std::string data_hash_;
  std::vector<Films> films_;
  std::map<std::string, size_t> rows_;  // of films_, by conversation id
  FilmCompanions companions_;
  std::vector<double> popularity_;  // z
  std::vector<bool> known_;
};

// The item as somebody writes it who does not remember well: another year within three, "The" gained or lost, or the
// next part of a series. Never one that the catalogue has. The item itself, where it is written as an id or as codes.
Item MisspeltItem(const Item& item, const Catalog& catalog, RandomStream* stream);

}  // namespace suite
