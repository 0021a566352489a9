#include "harness/metrics/write_run.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "harness/metrics/hdf5_handle.h"
#include "harness/metrics/store_layout.h"

namespace suite {
namespace {

constexpr hsize_t kRowsInChunk = 512;

// A group that remembers the order of its attributes.
Hdf5Handle MakeGroup(const Hdf5File& file, hid_t parent, const std::string& name) {
  const Hdf5Handle properties = file.Id(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, name);
  file.Must(H5Pset_obj_track_times(properties.id(), false), name);
  file.Must(H5Pset_attr_creation_order(properties.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), name);
  return file.Id(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose, name);
}

// Makes the groups that the slashes of a dataset's name ask for, as far as they are missing. (HDF5 can do that itself,
// but then stamps them with the time, and equal runs would differ in their bytes.)
void MakeGroupsOf(const Hdf5File& file, hid_t parent, const std::string& name) {
  for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    const std::string group = name.substr(0, slash);
    if (H5Lexists(parent, group.c_str(), H5P_DEFAULT) <= 0) MakeGroup(file, parent, group);
  }
}

struct Column {
  std::string name;
  hid_t file_type;
  hid_t memory_type;
  std::vector<hsize_t> shape;  // rows first
  hsize_t rows_in_chunk;
};

// A dataset that grows by rows. Neither compressed nor checksummed: a
// kill while such a chunk is rewritten would lose the whole chunk.
void WriteColumn(const Hdf5File& file, hid_t group, const Column& column, const void* values) {
  std::vector<hsize_t> most = column.shape;
  most[0] = H5S_UNLIMITED;
  std::vector<hsize_t> chunk = column.shape;
  chunk[0] = column.rows_in_chunk;
  for (hsize_t& n : chunk) n = std::max<hsize_t>(n, 1);
  const int dimensions = static_cast<int>(column.shape.size());
  const std::string what = "dataset '" + column.name + "'";
  const Hdf5Handle space = file.Id(H5Screate_simple(dimensions, column.shape.data(), most.data()), H5Sclose, what);
  MakeGroupsOf(file, group, column.name);
  const Hdf5Handle properties = file.Id(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  file.Must(H5Pset_chunk(properties.id(), dimensions, chunk.data()), what);
  file.Must(H5Pset_obj_track_times(properties.id(), false), what);
  file.Must(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_ALLOC), what);
  if (H5Tget_class(column.file_type) == H5T_INTEGER) {
    file.Must(H5Pset_fill_value(properties.id(), H5T_NATIVE_INT64, &kNoStep), what);
  }
  const Hdf5Handle dataset = file.Id(
      H5Dcreate2(group, column.name.c_str(), column.file_type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
      H5Dclose, what);
  if (H5Sget_simple_extent_npoints(space.id()) == 0) return;
  file.Must(H5Dwrite(dataset.id(), column.memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "writing " + what);
}

void WriteSteps(const Hdf5File& file, hid_t group, const std::vector<int64_t>& steps) {
  for (size_t i = 0; i < steps.size(); ++i) SUITE_CHECK_GT(steps[i], i ? steps[i - 1] : kNoStep);
  WriteColumn(file, group, {"step", H5T_STD_I64LE, H5T_NATIVE_INT64, {steps.size()}, kRowsInChunk}, steps.data());
}

void WriteAllSeries(const Hdf5File& file, hid_t root, const RunRecord& run) {
  const Hdf5Handle group = MakeGroup(file, root, "series");
  std::vector<std::string> names;
  for (const StepSeries& series : run.series) {
    SUITE_CHECK_GE(series.width, 1);
    SUITE_CHECK_EQ(series.values.size(), run.steps.size() * static_cast<size_t>(series.width));
    std::vector<hsize_t> shape = {run.steps.size()};
    if (series.width > 1) shape.push_back(static_cast<hsize_t>(series.width));
    WriteColumn(file, group.id(), {series.name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, shape, kRowsInChunk},
                series.values.data());
    names.push_back(series.name);
  }
  SUITE_CHECK_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  file.WriteStrings(root, "series_names", names);
  WriteSteps(file, root, run.steps);
}

void WriteScores(const Hdf5File& file, hid_t scores, const ScoreTable& table) {
  const size_t conversations = table.conversation_ids.size();
  const size_t metrics = table.metric_names.size();
  SUITE_CHECK_EQ(table.values.size(), table.steps.size() * metrics * conversations);
  const Hdf5Handle group = MakeGroup(file, scores, table.split);
  file.WriteStrings(group.id(), "conversation_ids", table.conversation_ids);
  file.WriteStrings(group.id(), "metric_names", table.metric_names);
  if (!table.context_ids.empty()) {
    SUITE_CHECK_EQ(table.context_ids.size(), conversations);
    file.WriteStrings(group.id(), "context_ids", table.context_ids);
  }
  WriteSteps(file, group.id(), table.steps);
  std::vector<float> rows(table.steps.size() * conversations);
  for (size_t m = 0; m < metrics; ++m) {
    for (size_t r = 0; r < table.steps.size(); ++r) {
      std::copy_n(table.values.begin() + static_cast<long>((r * metrics + m) * conversations), conversations,
                  rows.begin() + static_cast<long>(r * conversations));
    }
    WriteColumn(
        file, group.id(),
        {"values/" + table.metric_names[m], H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {table.steps.size(), conversations}, 1},
        rows.data());
  }
}

void WriteAllScores(const Hdf5File& file, hid_t root, const RunRecord& run) {
  const Hdf5Handle group = MakeGroup(file, root, "scores");
  std::vector<std::string> splits;
  for (const ScoreTable& table : run.scores) {
    WriteScores(file, group.id(), table);
    splits.push_back(table.split);
  }
  file.WriteStrings(root, "split_names", splits);
}

void WriteAllCounts(const Hdf5File& file, hid_t root, const RunRecord& run) {
  const Hdf5Handle group = MakeGroup(file, root, "counts");
  std::vector<std::string> names;
  for (const CountTable& table : run.counts) {
    const auto width = static_cast<hsize_t>(table.width);
    SUITE_CHECK_EQ(table.counts.size(), table.steps.size() * width);
    MakeGroupsOf(file, group.id(), table.name + "/");
    const Hdf5Handle one = file.Id(H5Gopen2(group.id(), table.name.c_str(), H5P_DEFAULT), H5Gclose, table.name);
    WriteSteps(file, one.id(), table.steps);
    WriteColumn(file, one.id(), {"counts", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {table.steps.size(), width}, 1},
                table.counts.data());
    names.push_back(table.name);
  }
  file.WriteStrings(root, "count_names", names);
}

void WriteTexts(const Hdf5File& file, hid_t root, const std::string& name, const NamedTexts& texts) {
  const Hdf5Handle group = MakeGroup(file, root, name);
  for (const auto& [key, value] : texts) file.WriteText(group.id(), key, value);
}

template <typename T>
void WriteNumbers(const Hdf5File& file, hid_t group, const std::string& name, hid_t file_type, hid_t memory_type,
                  const std::vector<T>& values) {
  WriteColumn(file, group, {name, file_type, memory_type, {values.size()}, kRowsInChunk}, values.data());
}

void WriteRanks(const Hdf5File& file, hid_t answers_group, const std::vector<SampleAnswer>& answers) {
  std::vector<int64_t> places, lines;
  std::vector<std::string> verdicts;
  std::vector<double> relevances, credits, advantages;
  for (size_t i = 0; i < answers.size(); ++i) {
    for (const RankCredit& rank : answers[i].ranks) {
      places.push_back(static_cast<int64_t>(i));
      lines.push_back(rank.line);
      verdicts.push_back(rank.verdict);
      relevances.push_back(rank.relevance);
      credits.push_back(rank.credit);
      advantages.push_back(rank.advantage);
    }
  }
  if (places.empty()) return;
  const Hdf5Handle group = MakeGroup(file, answers_group, "ranks");
  WriteNumbers(file, group.id(), "answer", H5T_STD_I64LE, H5T_NATIVE_INT64, places);
  WriteNumbers(file, group.id(), "line", H5T_STD_I64LE, H5T_NATIVE_INT64, lines);
  file.WriteStrings(group.id(), "verdict", verdicts);
  WriteNumbers(file, group.id(), "relevance", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, relevances);
  WriteNumbers(file, group.id(), "credit", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, credits);
  WriteNumbers(file, group.id(), "advantage", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, advantages);
}

void WriteAnswers(const Hdf5File& file, hid_t root, const std::string& name, const std::vector<SampleAnswer>& answers) {
  const Hdf5Handle group = MakeGroup(file, root, name);
  std::vector<std::string> ids;
  std::vector<std::string> texts;
  for (const SampleAnswer& answer : answers) {
    ids.push_back(answer.conversation_id);
    texts.push_back(answer.text);
  }
  file.WriteStrings(group.id(), "conversation_id", ids);
  file.WriteStrings(group.id(), "text", texts);
  WriteRanks(file, group.id(), answers);
}

// A column of int64 of some things, each read by `value`.
template <typename T, typename Value>
void WriteWhole(const Hdf5File& file, hid_t group, const std::string& name, const std::vector<T>& things,
                const Value& value) {
  std::vector<int64_t> numbers;
  for (const T& thing : things) numbers.push_back(value(thing));
  WriteNumbers(file, group, name, H5T_STD_I64LE, H5T_NATIVE_INT64, numbers);
}

void WriteEntries(const Hdf5File& file, hid_t parent, const std::string& name, const std::vector<ListEntry>& entries) {
  const Hdf5Handle group = MakeGroup(file, parent, name);
  WriteWhole(file, group.id(), "conversation", entries, [](const ListEntry& e) { return e.conversation; });
  WriteWhole(file, group.id(), "item", entries, [](const ListEntry& e) { return e.item; });
}

void WriteListItems(const Hdf5File& file, hid_t parent, const std::vector<ListItem>& items) {
  const Hdf5Handle group = MakeGroup(file, parent, "items");
  std::vector<std::string> titles;
  for (const ListItem& item : items) titles.push_back(item.title);
  file.WriteStrings(group.id(), "title", titles);
  WriteWhole(file, group.id(), "year", items, [](const ListItem& i) { return i.year; });
  WriteWhole(file, group.id(), "in_catalog", items, [](const ListItem& i) { return i.in_catalog; });
  WriteWhole(file, group.id(), "near_catalog", items, [](const ListItem& i) { return i.near_catalog; });
}

void WriteLists(const Hdf5File& file, hid_t root, const EvaluatedLists& lists) {
  const Hdf5Handle folder = MakeGroup(file, root, "lists");
  const Hdf5Handle group = MakeGroup(file, folder.id(), lists.split);
  WriteListItems(file, group.id(), lists.items);
  WriteEntries(file, group.id(), "ground_truth", lists.ground_truth);
  WriteEntries(file, group.id(), "seen", lists.seen);
  const Hdf5Handle ranks = MakeGroup(file, group.id(), "ranks");
  std::vector<std::string> verdicts;
  for (const RankEntry& rank : lists.ranks) verdicts.push_back(rank.verdict);
  file.WriteStrings(ranks.id(), "verdict", verdicts);
  WriteWhole(file, ranks.id(), "step", lists.ranks, [](const RankEntry& r) { return r.step; });
  WriteWhole(file, ranks.id(), "conversation", lists.ranks, [](const RankEntry& r) { return r.conversation; });
  WriteWhole(file, ranks.id(), "line", lists.ranks, [](const RankEntry& r) { return r.line; });
  WriteWhole(file, ranks.id(), "item", lists.ranks, [](const RankEntry& r) { return r.item; });
  WriteWhole(file, ranks.id(), "repeated", lists.ranks, [](const RankEntry& r) { return r.repeated; });
}

void WriteContent(const Hdf5File& file, hid_t root, const RunRecord& run) {
  file.WriteText(root, "format", kStoreFormat);
  file.WriteText(root, "format_version", kStoreFormatVersion);
  file.WriteText(root, "run_name", run.run_name);
  file.WriteText(root, "config", run.config);
  file.WriteText(root, "status", run.status);
  WriteTexts(file, root, "provenance", run.provenance);
  WriteTexts(file, root, "summary", run.summary);
  WriteAllSeries(file, root, run);
  WriteAllScores(file, root, run);
  if (!run.counts.empty()) WriteAllCounts(file, root, run);
  WriteAnswers(file, root, "answers", run.answers);
  if (!run.rollouts.empty()) WriteAnswers(file, root, "rollouts", run.rollouts);
  if (!run.first_answers.empty()) WriteAnswers(file, root, "first_answers", run.first_answers);
  if (!run.credit_kind.empty()) file.WriteText(root, "credit_kind", run.credit_kind);
  if (!run.lists.split.empty()) WriteLists(file, root, run.lists);
  if (run.status != kStatusRunning) file.WriteText(root, "content_sha256", ContentDigest(run));
}

}  // namespace

void WriteRun(const RunRecord& run, const std::string& path) {
  WriteHdf5File(path, [&](const Hdf5File& file, hid_t root) { WriteContent(file, root, run); });
}

}  // namespace suite
