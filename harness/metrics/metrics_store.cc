#include "harness/metrics/metrics_store.h"

#include <fcntl.h>
#include <hdf5.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "harness/metrics/hdf5_handle.h"
#include "harness/metrics/store_layout.h"
#include "harness/metrics/write_run.h"

namespace suite {
namespace {

// One writer for each run: an exclusive flock on FILE.lock, which the kernel drops when the process ends, however it
// ends. The lock file stays behind: removing it would let two writers lock two different files of the same name.
class RunLock {
 public:
  explicit RunLock(const std::string& path) {
    const std::string lock_path = path + ".lock";
    descriptor_ = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw InputError(lock_path, std::string("cannot be opened: ") + std::strerror(errno));
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    close(descriptor_);
    if (reason == EWOULDBLOCK) throw InputError(path, "another process is writing this run", "one writer for each run");
    throw InputError(lock_path, std::string("cannot be locked: ") + std::strerror(reason));
  }
  ~RunLock() { close(descriptor_); }
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_;
};

// A dataset that is open for writing: appends a row of `width` values and hands it to the system at once, so that a
// kill of the process no longer loses it.
class GrowingDataset {
 public:
  GrowingDataset(const Hdf5File& file, hid_t group, const std::string& name, hid_t memory_type, size_t width)
      : file_(file), what_("dataset '" + name + "'"), memory_type_(memory_type), width_(width) {
    dataset_ = file_.Id(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, what_);
    const Hdf5Handle space = file_.Id(H5Dget_space(dataset_.id()), H5Sclose, what_);
    extent_.resize(static_cast<size_t>(H5Sget_simple_extent_ndims(space.id())));
    file_.Must(H5Sget_simple_extent_dims(space.id(), extent_.data(), nullptr), what_);
    SUITE_CHECK_EQ(width_, extent_.size() == 2 ? extent_[1] : 1);
  }

  void Append(const void* row) {
    std::vector<hsize_t> start(extent_.size(), 0);
    std::vector<hsize_t> count = extent_;
    start[0] = extent_[0]++;
    count[0] = 1;
    file_.Must(H5Dset_extent(dataset_.id(), extent_.data()), "growing " + what_);
    const Hdf5Handle space = file_.Id(H5Dget_space(dataset_.id()), H5Sclose, what_);
    file_.Must(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), what_);
    const int dimensions = static_cast<int>(count.size());
    const Hdf5Handle memory = file_.Id(H5Screate_simple(dimensions, count.data(), nullptr), H5Sclose, what_);
    if (width_) {
      const auto written = H5Dwrite(dataset_.id(), memory_type_, memory.id(), space.id(), H5P_DEFAULT, row);
      file_.Must(written, "writing a row of " + what_);
    }
    file_.Must(H5Dflush(dataset_.id()), "flushing " + what_);
  }

  size_t width() const { return width_; }

 private:
  Hdf5File file_;
  std::string what_;
  Hdf5Handle dataset_;
  hid_t memory_type_;
  size_t width_;
  std::vector<hsize_t> extent_;
};

std::string WithoutNul(std::string text) {
  for (size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) text.replace(at, 1, "\uFFFD");
  return text;
}

std::vector<SampleAnswer> WithoutNul(std::vector<SampleAnswer> answers) {
  for (SampleAnswer& answer : answers) answer.text = WithoutNul(answer.text);
  return answers;
}

RunRecord EmptyRecord(const StoreSchema& schema) {
  RunRecord run;
  run.run_name = schema.run_name;
  run.config = schema.config;
  run.status = kStatusRunning;
  run.provenance = schema.provenance;
  for (const SeriesSchema& series : schema.series) run.series.push_back({series.name, series.width, {}});
  for (const ScoreSchema& table : schema.scores) {
    run.scores.push_back({table.split, table.conversation_ids, table.metric_names, {}, {}, table.context_ids});
  }
  run.lists = schema.lists;
  run.first_answers = WithoutNul(schema.first_answers);
  return run;
}

void RefuseToOverwrite(const std::string& path) {
  if (!std::filesystem::exists(path)) return;
  if (ReadRun(path).status == kStatusRunning) return;
  throw InputError(path, "holds a finished run", "another path, or remove the file first");
}

// The first thing in which a store differs from the run that wants to go on with it; empty when there is none.
std::string Difference(const RunRecord& run, const StoreSchema& schema) {
  if (run.run_name != schema.run_name) return "is run '" + run.run_name + "'";
  if (run.config != schema.config) return "has another config under the same name '" + run.run_name + "'";
  if (run.series.size() != schema.series.size()) return "has " + std::to_string(run.series.size()) + " series";
  for (size_t i = 0; i < run.series.size(); ++i) {
    if (run.series[i].name == schema.series[i].name && run.series[i].width == schema.series[i].width) continue;
    return "has the series '" + run.series[i].name + "' of width " + std::to_string(run.series[i].width) +
           " in place of '" + schema.series[i].name + "' of width " + std::to_string(schema.series[i].width);
  }
  if (run.scores.size() != schema.scores.size()) return "has " + std::to_string(run.scores.size()) + " score tables";
  for (size_t i = 0; i < run.scores.size(); ++i) {
    if (run.scores[i].split != schema.scores[i].split) return "has the split '" + run.scores[i].split + "'";
    if (run.scores[i].conversation_ids != schema.scores[i].conversation_ids) {
      return "has other conversations in split '" + run.scores[i].split + "'";
    }
    if (run.scores[i].metric_names != schema.scores[i].metric_names) {
      return "has other metrics in split '" + run.scores[i].split + "'";
    }
    // A store begun before contexts were recorded takes them on (TakeContexts).
    if (!run.scores[i].context_ids.empty() && run.scores[i].context_ids != schema.scores[i].context_ids) {
      return "has other contexts in split '" + run.scores[i].split + "'";
    }
  }
  return "";
}

void CheckResumable(const RunRecord& run, const StoreSchema& schema, int64_t checkpoint_step) {
  if (run.status != kStatusRunning)
    throw InputError(run.path, "the run has ended (" + run.status + ")", "a cut-off run");
  const std::string difference = Difference(run, schema);
  if (!difference.empty()) throw InputError(run.path, difference, "the store of run '" + schema.run_name + "'");
  if (checkpoint_step == 0 || std::binary_search(run.steps.begin(), run.steps.end(), checkpoint_step)) return;
  const std::string last =
      run.steps.empty() ? "it has no rows" : "its last step is " + std::to_string(run.steps.back());
  throw InputError(run.path, "the row of checkpoint step " + std::to_string(checkpoint_step) + " is missing: " + last,
                   "a checkpoint that is no newer than the store");
}

// "resumed_at_3/", for a second resume from that step "resumed_at_3.2/", and so on: one that no entry has.
std::string FreshPrefix(const NamedTexts& provenance, int64_t checkpoint_step) {
  const std::string step = "resumed_at_" + std::to_string(checkpoint_step);
  for (int time = 1;; ++time) {
    const std::string prefix = step + (time == 1 ? "" : "." + std::to_string(time)) + "/";
    const auto has_prefix = [&](const auto& entry) { return entry.first.rfind(prefix, 0) == 0; };
    if (std::none_of(provenance.begin(), provenance.end(), has_prefix)) return prefix;
  }
}

// Adds what has changed since the run began or was last resumed.
void RecordNewProvenance(const NamedTexts& now, int64_t checkpoint_step, RunRecord* run) {
  const std::string prefix = FreshPrefix(run->provenance, checkpoint_step);
  NamedTexts changed;
  for (const auto& [key, value] : now) {
    const std::vector<std::string> before = AllTexts(run->provenance, key);
    if (before.empty() || before.back() != value) changed.emplace_back(prefix + key, value);
  }
  run->provenance.insert(run->provenance.end(), changed.begin(), changed.end());
}

void TakeContexts(const StoreSchema& schema, RunRecord* run) {
  for (size_t i = 0; i < run->scores.size(); ++i) run->scores[i].context_ids = schema.scores[i].context_ids;
}

}  // namespace

std::string Hdf5Version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

// The open file between Create or Resume and the end.
class MetricsStore::Writer {
 public:
  Writer(const std::string& path, std::unique_ptr<RunLock> lock, const RunRecord& run);

  void AppendStep(int64_t step, const std::map<std::string, std::vector<double>>& values);
  void AppendScores(const std::string& split, int64_t step, const std::vector<std::vector<float>>& values);
  // Ends the single-writer mode and returns what was written. Only once.
  RunRecord CloseAndRead();

  const std::string& path() const { return file_.path(); }

 private:
  // Columns that grow together; the step column comes last in every append.
  struct Rows {
    std::string name;  // the split; empty for the step series
    std::vector<std::string> names;
    std::vector<GrowingDataset> columns;
    std::unique_ptr<GrowingDataset> steps;
    int64_t last_step;
  };

  Rows OpenRows(hid_t group, const std::string& folder, const std::vector<int64_t>& steps) const;
  void CommitStep(int64_t step, Rows* rows) const;

  Hdf5File file_;
  std::unique_ptr<RunLock> lock_;
  Hdf5Handle root_;
  Rows series_;
  std::vector<Rows> scores_;
};

MetricsStore::Writer::Writer(const std::string& path, std::unique_ptr<RunLock> lock, const RunRecord& run)
    : file_(path), lock_(std::move(lock)) {
  const Hdf5Handle access = FileAccess();
  root_ = file_.Id(H5Fopen(path.c_str(), H5F_ACC_RDWR | H5F_ACC_SWMR_WRITE, access.id()), H5Fclose, "the store");
  series_ = OpenRows(root_.id(), "", run.steps);
  for (const StepSeries& series : run.series) {
    series_.names.push_back(series.name);
    series_.columns.emplace_back(file_, root_.id(), "series/" + series.name, H5T_NATIVE_DOUBLE, series.width);
  }
  for (const ScoreTable& table : run.scores) {
    const std::string folder = "scores/" + table.split + "/";
    Rows rows = OpenRows(root_.id(), folder, table.steps);
    rows.name = table.split;
    rows.names = table.metric_names;
    for (const std::string& metric : table.metric_names) {
      const std::string dataset = folder + "values/" + metric;
      rows.columns.emplace_back(file_, root_.id(), dataset, H5T_NATIVE_FLOAT, table.conversation_ids.size());
    }
    scores_.push_back(std::move(rows));
  }
}

MetricsStore::Writer::Rows MetricsStore::Writer::OpenRows(hid_t group, const std::string& folder,
                                                          const std::vector<int64_t>& steps) const {
  Rows rows;
  rows.steps = std::make_unique<GrowingDataset>(file_, group, folder + "step", H5T_NATIVE_INT64, 1);
  rows.last_step = steps.empty() ? kNoStep : steps.back();
  return rows;
}

void MetricsStore::Writer::CommitStep(int64_t step, Rows* rows) const {
  rows->steps->Append(&step);
  rows->last_step = step;
}

void MetricsStore::Writer::AppendStep(int64_t step, const std::map<std::string, std::vector<double>>& values) {
  SUITE_CHECK_GT(step, series_.last_step);
  SUITE_CHECK_EQ(values.size(), series_.names.size());
  for (size_t i = 0; i < series_.names.size(); ++i) {
    const auto found = values.find(series_.names[i]);
    if (found == values.end()) SUITE_CHECK_EQ("a value for series " + series_.names[i], "not given");
    SUITE_CHECK_EQ(found->second.size(), series_.columns[i].width());
  }
  for (size_t i = 0; i < series_.names.size(); ++i) series_.columns[i].Append(values.at(series_.names[i]).data());
  CommitStep(step, &series_);
}

void MetricsStore::Writer::AppendScores(const std::string& split, int64_t step,
                                        const std::vector<std::vector<float>>& values) {
  const auto rows =
      std::find_if(scores_.begin(), scores_.end(), [&split](const Rows& table) { return table.name == split; });
  if (rows == scores_.end()) SUITE_CHECK_EQ("split " + split, "not in the schema");
  SUITE_CHECK_GT(step, rows->last_step);
  SUITE_CHECK_EQ(values.size(), rows->columns.size());
  for (size_t i = 0; i < values.size(); ++i) SUITE_CHECK_EQ(values[i].size(), rows->columns[i].width());
  for (size_t i = 0; i < values.size(); ++i) rows->columns[i].Append(values[i].data());
  CommitStep(step, &*rows);
}

RunRecord MetricsStore::Writer::CloseAndRead() {
  series_ = Rows();
  scores_.clear();
  root_.Close();
  return ReadRun(path());
}

MetricsStore::MetricsStore(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
MetricsStore::MetricsStore(MetricsStore&&) noexcept = default;
MetricsStore& MetricsStore::operator=(MetricsStore&&) noexcept = default;
MetricsStore::~MetricsStore() = default;

MetricsStore MetricsStore::Create(const std::string& path, const StoreSchema& schema) {
  const QuietHdf5 quiet;
  auto lock = std::make_unique<RunLock>(path);
  RefuseToOverwrite(path);
  const RunRecord run = EmptyRecord(schema);
  WriteRun(run, path);
  return MetricsStore(std::make_unique<Writer>(path, std::move(lock), run));
}

MetricsStore MetricsStore::Resume(const std::string& path, const StoreSchema& schema, int64_t checkpoint_step) {
  const QuietHdf5 quiet;
  auto lock = std::make_unique<RunLock>(path);
  RunRecord run = ReadRun(path);
  CheckResumable(run, schema, checkpoint_step);
  KeepStepsUpTo(checkpoint_step, &run);
  RecordNewProvenance(schema.provenance, checkpoint_step, &run);
  TakeContexts(schema, &run);
  WriteRun(run, path);
  return MetricsStore(std::make_unique<Writer>(path, std::move(lock), run));
}

void MetricsStore::AppendStep(int64_t step, const std::map<std::string, std::vector<double>>& values) {
  SUITE_CHECK(writer_ != nullptr);
  const QuietHdf5 quiet;
  writer_->AppendStep(step, values);
}

void MetricsStore::AppendScores(const std::string& split, int64_t step, const std::vector<std::vector<float>>& values) {
  SUITE_CHECK(writer_ != nullptr);
  const QuietHdf5 quiet;
  writer_->AppendScores(split, step, values);
}

void MetricsStore::Finish(const NamedTexts& summary, const RunSamples& samples) { End(kStatusDone, summary, samples); }

void MetricsStore::Fail(const std::string& reason, const NamedTexts& summary) {
  NamedTexts all = {{"reason", reason}};
  all.insert(all.end(), summary.begin(), summary.end());
  End(kStatusFailed, all, {});
}

void MetricsStore::End(const std::string& status, const NamedTexts& summary, const RunSamples& samples) {
  SUITE_CHECK(writer_ != nullptr);
  const QuietHdf5 quiet;
  RunRecord run = writer_->CloseAndRead();
  FoldCounts(&run);
  run.status = status;
  run.summary = summary;
  run.answers = WithoutNul(samples.answers);
  run.rollouts = WithoutNul(samples.rollouts);
  run.credit_kind = samples.credit_kind;
  AppendRanks(samples.lists, &run.lists);
  WriteRun(run, run.path);
  writer_.reset();
}

}  // namespace suite
