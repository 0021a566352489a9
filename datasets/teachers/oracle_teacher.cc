#include "datasets/teachers/oracle_teacher.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <sstream>

#include "base/hash.h"
#include "datasets/core/item_form.h"

namespace suite {
namespace {

std::vector<double> Standardised(std::vector<double> values) {
  if (values.empty()) return values;
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double variance = 0;
  for (const double value : values) variance += (value - mean) * (value - mean) / count;
  const double spread = std::max(std::sqrt(variance), 1e-12);
  for (double& value : values) value = (value - mean) / spread;
  return values;
}

// The first `count` of the indices from large to small; equal ones: lower index first.
std::vector<int> Largest(const std::vector<double>& values, size_t count) {
  std::vector<int> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<int64_t>(count), order.end(), [&](int a, int b) {
    const double x = values[static_cast<size_t>(a)], y = values[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  });
  order.resize(count);
  return order;
}

std::string WithoutOrWithThe(const std::string& title) {
  return title.rfind("The ", 0) == 0 ? title.substr(4) : "The " + title;
}

}  // namespace

FilmCompanions::FilmCompanions(const std::vector<std::vector<int>>& conversations, int films)
    : counts_(static_cast<size_t>(films), 0), together_(static_cast<size_t>(films)) {
  for (const std::vector<int>& named : conversations) {
    const std::set<int> distinct(named.begin(), named.end());
    for (const int a : distinct) {
      ++counts_.at(static_cast<size_t>(a));
      for (const int b : distinct) {
        if (a != b) ++together_[static_cast<size_t>(a)][b];
      }
    }
  }
}

std::vector<double> FilmCompanions::Nearness(const std::vector<int>& films) const {
  std::vector<double> nearness(counts_.size(), 0);
  const double share = films.empty() ? 0 : 1.0 / static_cast<double>(films.size());
  for (const int film : films) {
    const auto f = static_cast<size_t>(film);
    nearness.at(f) += share;
    for (const auto& [other, together] : together_[f]) {
      const auto o = static_cast<size_t>(other);
      nearness[o] += share * static_cast<double>(together) /
                     std::sqrt(static_cast<double>(counts_[f]) * static_cast<double>(counts_[o]));
    }
  }
  return nearness;
}

Item MisspeltItem(const Item& item, const Catalog& catalog, RandomStream* stream) {
  Item wrong = item;
  if (HasOwnTokens(catalog.form())) return wrong;
  const bool has_year = item.year != kNoYear;
  switch (has_year ? stream->UniformInt(3) : 1 + stream->UniformInt(2)) {
    case 0:
      wrong.year += static_cast<int>(stream->UniformInt(3) + 1) * (stream->UniformInt(2) == 0 ? 1 : -1);
      break;
    case 1:
      wrong.title = WithoutOrWithThe(item.title);
      break;
    default:
      wrong.title += " II";
  }
  while (has_year && catalog.Find(wrong)) ++wrong.year;
  while (catalog.Find(wrong)) wrong.title += " II";
  return wrong;
}

std::vector<int> OracleTeacher::Films::All() const {
  std::vector<int> all = truth;
  all.insert(all.end(), seen.begin(), seen.end());
  return all;
}

OracleTeacher::OracleTeacher(const std::vector<Conversation>& conversations, const Catalog& catalog,
                             const TeacherQuality& quality, uint64_t seed)
    : catalog_(catalog), quality_(quality), seed_(seed), companions_({}, 0) {
  quality_.out_of_catalog = quality.out_of_catalog.value_or(0.1);
  CheckTeacherQuality(quality_);
  Read(conversations);
  std::vector<std::vector<int>> named;
  for (const Films& films : films_) named.push_back(films.All());
  companions_ = FilmCompanions(named, catalog.size());
  ChooseKnown();
}

void OracleTeacher::Read(const std::vector<Conversation>& conversations) {
  std::ostringstream data;
  data << seed_ << "\n" << FormatList(catalog_.items()) << "\n";
  for (const Conversation& conversation : conversations) {
    Films films;
    for (const GroundTruth& truth : conversation.ground_truth) {
      const auto id = truth.year ? catalog_.Find({truth.title, *truth.year}) : std::nullopt;
      if (id) films.truth.push_back(*id);
    }
    for (const std::string& title : conversation.seen_titles) {
      const std::vector<int> ids = catalog_.FindTitle(title);
      films.seen.insert(films.seen.end(), ids.begin(), ids.end());
    }
    data << conversation.id << "\n";
    for (const int id : films.truth) data << id << " ";
    data << "\n";
    for (const int id : films.seen) data << id << " ";
    data << "\n";
    rows_[conversation.id] = films_.size();
    films_.push_back(std::move(films));
  }
  data_hash_ = Sha256Hex(data.str());
}

void OracleTeacher::ChooseKnown() {
  for (const int64_t count : companions_.counts()) popularity_.push_back(std::log1p(static_cast<double>(count)));
  popularity_ = Standardised(std::move(popularity_));
  RandomStream stream(seed_, "oracle teacher/knowledge");
  std::vector<double> fame = popularity_;
  for (double& one : fame) one += stream.Gumbel();
  known_.assign(fame.size(), false);
  const auto count = static_cast<size_t>(std::lround(quality_.knowledge * static_cast<double>(fame.size())));
  for (const int id : Largest(fame, count)) known_[static_cast<size_t>(id)] = true;
}

std::string OracleTeacher::Identity() const {
  return "oracle data=" + data_hash_.substr(0, 16) + " " + QualityText(quality_);
}

std::vector<double> OracleTeacher::Nearness(const Films& films) const {
  std::vector<double> nearness = companions_.Nearness(films.truth);
  const std::vector<double> to_seen = companions_.Nearness(films.seen);
  for (size_t i = 0; i < nearness.size(); ++i) nearness[i] += to_seen[i];
  return nearness;
}

std::vector<double> OracleTeacher::ListScores(const Films& films, RandomStream* stream) const {
  const auto other = static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(films_.size())));
  std::vector<double> scores = Nearness(films);
  if (quality_.noise > 0) {
    const std::vector<double> misread = Nearness(films_[other]);
    for (size_t i = 0; i < scores.size(); ++i) {
      scores[i] = (scores[i] + quality_.noise * misread[i]) / (1 + quality_.noise);
    }
  }
  const std::set<int> seen(films.seen.begin(), films.seen.end());
  for (size_t i = 0; i < scores.size(); ++i) {
    // Drawn for every film, so that what is excluded moves no other film's noise.
    const double luck = stream->Gumbel();
    scores[i] = quality_.context * scores[i] + quality_.popularity * popularity_[i] + luck;
    if (!known_[i] || seen.count(static_cast<int>(i)) > 0) scores[i] = -INFINITY;
  }
  return scores;
}

std::vector<Item> OracleTeacher::List(const std::string& id, const Films& films, int64_t length) const {
  RandomStream stream(seed_, "oracle teacher/list/" + id);
  RandomStream spelling(seed_, "oracle teacher/spelling/" + id);
  const std::vector<double> scores = ListScores(films, &stream);
  std::vector<Item> list;
  std::set<Item> named;
  for (const int film : Largest(scores, static_cast<size_t>(length))) {
    if (std::isinf(scores[static_cast<size_t>(film)])) break;
    Item item = catalog_.item(film);
    if (spelling.Uniform() < *quality_.out_of_catalog) item = MisspeltItem(item, catalog_, &spelling);
    if (named.insert(item).second) list.push_back(item);
  }
  return list;
}

std::vector<TeacherList> OracleTeacher::Recommend(const std::vector<Conversation>& conversations, int64_t list_length) {
  std::vector<TeacherList> lists(conversations.size());
  for (size_t i = 0; i < conversations.size(); ++i) {
    const auto row = rows_.find(conversations[i].id);
    if (row == rows_.end()) {
      lists[i].error = "conversation '" + conversations[i].id + "' is not one that the oracle was given";
    } else {
      lists[i].items = List(row->first, films_[row->second], list_length);
    }
  }
  return lists;
}

std::vector<int> OracleTeacher::Opinions(const JudgeRequest& request, const Films& films) const {
  const std::vector<double> nearness = Nearness(films);
  std::vector<double> fit;
  std::vector<int> ids;
  std::vector<size_t> places;
  for (size_t k = 0; k < request.candidates.size(); ++k) {
    const auto id = catalog_.Find(request.candidates[k]);
    if (!id || !known_[static_cast<size_t>(*id)]) continue;
    ids.push_back(*id);
    places.push_back(k);
    fit.push_back(nearness[static_cast<size_t>(*id)]);
  }
  fit = Standardised(std::move(fit));
  std::vector<int> opinions(request.candidates.size(), 0);
  for (size_t i = 0; i < places.size(); ++i) {
    RandomStream noise(seed_, "oracle teacher/judge/" + request.conversation->id, {static_cast<uint64_t>(ids[i])});
    const double opinion = quality_.judge_slope * fit[i] + quality_.judge_noise * noise.Normal();
    opinions[places[i]] = static_cast<int>(std::lround(std::clamp(opinion, -2.0, 2.0)));
  }
  return opinions;
}

std::vector<TeacherJudgement> OracleTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto row = rows_.find(requests[i].conversation->id);
    if (row == rows_.end()) {
      judged[i].error = "conversation '" + requests[i].conversation->id + "' is not one that the oracle was given";
    } else {
      judged[i].judgements = Opinions(requests[i], films_[row->second]);
    }
  }
  return judged;
}

}  // namespace suite
