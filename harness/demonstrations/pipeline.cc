#include "harness/demonstrations/pipeline.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "algorithms/demonstrations/adjust.h"
#include "algorithms/demonstrations/remap.h"
#include "base/check.h"
#include "base/error.h"
#include "harness/config/toml_text.h"
#include "harness/demonstrations/list_scores.h"
#include "harness/demonstrations/positive_fit.h"
#include "harness/provenance/process_meter.h"

namespace suite {
namespace {

std::vector<int64_t> ToIds(const at::Tensor& ids) {
  return {ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + ids.numel()};
}

std::vector<float> Pick(const at::Tensor& score_C, const std::vector<int64_t>& items) {
  std::vector<float> scores;
  for (const int64_t item : items) scores.push_back(score_C.const_data_ptr<float>()[item]);
  return scores;
}

at::Tensor ToTensor(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }

// The steps of one call, in order; each needs those before it.
class Pipeline {
 public:
  Pipeline(const DemonstrationSources& sources, const DemonstrationSettings& settings, const StageFiles& files,
           const PipelineProgress& report)
      : conversations_(*sources.conversations),
        catalog_(*sources.catalog),
        teacher_(sources.teacher),
        embedder_(sources.embedder),
        settings_(settings),
        files_(files),
        report_(report) {}

  DemonstrationSet Run() {
    AskTeacher();
    if (settings_.recipe.raw) {
      TakeRawLists();
    } else {
      IndexSeen();
      ReadLists();
      if (settings_.recipe.reflect) {
        ChooseCandidates();
        AskJudge();
      }
      if (settings_.recipe.adjust) Fit();
      RankStages();
      TakeLastStage();
    }
    return std::move(set_);
  }

 private:
  void AskTeacher() {
    TeacherLists answers = AskForLists(conversations_, settings_.list_length, teacher_, files_, report_);
    set_.teacher = std::move(answers.lists);
    set_.lists_asked = answers.asked;
    lists_digest_ = answers.digest;
    for (const TeacherList& list : set_.teacher) {
      set_.errors.push_back(list.error);
      set_.passed_over.push_back(list.passed_over);
    }
    RefuseTotalFailure();
  }

  void RefuseTotalFailure() const {
    if (set_.errors.empty() || KeptRows().size() > 0) return;
    throw InputError("teacher", "failed on all " + std::to_string(set_.errors.size()) +
                                    " conversations; the first: " + set_.errors.front());
  }

  void TakeRawLists() {
    set_.key = {"demonstrations", {{"recipe", "teacher_raw"}, {"lists", lists_digest_}}};
    for (const TeacherList& list : set_.teacher) set_.lists.push_back(list.items);
  }

  // Conversations that are not left out.
  std::vector<int64_t> KeptRows() const {
    std::vector<int64_t> rows;
    for (size_t i = 0; i < set_.errors.size(); ++i) {
      if (set_.errors[i].empty()) rows.push_back(static_cast<int64_t>(i));
    }
    return rows;
  }

  // Catalogue ids of the titles that each conversation has seen, under any year.
  void IndexSeen() {
    for (const Conversation& conversation : conversations_) {
      std::set<int64_t> seen;
      for (const std::string& title : conversation.seen_titles) {
        const std::vector<int> ids = catalog_.FindTitle(title);
        seen.insert(ids.begin(), ids.end());
      }
      seen_.emplace_back(seen.begin(), seen.end());
    }
  }

  // The teacher's lists as entries of the scores: which distinct title, which catalogue item, what weight.
  void ReadLists() {
    std::set<Item> distinct;
    size_t longest = 0;
    for (const TeacherList& list : set_.teacher) {
      distinct.insert(list.items.begin(), list.items.end());
      longest = std::max(longest, list.items.size());
    }
    titles_.assign(distinct.begin(), distinct.end());
    std::map<Item, int64_t> title_ids;
    for (const Item& item : titles_) title_ids.emplace(item, static_cast<int64_t>(title_ids.size()));
    const at::Tensor weight_K = PositionWeights(settings_.numbers.position_weights, static_cast<int64_t>(longest));
    const double* weights = weight_K.const_data_ptr<double>();
    for (const TeacherList& list : set_.teacher) {
      scoring_.entries.emplace_back();
      for (size_t k = 0; k < list.items.size(); ++k) {
        scoring_.entries.back().push_back(
            {0, title_ids.at(list.items[k]), catalog_.Find(list.items[k]).value_or(-1), weights[k]});
      }
    }
    scoring_.items = catalog_.size();
    scoring_.remap = settings_.recipe.remap;
    scoring_.context_weight = settings_.numbers.context_weight;
    StageKey key = {"scores",
                    {{"lists", lists_digest_},
                     {"conversations", ConversationsDigest(conversations_)},
                     {"catalog", CatalogDigest(catalog_)},
                     {"position_weights", settings_.numbers.position_weights},
                     {"remap", settings_.recipe.remap ? embedder_->Identity() : "exact matches"}}};
    if (scoring_.remap) key.depends_on.emplace_back("context_weight", TomlText(scoring_.context_weight));
    scores_hash_ = key.Hash();
  }

  // Vectors are made or loaded only when scores of all items are wanted.
  const ListScoring& Scoring() {
    if (scoring_.remap && !scoring_.item_CD.defined()) {
      SUITE_CHECK(embedder_ != nullptr);
      const auto count = [](const std::vector<Item>& items) { return static_cast<int64_t>(items.size()); };
      const WallTimer timer;
      Tell("embedding the catalogue", 0, count(catalog_.items()), timer);
      scoring_.item_CD = EmbedItems(catalog_.items(), embedder_, files_);
      Tell("embedding the teacher's titles", 0, count(titles_), timer);
      scoring_.title_UD = EmbedItems(titles_, embedder_, files_);
      Tell("embedding the teacher's titles", count(titles_), count(titles_), timer);
      scoring_.context_BD = EmbedConversations(conversations_, embedder_, files_, report_);
    }
    return scoring_;
  }

  // Without Remap all but the teacher's own items score 0, and no order among those means anything.
  bool OwnItemsOnly() const { return !settings_.recipe.remap; }

  std::vector<int64_t> NotAllowed(int64_t row, bool own_items_only) const {
    std::vector<int64_t> out = seen_[static_cast<size_t>(row)];
    if (!own_items_only) return out;
    std::set<int64_t> own;
    for (const RemapEntry& entry : scoring_.entries[static_cast<size_t>(row)]) own.insert(entry.match);
    for (int64_t id = 0; id < scoring_.items; ++id) {
      if (own.count(id) == 0) out.push_back(id);
    }
    return out;
  }

  // Calls visit(row, its scores [C]) for each kept conversation, and tells of progress block by block.
  void ForEachRow(const std::string& what, const std::function<void(int64_t, const at::Tensor&)>& visit) {
    const WallTimer timer;
    const std::vector<int64_t> rows = KeptRows();
    int64_t done = 0;
    ForEachBlock(rows, scoring_.items, [&](const std::vector<int64_t>& block) {
      const at::Tensor score_BC = ScoreBlock(Scoring(), block);
      for (size_t i = 0; i < block.size(); ++i) visit(block[i], score_BC[static_cast<int64_t>(i)]);
      done += static_cast<int64_t>(block.size());
      Tell(what, done, static_cast<int64_t>(rows.size()), timer);
    });
  }

  void Tell(const std::string& what, int64_t done, int64_t total, const WallTimer& timer) const {
    report_(done, total, what + " " + std::to_string(static_cast<int64_t>(timer.Seconds())) + " s");
  }

  void ChooseCandidates() {
    StageKey key = {"candidates", {{"scores", scores_hash_}}};
    key.depends_on.emplace_back("count", std::to_string(settings_.numbers.judged_items));
    if (const auto known = files_.Load(key)) {
      candidates_ = IntegerRows("item", *known, files_.Path(key));
      if (candidates_.size() != conversations_.size()) throw InputError(files_.Path(key), "is of other conversations");
      return;
    }
    candidates_.resize(conversations_.size());
    std::vector<std::vector<float>> scores(conversations_.size());
    ForEachRow("remap", [&](int64_t row, const at::Tensor& score_C) {
      const auto i = static_cast<size_t>(row);
      candidates_[i] = ToIds(TopItems(score_C, NotAllowed(row, OwnItemsOnly()), settings_.numbers.judged_items));
      scores[i] = Pick(score_C, candidates_[i]);
    });
    Artifact artifact;
    PutRows("item", candidates_, &artifact);
    PutRows("score", scores, &artifact);
    files_.Save(key, std::move(artifact));
  }

  void AskJudge() {
    TeacherJudgements judged = AskForJudgements(conversations_, candidates_, catalog_, teacher_, files_, report_);
    set_.judgements_asked = judged.asked;
    judgements_digest_ = judged.digest;
    judged_ = candidates_;
    judgements_.resize(judged_.size());
    for (size_t i = 0; i < judged_.size(); ++i) {
      const std::vector<PassedOver>& passed_over = judged.rows[i].passed_over;
      set_.passed_over[i].insert(set_.passed_over[i].end(), passed_over.begin(), passed_over.end());
      if (!judged.rows[i].error.empty()) set_.errors[i] = judged.rows[i].error;
      if (!set_.errors[i].empty()) judged_[i].clear();
      if (set_.errors[i].empty())
        judgements_[i].assign(judged.rows[i].judgements.begin(), judged.rows[i].judgements.end());
    }
    RefuseTotalFailure();
    scoring_.gamma = settings_.numbers.gamma;
    scoring_.judged = judged_;
    scoring_.judgements = judgements_;
  }

  // What the scores before Adjust depend on.
  NamedTexts ReflectedScores() const {
    NamedTexts texts = {{"scores", scores_hash_}};
    if (settings_.recipe.reflect) {
      texts.emplace_back("judgements", judgements_digest_);
      texts.emplace_back("gamma", TomlText(settings_.numbers.gamma));
    }
    return texts;
  }

  void Fit() {
    const DemonstrationsConfig& numbers = settings_.numbers;
    StageKey key = {"adjustment", ReflectedScores()};
    key.depends_on.emplace_back("ground_truth", GroundTruthDigest(conversations_));
    key.depends_on.emplace_back("l2", TomlText(numbers.adjust_l2));
    key.depends_on.emplace_back("l2_over_items", numbers.adjust_l2_over_items);
    key.depends_on.emplace_back("iterations", TomlText(numbers.adjust_iterations));
    key.depends_on.emplace_back("tolerance", TomlText(numbers.adjust_tolerance));
    adjustment_hash_ = key.Hash();
    std::optional<Artifact> artifact = files_.Load(key);
    if (!artifact) {
      artifact = FitToPositives(conversations_, catalog_, KeptRows(), Scoring(), numbers, report_);
      files_.Save(key, *artifact);
    }
    adjustment_ = {ToTensor(artifact->doubles["weight"]), ToTensor(artifact->doubles["bias"])};
    if (adjustment_.weight_C.numel() != scoring_.items || adjustment_.bias_C.numel() != scoring_.items) {
      throw InputError(files_.Path(key), "is of another catalogue");
    }
  }

  std::vector<std::string> StageNames() const {
    std::vector<std::string> names = {settings_.recipe.remap ? "remap" : "exact"};
    if (settings_.recipe.reflect) names.push_back("reflect");
    if (settings_.recipe.adjust) names.push_back("adjust");
    return names;
  }

  void RankStages() {
    set_.key = {"demonstrations", ReflectedScores()};
    set_.key.depends_on.emplace_back("list_length", std::to_string(settings_.list_length));
    if (settings_.recipe.adjust) set_.key.depends_on.emplace_back("adjustment", adjustment_hash_);
    for (const std::string& name : StageNames()) set_.stages.push_back({name, {}, {}});
    if (const auto known = files_.Load(set_.key)) {
      for (StageLists& stage : set_.stages) {
        stage.items = IntegerRows(stage.name + "_item", *known, files_.Path(set_.key));
        stage.scores = FloatRows(stage.name + "_score", *known, files_.Path(set_.key));
      }
      return;
    }
    for (StageLists& stage : set_.stages) {
      stage.items.resize(conversations_.size());
      stage.scores.resize(conversations_.size());
    }
    RankRows();
    Artifact artifact;
    for (const StageLists& stage : set_.stages) {
      PutRows(stage.name + "_item", stage.items, &artifact);
      PutRows(stage.name + "_score", stage.scores, &artifact);
    }
    files_.Save(set_.key, std::move(artifact));
  }

  void RankRows() {
    // Two passes, since the stage before Reflect needs the scores without it.
    const auto judged = std::exchange(scoring_.judged, {});
    ForEachRow("ranking", [&](int64_t row, const at::Tensor& score_C) { Rank(row, score_C, &set_.stages.front()); });
    scoring_.judged = judged;
    if (set_.stages.size() == 1) return;
    ForEachRow("ranking", [&](int64_t row, const at::Tensor& score_C) {
      if (settings_.recipe.reflect) Rank(row, score_C, &set_.stages[1]);
      if (settings_.recipe.adjust) Rank(row, AdjustScores(score_C, adjustment_), &set_.stages.back());
    });
  }

  void Rank(int64_t row, const at::Tensor& score_C, StageLists* stage) const {
    const auto i = static_cast<size_t>(row);
    const bool own_items_only = OwnItemsOnly() && stage->name != "adjust";
    stage->items[i] = ToIds(TopItems(score_C, NotAllowed(row, own_items_only), settings_.list_length));
    stage->scores[i] = Pick(score_C, stage->items[i]);
  }

  void TakeLastStage() {
    for (const std::vector<int64_t>& ids : set_.stages.back().items) {
      set_.lists.emplace_back();
      for (const int64_t id : ids) set_.lists.back().push_back(catalog_.item(static_cast<int>(id)));
    }
  }

  const std::vector<Conversation>& conversations_;
  const Catalog& catalog_;
  Teacher* teacher_;
  Embedder* embedder_;
  const DemonstrationSettings& settings_;
  const StageFiles& files_;
  const PipelineProgress& report_;

  DemonstrationSet set_;
  std::string lists_digest_, scores_hash_, judgements_digest_, adjustment_hash_;
  std::vector<std::vector<int64_t>> seen_;  // catalogue ids, by conversation
  std::vector<Item> titles_;                // distinct, that the teacher named
  ListScoring scoring_;
  std::vector<std::vector<int64_t>> candidates_, judged_, judgements_;
  Adjustment adjustment_;
};

}  // namespace

DemonstrationSet MakeDemonstrations(const DemonstrationSources& sources, const DemonstrationSettings& settings,
                                    const StageFiles& files, const PipelineProgress& report) {
  return Pipeline(sources, settings, files, report).Run();
}

}  // namespace suite
