// ReadRun and ReadRunStatus: from an HDF5 file, whole or left by a kill, to all that it holds, or to a little of it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <new>
#include <numeric>
#include <stdexcept>

#include "base/error.h"
#include "harness/metrics/hdf5_handle.h"
#include "harness/metrics/run_record.h"
#include "harness/metrics/store_layout.h"

namespace suite {
namespace {

// The extent of a dataset with `dimensions` dimensions.
std::vector<hsize_t> Extent(const Hdf5File& file, hid_t dataset, int dimensions, const std::string& name) {
  const Hdf5Handle space = file.Id(H5Dget_space(dataset), H5Sclose, name);
  if (H5Sget_simple_extent_ndims(space.id()) != dimensions) {
    throw InputError(file.path(), "dataset '" + name + "' has not " + std::to_string(dimensions) + " dimensions");
  }
  std::vector<hsize_t> extent(static_cast<size_t>(dimensions));
  file.Must(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr), name);
  return extent;
}

struct RowRange {
  hsize_t first, count;
};

// Rows of a dataset whose rows have the shape `row_shape`.
template <typename T>
std::vector<T> ReadRows(const Hdf5File& file, hid_t dataset, hid_t memory_type, const std::vector<hsize_t>& row_shape,
                        RowRange rows, const std::string& name) {
  std::vector<hsize_t> count = {rows.count};
  count.insert(count.end(), row_shape.begin(), row_shape.end());
  hsize_t total = 1;
  for (hsize_t n : count) total *= n;
  std::vector<T> values(total);
  if (total == 0) return values;
  std::vector<hsize_t> start(count.size(), 0);
  start[0] = rows.first;
  const Hdf5Handle space = file.Id(H5Dget_space(dataset), H5Sclose, name);
  const Hdf5Handle memory =
      file.Id(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose, name);
  const auto select = H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  file.Must(select, "dataset '" + name + "': selecting " + std::to_string(rows.count) + " rows");
  file.Must(H5Dread(dataset, memory_type, memory.id(), space.id(), H5P_DEFAULT, values.data()),
            "reading dataset '" + name + "'");
  return values;
}

Hdf5Handle OpenDataset(const Hdf5File& file, hid_t group, const std::string& name) {
  return file.Id(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, "dataset '" + name + "'");
}

Hdf5Handle OpenGroup(const Hdf5File& file, hid_t parent, const std::string& name) {
  return file.Id(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose, "group '" + name + "'");
}

// The step column is written after its row's values, so it says how many rows are whole. A row whose extent reached the
// disk before its value reads as the fill value, which does not rise.
std::vector<int64_t> ReadSteps(const Hdf5File& file, hid_t group, const std::string& name) {
  const Hdf5Handle dataset = OpenDataset(file, group, name);
  const hsize_t rows = Extent(file, dataset.id(), 1, name)[0];
  std::vector<int64_t> steps = ReadRows<int64_t>(file, dataset.id(), H5T_NATIVE_INT64, {}, {0, rows}, name);
  size_t whole = 0;
  while (whole < steps.size() && steps[whole] > (whole ? steps[whole - 1] : kNoStep)) ++whole;
  steps.resize(whole);
  return steps;
}

StepSeries ReadSeries(const Hdf5File& file, hid_t group, const std::string& name, size_t rows) {
  const Hdf5Handle dataset = OpenDataset(file, group, name);
  const Hdf5Handle space = file.Id(H5Dget_space(dataset.id()), H5Sclose, name);
  const bool is_vector = H5Sget_simple_extent_ndims(space.id()) == 2;
  const std::vector<hsize_t> extent = Extent(file, dataset.id(), is_vector ? 2 : 1, name);
  std::vector<hsize_t> row_shape;
  if (is_vector) row_shape.push_back(extent[1]);
  StepSeries series{name, is_vector ? static_cast<int64_t>(extent[1]) : 1, {}};
  series.values = ReadRows<double>(file, dataset.id(), H5T_NATIVE_DOUBLE, row_shape, {0, rows}, name);
  return series;
}

ScoreTable ReadScores(const Hdf5File& file, hid_t scores, const std::string& split) {
  const Hdf5Handle group = OpenGroup(file, scores, split);
  ScoreTable table;
  table.split = split;
  table.conversation_ids = file.ReadStrings(group.id(), "conversation_ids");
  table.metric_names = file.ReadStrings(group.id(), "metric_names");
  if (H5Lexists(group.id(), "context_ids", H5P_DEFAULT) > 0) {
    table.context_ids = file.ReadStrings(group.id(), "context_ids");
    if (table.context_ids.size() != table.conversation_ids.size()) {
      throw InputError(file.path(), "scores/" + split + "/context_ids does not fit its conversation_ids");
    }
  }
  table.steps = ReadSteps(file, group.id(), "step");
  const size_t conversations = table.conversation_ids.size();
  const size_t metrics = table.metric_names.size();
  table.values.resize(table.steps.size() * metrics * conversations);
  for (size_t m = 0; m < metrics; ++m) {
    const std::string name = "values/" + table.metric_names[m];
    const Hdf5Handle dataset = OpenDataset(file, group.id(), name);
    if (Extent(file, dataset.id(), 2, name)[1] != conversations) {
      throw InputError(file.path(), "scores/" + split + "/" + name + " does not fit its conversation_ids");
    }
    const std::vector<float> rows =
        ReadRows<float>(file, dataset.id(), H5T_NATIVE_FLOAT, {conversations}, {0, table.steps.size()}, name);
    for (size_t r = 0; r < table.steps.size(); ++r) {
      std::copy_n(rows.begin() + static_cast<long>(r * conversations), conversations,
                  table.values.begin() + static_cast<long>((r * metrics + m) * conversations));
    }
  }
  return table;
}

std::vector<CountTable> ReadAllCounts(const Hdf5File& file, hid_t root) {
  std::vector<CountTable> tables;
  if (H5Lexists(root, "counts", H5P_DEFAULT) <= 0) return tables;
  const Hdf5Handle group = OpenGroup(file, root, "counts");
  for (const std::string& name : file.ReadStrings(root, "count_names")) {
    const Hdf5Handle one = OpenGroup(file, group.id(), name);
    CountTable table;
    table.name = name;
    table.steps = ReadSteps(file, one.id(), "step");
    const Hdf5Handle dataset = OpenDataset(file, one.id(), "counts");
    const std::vector<hsize_t> extent = Extent(file, dataset.id(), 2, "counts");
    if (extent[0] != table.steps.size()) throw InputError(file.path(), "counts/" + name + " does not fit its steps");
    table.width = static_cast<int64_t>(extent[1]);
    table.counts = ReadRows<double>(file, dataset.id(), H5T_NATIVE_DOUBLE, {extent[1]}, {0, extent[0]}, name);
    tables.push_back(std::move(table));
  }
  return tables;
}

// The rows of a column beside others, which have `rows` rows.
template <typename T>
std::vector<T> ReadRankColumn(const Hdf5File& file, hid_t group, hid_t memory_type, const std::string& name,
                              size_t rows) {
  const Hdf5Handle dataset = OpenDataset(file, group, name);
  if (Extent(file, dataset.id(), 1, name)[0] != rows) {
    throw InputError(file.path(), "column '" + name + "' has not the " + std::to_string(rows) + " rows of its fellows");
  }
  return ReadRows<T>(file, dataset.id(), memory_type, {}, {0, rows}, name);
}

void ReadRanks(const Hdf5File& file, hid_t answers_group, std::vector<SampleAnswer>* answers) {
  if (H5Lexists(answers_group, "ranks", H5P_DEFAULT) <= 0) return;
  const Hdf5Handle group = OpenGroup(file, answers_group, "ranks");
  const std::vector<std::string> verdicts = file.ReadStrings(group.id(), "verdict");
  const size_t rows = verdicts.size();
  const auto places = ReadRankColumn<int64_t>(file, group.id(), H5T_NATIVE_INT64, "answer", rows);
  const auto lines = ReadRankColumn<int64_t>(file, group.id(), H5T_NATIVE_INT64, "line", rows);
  const auto relevances = ReadRankColumn<double>(file, group.id(), H5T_NATIVE_DOUBLE, "relevance", rows);
  const auto credits = ReadRankColumn<double>(file, group.id(), H5T_NATIVE_DOUBLE, "credit", rows);
  const auto advantages = ReadRankColumn<double>(file, group.id(), H5T_NATIVE_DOUBLE, "advantage", rows);
  for (size_t i = 0; i < rows; ++i) {
    if (places[i] < 0 || static_cast<size_t>(places[i]) >= answers->size()) {
      throw InputError(file.path(), "ranks/answer names an answer that is not there");
    }
    (*answers)[static_cast<size_t>(places[i])].ranks.push_back(
        {lines[i], verdicts[i], relevances[i], credits[i], advantages[i]});
  }
}

std::vector<SampleAnswer> ReadAnswers(const Hdf5File& file, hid_t root, const std::string& name) {
  const Hdf5Handle group = OpenGroup(file, root, name);
  const std::vector<std::string> ids = file.ReadStrings(group.id(), "conversation_id");
  const std::vector<std::string> texts = file.ReadStrings(group.id(), "text");
  if (ids.size() != texts.size()) throw InputError(file.path(), name + ": ids and texts differ in number");
  std::vector<SampleAnswer> answers;
  for (size_t i = 0; i < ids.size(); ++i) answers.push_back({ids[i], texts[i]});
  ReadRanks(file, group.id(), &answers);
  return answers;
}

// A column of places below `end`, of `rows` rows.
std::vector<int64_t> ReadPlaces(const Hdf5File& file, hid_t group, const std::string& name, size_t rows, size_t end) {
  std::vector<int64_t> places = ReadRankColumn<int64_t>(file, group, H5T_NATIVE_INT64, name, rows);
  for (const int64_t place : places) {
    if (place < 0 || static_cast<size_t>(place) >= end) {
      throw InputError(file.path(),
                       "lists: column '" + name + "' names " + std::to_string(place) + " of " + std::to_string(end));
    }
  }
  return places;
}

std::vector<ListItem> ReadListItems(const Hdf5File& file, hid_t lists) {
  const Hdf5Handle group = OpenGroup(file, lists, "items");
  const std::vector<std::string> titles = file.ReadStrings(group.id(), "title");
  const auto column = [&](const char* name) {
    return ReadRankColumn<int64_t>(file, group.id(), H5T_NATIVE_INT64, name, titles.size());
  };
  const auto years = column("year"), in_catalog = column("in_catalog"), near_catalog = column("near_catalog");
  std::vector<ListItem> items;
  for (size_t i = 0; i < titles.size(); ++i) {
    items.push_back({titles[i], years[i], in_catalog[i] != 0, near_catalog[i] != 0});
  }
  return items;
}

std::vector<ListEntry> ReadEntries(const Hdf5File& file, hid_t lists, const std::string& name, size_t conversations,
                                   size_t items) {
  const Hdf5Handle group = OpenGroup(file, lists, name);
  const size_t rows = Extent(file, OpenDataset(file, group.id(), "item").id(), 1, name)[0];
  const auto of_conversation = ReadPlaces(file, group.id(), "conversation", rows, conversations);
  const auto of_item = ReadPlaces(file, group.id(), "item", rows, items);
  std::vector<ListEntry> entries;
  for (size_t i = 0; i < rows; ++i) entries.push_back({of_conversation[i], of_item[i]});
  return entries;
}

// Of the score table's split, where they are recorded.
EvaluatedLists ReadLists(const Hdf5File& file, hid_t root, const ScoreTable& table) {
  EvaluatedLists lists;
  const Hdf5Handle folder = OpenGroup(file, root, "lists");
  if (H5Lexists(folder.id(), table.split.c_str(), H5P_DEFAULT) <= 0) return lists;
  const Hdf5Handle group = OpenGroup(file, folder.id(), table.split);
  const size_t conversations = table.conversation_ids.size();
  lists.split = table.split;
  lists.items = ReadListItems(file, group.id());
  lists.ground_truth = ReadEntries(file, group.id(), "ground_truth", conversations, lists.items.size());
  lists.seen = ReadEntries(file, group.id(), "seen", conversations, lists.items.size());
  const Hdf5Handle ranks = OpenGroup(file, group.id(), "ranks");
  const std::vector<std::string> verdicts = file.ReadStrings(ranks.id(), "verdict");
  const size_t rows = verdicts.size();
  const auto column = [&](const char* name) {
    return ReadRankColumn<int64_t>(file, ranks.id(), H5T_NATIVE_INT64, name, rows);
  };
  const auto steps = column("step"), lines = column("line"), repeated = column("repeated");
  const auto of_conversation = ReadPlaces(file, ranks.id(), "conversation", rows, conversations);
  const auto of_item = ReadPlaces(file, ranks.id(), "item", rows, lists.items.size());
  for (size_t i = 0; i < rows; ++i) {
    lists.ranks.push_back({steps[i], of_conversation[i], lines[i], of_item[i], verdicts[i], repeated[i] != 0});
  }
  return lists;
}

void CheckIsHdf5(const Hdf5File& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file.path(), error);
  if (!std::filesystem::exists(status)) throw InputError(file.path(), "no such file", "the .h5 file of a run");
  if (!std::filesystem::is_regular_file(status)) throw InputError(file.path(), "not a file", "the .h5 file of a run");
  if (std::filesystem::file_size(file.path(), error) == 0) {
    throw InputError(file.path(), "the file is empty", "the .h5 file of a run");
  }
  if (H5Fis_hdf5(file.path().c_str()) == 0) {
    throw InputError(file.path(), "not an HDF5 file", "the .h5 file of a run");
  }
}

// While a run is written, a reader may meet a block whose checksum is a moment behind; HDF5 then reads it again after a
// pause that doubles, from a nanosecond on. 24 attempts wait 17 ms; the default of 100 waits minutes for a damaged
// block.
constexpr unsigned kReadAttempts = 24;

// In the newest format byte 11 tells who has the file open: bit 0 for writing, bit 2 so that others may read meanwhile.
bool IsLocked(const std::string& path) {
  char head[12] = {};
  std::ifstream(path, std::ios::binary).read(head, sizeof(head));
  return (head[11] & 1) && !(head[11] & 4);
}

Hdf5Handle OpenToRead(const Hdf5File& file, unsigned mode) {
  const Hdf5Handle access = FileAccess();
  file.Must(H5Pset_metadata_read_attempts(access.id(), mode == H5F_ACC_RDONLY ? 1 : kReadAttempts), "a setting");
  const hid_t opened = H5Fopen(file.path().c_str(), mode, access.id());
  if (opened < 0 && IsLocked(file.path())) throw LockedStore(file.path());
  return file.Id(opened, H5Fclose, "the file is damaged or truncated and");
}

void CheckFormat(const Hdf5File& file, hid_t root) {
  if (H5Aexists(root, "format") <= 0 || file.ReadText(root, "format") != kStoreFormat) {
    throw InputError(file.path(), "an HDF5 file, but not a store of this suite", "the .h5 file of a run");
  }
  const std::string version = file.ReadText(root, "format_version");
  if (version != kStoreFormatVersion) {
    throw InputError(file.path(), "store format version '" + version + "'", std::string(kStoreFormatVersion));
  }
}

RunRecord ReadOpenFile(const Hdf5File& file, hid_t root) {
  CheckFormat(file, root);
  RunRecord run;
  run.path = file.path();
  run.run_name = file.ReadText(root, "run_name");
  // Tools name files by it.
  if (run.run_name.empty() || run.run_name.find('/') != std::string::npos || run.run_name[0] == '.') {
    throw InputError(file.path(), "the run's name '" + run.run_name + "'", "a name that a file can have");
  }
  run.config = file.ReadText(root, "config");
  run.status = file.ReadText(root, "status");
  run.provenance = file.ReadTexts(OpenGroup(file, root, "provenance").id());
  run.summary = file.ReadTexts(OpenGroup(file, root, "summary").id());
  run.steps = ReadSteps(file, root, "step");
  const Hdf5Handle series = OpenGroup(file, root, "series");
  for (const std::string& name : file.ReadStrings(root, "series_names")) {
    run.series.push_back(ReadSeries(file, series.id(), name, run.steps.size()));
  }
  const Hdf5Handle scores = OpenGroup(file, root, "scores");
  for (const std::string& split : file.ReadStrings(root, "split_names")) {
    run.scores.push_back(ReadScores(file, scores.id(), split));
  }
  run.counts = ReadAllCounts(file, root);
  run.answers = ReadAnswers(file, root, "answers");
  if (H5Lexists(root, "rollouts", H5P_DEFAULT) > 0) run.rollouts = ReadAnswers(file, root, "rollouts");
  if (H5Lexists(root, "first_answers", H5P_DEFAULT) > 0) run.first_answers = ReadAnswers(file, root, "first_answers");
  if (H5Aexists(root, "credit_kind") > 0) run.credit_kind = file.ReadText(root, "credit_kind");
  for (const ScoreTable& table : run.scores) {
    if (!run.lists.split.empty() || H5Lexists(root, "lists", H5P_DEFAULT) <= 0) break;
    run.lists = ReadLists(file, root, table);
  }
  if (run.status != kStatusRunning && file.ReadText(root, "content_sha256") != ContentDigest(run)) {
    throw InputError(file.path(), "the content does not match its checksum: the file is damaged");
  }
  return run;
}

// The newest value of a series that may be absent or, in a store of others' making, a vector; `rows` of it are whole.
void AddNewestStep(const Hdf5File& file, hid_t group, const std::string& name, size_t rows, RunStatus* out) {
  if (rows == 0 || H5Lexists(group, name.c_str(), H5P_DEFAULT) <= 0) return;
  const Hdf5Handle dataset = OpenDataset(file, group, name);
  const Hdf5Handle space = file.Id(H5Dget_space(dataset.id()), H5Sclose, name);
  if (H5Sget_simple_extent_ndims(space.id()) != 1) return;
  out->newest.emplace_back(name,
                           ReadRows<double>(file, dataset.id(), H5T_NATIVE_DOUBLE, {}, {rows - 1, 1}, name).front());
}

// The mean of a split's first nDCG at its newest evaluation, and how many conversations it is over.
void AddNewestScore(const Hdf5File& file, hid_t scores, const std::string& split, RunStatus* out) {
  const Hdf5Handle group = OpenGroup(file, scores, split);
  const std::vector<int64_t> steps = ReadSteps(file, group.id(), "step");
  const std::vector<std::string> names = file.ReadStrings(group.id(), "metric_names");
  const auto metric =
      std::find_if(names.begin(), names.end(), [](const std::string& name) { return name.rfind("ndcg@", 0) == 0; });
  if (steps.empty() || metric == names.end()) return;
  const std::string name = "values/" + *metric;
  const Hdf5Handle dataset = OpenDataset(file, group.id(), name);
  const hsize_t conversations = Extent(file, dataset.id(), 2, name)[1];
  out->conversations.emplace_back(split, static_cast<int64_t>(conversations));
  const std::vector<float> row =
      ReadRows<float>(file, dataset.id(), H5T_NATIVE_FLOAT, {conversations}, {steps.size() - 1, 1}, name);
  if (row.empty()) return;
  const double sum = std::accumulate(row.begin(), row.end(), 0.0);
  out->newest.emplace_back(split + " " + *metric, sum / static_cast<double>(row.size()));
}

RunStatus ReadStatusOf(const Hdf5File& file, hid_t root) {
  CheckFormat(file, root);
  RunStatus out;
  out.status = file.ReadText(root, "status");
  out.summary = file.ReadTexts(OpenGroup(file, root, "summary").id());
  const std::vector<int64_t> steps = ReadSteps(file, root, "step");
  if (!steps.empty()) out.step = steps.back();
  const Hdf5Handle series = OpenGroup(file, root, "series");
  if (H5Lexists(series.id(), "step_s", H5P_DEFAULT) > 0) {
    out.step_s = ReadSeries(file, series.id(), "step_s", steps.size()).values;
  }
  for (const char* name : {"reward", "in_catalog_ratio"}) AddNewestStep(file, series.id(), name, steps.size(), &out);
  const Hdf5Handle scores = OpenGroup(file, root, "scores");
  for (const std::string& split : file.ReadStrings(root, "split_names")) {
    AddNewestScore(file, scores.id(), split, &out);
  }
  return out;
}

template <typename Result>
using ReadRoot = Result (*)(const Hdf5File& file, hid_t root);

template <typename Result>
Result ReadInMode(const Hdf5File& file, unsigned mode, ReadRoot<Result> read) {
  const Hdf5Handle root = OpenToRead(file, mode);
  try {
    return read(file, root.id());
  } catch (const std::bad_alloc&) {
    throw InputError(file.path(), "damaged: a dataset claims more values than fit in memory");
  } catch (const std::length_error&) {
    throw InputError(file.path(), "damaged: a dataset claims more values than fit in memory");
  }
}

template <typename Result>
Result ReadStore(const std::string& path, ReadRoot<Result> read) {
  const QuietHdf5 quiet;
  const Hdf5File file(path);
  CheckIsHdf5(file);
  try {
    return ReadInMode(file, H5F_ACC_RDONLY, read);
  } catch (const InputError&) {
    // Still open for writing, or left so by a kill, or being replaced by a resumed run at this moment; if it is none of
    // these, the second reading says again what is wrong.
    return ReadInMode(file, H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, read);
  }
}

}  // namespace

LockedStore::LockedStore(const std::string& path)
    : InputError(path, "locked: another program has it open for writing, or was killed while it had",
                 "a store that no other program is changing; h5clear -s takes the mark of a killed one away") {}

RunRecord ReadRun(const std::string& path) { return ReadStore(path, &ReadOpenFile); }

RunStatus ReadRunStatus(const std::string& path) { return ReadStore(path, &ReadStatusOf); }

}  // namespace suite
