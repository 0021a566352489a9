#include "reports/kept/pack_runs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "harness/metrics/metric_table.h"
#include "reports/kept/score_patterns.h"
#include "reports/results/diversity.h"

namespace suite {
namespace {

constexpr int64_t kRepeated = 8, kNear = 16;

KeptArray Texts(std::vector<std::string> texts) { return {{texts.size()}, std::move(texts)}; }

template <typename T, typename Value>
KeptArray Integers(const std::vector<T>& things, const Value& value) {
  std::vector<int64_t> numbers;
  for (const T& thing : things) numbers.push_back(value(thing));
  return SmallestIntegers({numbers.size()}, numbers);
}

KeptArray Steps(const std::vector<int64_t>& steps) { return SmallestIntegers({steps.size()}, steps); }

void PackSeries(const RunRecord& run, const std::vector<std::string>& exact, KeptRecord* kept) {
  kept->arrays["step"] = Steps(run.steps);
  std::vector<std::string> names;
  for (const StepSeries& series : run.series) {
    if (!IsReported(series.name, exact)) continue;
    names.push_back(series.name);
    KeptArray array{{run.steps.size()}, series.values};
    if (series.width > 1) array.shape.push_back(static_cast<uint64_t>(series.width));
    std::vector<float> rounded(series.values.begin(), series.values.end());
    const bool may_round = std::find(exact.begin(), exact.end(), series.name) == exact.end();
    if (may_round || std::equal(rounded.begin(), rounded.end(), series.values.begin())) {
      array.values = std::move(rounded);
    }
    kept->arrays["series/" + series.name] = std::move(array);
  }
  kept->arrays["series_names"] = Texts(names);
}

void PackScores(const RunRecord& run, const ScorePatterns& patterns, KeptRecord* kept) {
  std::vector<std::string> splits;
  for (const ScoreTable& table : run.scores) {
    splits.push_back(table.split);
    const std::string prefix = "scores/" + table.split + "/";
    kept->arrays[prefix + "conversation_ids"] = Texts(table.conversation_ids);
    if (!table.context_ids.empty()) kept->arrays[prefix + "context_ids"] = Texts(table.context_ids);
    kept->arrays[prefix + "metric_names"] = Texts(table.metric_names);
    kept->arrays[prefix + "step"] = Steps(table.steps);
    const uint64_t conversations = table.conversation_ids.size();
    const std::vector<int64_t> places = patterns.Places(table);
    const auto start = static_cast<std::ptrdiff_t>(std::min<uint64_t>(conversations, places.size()));
    kept->arrays[prefix + "patterns"] = patterns.Of(table);
    kept->arrays[prefix + "start"] =
        SmallestIntegers({static_cast<uint64_t>(start)}, {places.begin(), places.begin() + start});
    const uint64_t later = table.steps.empty() ? 0 : table.steps.size() - 1;
    kept->arrays[prefix + "later"] = SmallestIntegers({later, conversations}, {places.begin() + start, places.end()});
  }
  kept->arrays["split_names"] = Texts(splits);
}

int64_t JudgedAs(const RunRecord& run, const RankEntry& rank) {
  const auto verdict = std::find(std::begin(kVerdicts), std::end(kVerdicts), rank.verdict);
  if (verdict == std::end(kVerdicts)) throw InputError(run.path, "verdict '" + rank.verdict + "' of a list is unknown");
  const bool near = run.lists.items[static_cast<size_t>(rank.item)].near_catalog;
  return (verdict - std::begin(kVerdicts)) + (rank.repeated ? kRepeated : 0) + (near ? kNear : 0);
}

void PackShown(const EvaluatedLists& lists, const std::string& prefix, KeptRecord* kept) {
  const auto put = [&](const char* name, KeptArray array) { kept->arrays[prefix + name] = std::move(array); };
  std::vector<std::string> titles, verdicts;
  for (const ListItem& item : lists.items) titles.push_back(item.title);
  for (const RankEntry& rank : lists.ranks) verdicts.push_back(rank.verdict);
  put("items/title", Texts(titles));
  put("items/year", Integers(lists.items, [](const ListItem& i) { return i.year; }));
  put("items/in_catalog", Integers(lists.items, [](const ListItem& i) { return i.in_catalog; }));
  put("items/near_catalog", Integers(lists.items, [](const ListItem& i) { return i.near_catalog; }));
  put("ground_truth/conversation", Integers(lists.ground_truth, [](const ListEntry& e) { return e.conversation; }));
  put("ground_truth/item", Integers(lists.ground_truth, [](const ListEntry& e) { return e.item; }));
  put("seen/conversation", Integers(lists.seen, [](const ListEntry& e) { return e.conversation; }));
  put("seen/item", Integers(lists.seen, [](const ListEntry& e) { return e.item; }));
  put("ranks/step", Integers(lists.ranks, [](const RankEntry& r) { return r.step; }));
  put("ranks/conversation", Integers(lists.ranks, [](const RankEntry& r) { return r.conversation; }));
  put("ranks/line", Integers(lists.ranks, [](const RankEntry& r) { return r.line; }));
  put("ranks/item", Integers(lists.ranks, [](const RankEntry& r) { return r.item; }));
  put("ranks/repeated", Integers(lists.ranks, [](const RankEntry& r) { return r.repeated; }));
  put("ranks/verdict", Texts(verdicts));
}

// What the lists say of some conversations, with the items that occur there.
EvaluatedLists Restricted(const EvaluatedLists& lists, const std::set<int64_t>& conversations) {
  EvaluatedLists some;
  some.split = lists.split;
  ListItems items(&some.items);
  const auto add = [&](auto entry, auto* entries) {
    if (!conversations.count(entry.conversation)) return;
    entry.item = items.Place(lists.items[static_cast<size_t>(entry.item)]);
    entries->push_back(entry);
  };
  for (const ListEntry& entry : lists.ground_truth) add(entry, &some.ground_truth);
  for (const ListEntry& entry : lists.seen) add(entry, &some.seen);
  for (const RankEntry& rank : lists.ranks) add(rank, &some.ranks);
  return some;
}

void PackLists(const RunRecord& run, KeptRecord* kept) {
  const EvaluatedLists& lists = run.lists;
  const std::string prefix = "lists/" + lists.split + "/";
  const std::vector<std::string>& ids = FindScores(run, lists.split).conversation_ids;
  std::vector<int64_t> wanted(ids.size(), 0);
  for (const ListEntry& entry : lists.ground_truth) ++wanted[static_cast<size_t>(entry.conversation)];
  kept->arrays[prefix + "wanted"] = SmallestIntegers({wanted.size()}, wanted);
  std::map<int64_t, std::vector<int64_t>> judged, lengths;
  int64_t before = -1;
  for (const RankEntry& rank : lists.ranks) {
    std::vector<int64_t>& length = lengths[rank.step];
    if (length.empty()) before = -1;
    length.resize(ids.size(), 0);
    SUITE_CHECK_GE(rank.conversation, before);
    before = rank.conversation;
    ++length[static_cast<size_t>(rank.conversation)];
    judged[rank.step].push_back(JudgedAs(run, rank));
  }
  for (const auto& [step, bytes] : judged) {
    kept->arrays[prefix + "judged/" + std::to_string(step)] = SmallestIntegers({bytes.size()}, bytes);
    kept->arrays[prefix + "length/" + std::to_string(step)] = SmallestIntegers({ids.size()}, lengths[step]);
  }
  std::set<int64_t> shown;
  for (const SampleAnswer& answer : run.answers) {
    const auto found = std::find(ids.begin(), ids.end(), answer.conversation_id);
    if (found != ids.end()) shown.insert(found - ids.begin());
  }
  PackShown(Restricted(lists, shown), prefix + "shown/", kept);
}

void PackCounts(const RunRecord& run, KeptRecord* kept) {
  std::vector<CountTable> tables = run.counts;
  if (const auto recommended = RecommendedIn(run)) tables.push_back(*recommended);
  std::vector<std::string> names;
  for (const CountTable& table : tables) {
    names.push_back(table.name);
    kept->arrays["counts/" + table.name + "/step"] = Steps(table.steps);
    kept->arrays["counts/" + table.name + "/counts"] = {{table.steps.size(), static_cast<uint64_t>(table.width)},
                                                        table.counts};
  }
  kept->arrays["count_names"] = Texts(names);
}

void PackAnswers(const std::vector<SampleAnswer>& answers, const std::string& prefix, KeptRecord* kept) {
  std::vector<std::string> ids, texts, verdicts;
  std::vector<int64_t> places, lines;
  std::vector<double> numbers;
  for (size_t i = 0; i < answers.size(); ++i) {
    ids.push_back(answers[i].conversation_id);
    texts.push_back(answers[i].text);
    for (const RankCredit& rank : answers[i].ranks) {
      places.push_back(static_cast<int64_t>(i));
      lines.push_back(rank.line);
      verdicts.push_back(rank.verdict);
      numbers.insert(numbers.end(), {rank.relevance, rank.credit, rank.advantage});
    }
  }
  kept->arrays[prefix + "conversation_id"] = Texts(ids);
  kept->arrays[prefix + "text"] = Texts(texts);
  kept->arrays[prefix + "ranks/answer"] = SmallestIntegers({places.size()}, places);
  kept->arrays[prefix + "ranks/line"] = SmallestIntegers({lines.size()}, lines);
  kept->arrays[prefix + "ranks/verdict"] = Texts(verdicts);
  kept->arrays[prefix + "ranks/relevance_credit_advantage"] = {{lines.size(), 3}, numbers};
}

KeptRecord PackRun(const RunRecord& run, const ScorePatterns& patterns, const std::vector<std::string>& exact) {
  KeptRecord kept;
  kept.texts["record"] = {{"run_name", run.run_name},
                          {"config", run.config},
                          {"status", run.status},
                          {"credit_kind", run.credit_kind},
                          {"lists", run.lists.split}};
  kept.texts["provenance"] = run.provenance;
  kept.texts["summary"] = run.summary;
  PackSeries(run, exact, &kept);
  PackScores(run, patterns, &kept);
  PackCounts(run, &kept);
  PackAnswers(run.answers, "answers/", &kept);
  PackAnswers(run.rollouts, "rollouts/", &kept);
  if (!run.lists.split.empty()) PackLists(run, &kept);
  return kept;
}

}  // namespace

bool IsReported(const std::string& series, const std::vector<std::string>& exact_series) {
  static const auto* const kNames = [] {
    auto* names = new std::set<std::string>{"reward_by_rank",          "tokens",     "rollout_tokens",
                                            "distinct_items_in_group", "reward_std", "ess/applied"};
    for (const std::string& heading : SeriesHeadings()) {
      for (const SeriesPlot& plot : SeriesUnder(heading)) names->insert(plot.series);
    }
    return names;
  }();
  if (kNames->count(series)) return true;
  const auto ends_with = [&](const std::string& end) {
    return series.size() > end.size() && series.compare(series.size() - end.size(), end.size(), end) == 0;
  };
  for (const char* end : {"_s", "/p05", "/p50", "/p95"}) {
    if (ends_with(end)) return true;
  }
  return std::find(exact_series.begin(), exact_series.end(), series) != exact_series.end();
}

std::vector<KeptRecord> PackRuns(const std::vector<RunRecord>& runs, const std::vector<std::string>& exact_series) {
  const ScorePatterns patterns(runs);
  std::vector<KeptRecord> kept;
  for (const RunRecord& run : runs) kept.push_back(PackRun(run, patterns, exact_series));
  return kept;
}

}  // namespace suite
