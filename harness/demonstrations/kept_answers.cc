#include "harness/demonstrations/kept_answers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "harness/provenance/process_meter.h"

namespace suite {
namespace {

// Requests that go to the teacher at once; between them progress is told.
constexpr size_t kBatch = 512;
// Conversations whose vectors make one file.
constexpr size_t kConversationsInPiece = 2048;

std::string Seconds(const WallTimer& timer) { return std::to_string(static_cast<int64_t>(timer.Seconds())) + " s"; }

// Which answers failed, and why.
template <typename Answer>
void PutErrors(const std::vector<Answer>& answers, Artifact* artifact) {
  std::vector<int64_t>& failed = artifact->integers["failed"];
  std::vector<std::string>& reasons = artifact->strings["failure"];
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].error.empty()) continue;
    failed.push_back(static_cast<int64_t>(i));
    reasons.push_back(answers[i].error);
  }
}

template <typename Answer>
void GetErrors(const Artifact& artifact, std::vector<Answer>* answers) {
  const std::vector<int64_t>& failed = artifact.integers.at("failed");
  for (size_t i = 0; i < failed.size(); ++i) {
    answers->at(static_cast<size_t>(failed[i])).error = artifact.strings.at("failure").at(i);
  }
}

// What was passed over, where anything was.
template <typename Answer>
void PutPassedOver(const std::vector<Answer>& answers, Artifact* artifact) {
  for (size_t i = 0; i < answers.size(); ++i) {
    for (const PassedOver& one : answers[i].passed_over) {
      artifact->integers["passed_over_of"].push_back(static_cast<int64_t>(i));
      artifact->strings["passed_over_kind"].push_back(one.kind);
      artifact->strings["passed_over_text"].push_back(one.begins);
    }
  }
}

template <typename Answer>
void GetPassedOver(const Artifact& artifact, std::vector<Answer>* answers) {
  const auto of = artifact.integers.find("passed_over_of");
  if (of == artifact.integers.end()) return;
  for (size_t i = 0; i < of->second.size(); ++i) {
    answers->at(static_cast<size_t>(of->second[i]))
        .passed_over.push_back(
            {artifact.strings.at("passed_over_kind").at(i), artifact.strings.at("passed_over_text").at(i)});
  }
}

// The titles once, and the lists as rows of their indices.
Artifact PackLists(const std::vector<TeacherList>& lists) {
  std::map<Item, int64_t> ids;
  for (const TeacherList& list : lists) {
    for (const Item& item : list.items) ids[item] = 0;
  }
  Artifact artifact;
  for (auto& [item, id] : ids) {
    id = static_cast<int64_t>(artifact.strings["title"].size());
    artifact.strings["title"].push_back(item.title);
    artifact.integers["year"].push_back(item.year);
  }
  std::vector<std::vector<int64_t>> rows;
  for (const TeacherList& list : lists) {
    rows.emplace_back();
    for (const Item& item : list.items) rows.back().push_back(ids.at(item));
  }
  PutRows("list", rows, &artifact);
  PutErrors(lists, &artifact);
  PutPassedOver(lists, &artifact);
  return artifact;
}

std::vector<TeacherList> UnpackLists(const Artifact& artifact, const std::string& path) {
  const auto rows = IntegerRows("list", artifact, path);
  const auto titles = artifact.strings.find("title");
  const auto years = artifact.integers.find("year");
  std::vector<TeacherList> lists;
  for (size_t i = 0; i < rows.size(); ++i) {
    lists.emplace_back();
    for (const int64_t id : rows[i]) {
      lists.back().items.push_back(
          {titles->second.at(static_cast<size_t>(id)), static_cast<int>(years->second.at(static_cast<size_t>(id)))});
    }
  }
  GetErrors(artifact, &lists);
  GetPassedOver(artifact, &lists);
  return lists;
}

std::string DigestOf(const std::vector<TeacherList>& lists) {
  std::string all;
  for (const TeacherList& list : lists) all += FormatList(list.items) + "\n\n" + list.error + "\n\n";
  return Sha256Hex(all);
}

std::string CandidatesDigest(const std::vector<std::vector<int64_t>>& candidates) {
  std::string all;
  for (const auto& row : candidates) {
    for (const int64_t id : row) all += std::to_string(id) + " ";
    all += "\n";
  }
  return Sha256Hex(all);
}

JudgeRequest RequestOf(const Conversation& conversation, const std::vector<int64_t>& candidates,
                       const Catalog& catalog) {
  JudgeRequest request;
  request.conversation = &conversation;
  for (const int64_t id : candidates) request.candidates.push_back(catalog.item(static_cast<int>(id)));
  return request;
}

void CheckJudgement(const TeacherJudgement& judgement, size_t candidates, const std::string& where) {
  if (!judgement.error.empty()) return;
  const bool fits =
      judgement.judgements.size() == candidates &&
      std::all_of(judgement.judgements.begin(), judgement.judgements.end(), [](int r) { return r >= -2 && r <= 2; });
  if (!fits) {
    throw InputError(where, std::to_string(judgement.judgements.size()) + " judgements do not answer",
                     std::to_string(candidates) + " integers from -2 to 2");
  }
}

TeacherJudgements UnpackJudgements(const Artifact& artifact, const std::string& path) {
  TeacherJudgements judged;
  const auto rows = IntegerRows("judgement", artifact, path);
  for (size_t i = 0; i < rows.size(); ++i) {
    judged.rows.push_back({{rows[i].begin(), rows[i].end()}, ""});
  }
  GetErrors(artifact, &judged.rows);
  GetPassedOver(artifact, &judged.rows);
  return judged;
}

Artifact PackJudgements(const std::vector<TeacherJudgement>& judged,
                        const std::vector<std::vector<int64_t>>& candidates) {
  Artifact artifact;
  std::vector<std::vector<int64_t>> rows;
  for (const TeacherJudgement& one : judged) {
    rows.emplace_back(one.judgements.begin(), one.judgements.end());
  }
  PutRows("judgement", rows, &artifact);
  PutErrors(judged, &artifact);
  PutPassedOver(judged, &artifact);
  PutRows("candidate", candidates, &artifact);
  return artifact;
}

// Which of `answers` there is no answer to yet.
template <typename Answer>
std::vector<size_t> Missing(const std::vector<Answer>& answers, bool known) {
  std::vector<size_t> missing;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!known || !answers[i].error.empty()) missing.push_back(i);
  }
  return missing;
}

// Asks batch by batch; `ask` fills in the answers to requests [begin, end) of `missing`.
void InBatches(const std::vector<size_t>& missing, const std::string& what, const PipelineProgress& report,
               const std::function<void(size_t, size_t)>& ask) {
  const WallTimer timer;
  if (!missing.empty()) report(0, static_cast<int64_t>(missing.size()), what);
  for (size_t begin = 0; begin < missing.size(); begin += kBatch) {
    const size_t end = std::min(begin + kBatch, missing.size());
    ask(begin, end);
    report(static_cast<int64_t>(end), static_cast<int64_t>(missing.size()), what + " " + Seconds(timer));
  }
}

at::Tensor LoadOrEmbed(const StageKey& key, size_t count, const StageFiles& files,
                       const std::function<EmbeddingRows()>& embed) {
  std::optional<Artifact> artifact = files.Load(key);
  if (!artifact) {
    EmbeddingRows rows = embed();
    SUITE_CHECK_EQ(rows.rows(), static_cast<int64_t>(count));
    artifact.emplace();
    artifact->integers["dimension"] = {rows.dimension};
    artifact->floats["vector"] = std::move(rows.values);
    files.Save(key, *artifact);
  }
  const std::vector<float>& values = artifact->floats["vector"];
  const std::vector<int64_t>& dimension = artifact->integers["dimension"];
  if (dimension.size() != 1 || values.size() != count * static_cast<size_t>(dimension[0])) {
    throw InputError(files.Path(key), "holds " + std::to_string(values.size()) + " numbers",
                     std::to_string(count) + " vectors; delete it to have them made again");
  }
  at::Tensor result = at::empty({static_cast<int64_t>(count), dimension[0]}, at::kFloat);
  std::memcpy(result.mutable_data_ptr<float>(), values.data(), values.size() * sizeof(float));
  return result;
}

}  // namespace

TeacherLists AskForLists(const std::vector<Conversation>& conversations, int64_t list_length, Teacher* teacher,
                         const StageFiles& files, const PipelineProgress& report) {
  const StageKey key = {"lists",
                        {{"teacher", teacher->Identity()},
                         {"conversations", ConversationsDigest(conversations)},
                         {"list_length", std::to_string(list_length)}}};
  TeacherLists result;
  const std::optional<Artifact> known = files.Load(key);
  if (known) result.lists = UnpackLists(*known, files.Path(key));
  result.lists.resize(conversations.size());
  const std::vector<size_t> missing = Missing(result.lists, known.has_value());
  InBatches(missing, "teacher lists", report, [&](size_t begin, size_t end) {
    std::vector<Conversation> asked;
    for (size_t i = begin; i < end; ++i) asked.push_back(conversations[missing[i]]);
    std::vector<TeacherList> answers = teacher->Recommend(asked, list_length);
    SUITE_CHECK_EQ(answers.size(), asked.size());
    for (size_t i = begin; i < end; ++i) result.lists[missing[i]] = std::move(answers[i - begin]);
  });
  result.asked = static_cast<int64_t>(missing.size());
  if (!missing.empty()) files.Save(key, PackLists(result.lists));
  result.digest = DigestOf(result.lists);
  return result;
}

TeacherJudgements AskForJudgements(const std::vector<Conversation>& conversations,
                                   const std::vector<std::vector<int64_t>>& candidates, const Catalog& catalog,
                                   Teacher* teacher, const StageFiles& files, const PipelineProgress& report) {
  SUITE_CHECK_EQ(conversations.size(), candidates.size());
  const StageKey key = {"judgements",
                        {{"teacher", teacher->Identity()},
                         {"conversations", ConversationsDigest(conversations)},
                         {"catalog", CatalogDigest(catalog)},
                         {"candidates", CandidatesDigest(candidates)}}};
  TeacherJudgements result;
  const std::optional<Artifact> known = files.Load(key);
  if (known) result = UnpackJudgements(*known, files.Path(key));
  result.rows.resize(conversations.size());
  std::vector<size_t> missing = Missing(result.rows, known.has_value());
  missing.erase(std::remove_if(missing.begin(), missing.end(), [&](size_t i) { return candidates[i].empty(); }),
                missing.end());
  InBatches(missing, "teacher judgements", report, [&](size_t begin, size_t end) {
    std::vector<JudgeRequest> requests;
    for (size_t i = begin; i < end; ++i) {
      requests.push_back(RequestOf(conversations[missing[i]], candidates[missing[i]], catalog));
    }
    std::vector<TeacherJudgement> answers = teacher->Judge(requests);
    SUITE_CHECK_EQ(answers.size(), requests.size());
    for (size_t i = begin; i < end; ++i) {
      CheckJudgement(answers[i - begin], candidates[missing[i]].size(), conversations[missing[i]].id);
      result.rows[missing[i]] = std::move(answers[i - begin]);
    }
  });
  result.asked = static_cast<int64_t>(missing.size());
  const Artifact packed = PackJudgements(result.rows, candidates);
  if (!missing.empty() || !known) files.Save(key, packed);
  std::string all = CandidatesDigest(candidates);
  for (const TeacherJudgement& one : result.rows) {
    for (const int r : one.judgements) all += std::to_string(r) + " ";
    all += one.error + "\n";
  }
  result.digest = Sha256Hex(all);
  return result;
}

at::Tensor EmbedItems(const std::vector<Item>& items, Embedder* embedder, const StageFiles& files) {
  const StageKey key = {"items", {{"embedder", embedder->Identity()}, {"items", Sha256Hex(FormatList(items))}}};
  return LoadOrEmbed(key, items.size(), files, [&] { return embedder->Items(items); });
}

at::Tensor EmbedConversations(const std::vector<Conversation>& conversations, Embedder* embedder,
                              const StageFiles& files, const PipelineProgress& report) {
  const WallTimer timer;
  std::vector<at::Tensor> pieces;
  for (size_t begin = 0; begin < conversations.size(); begin += kConversationsInPiece) {
    const size_t end = std::min(begin + kConversationsInPiece, conversations.size());
    const std::vector<Conversation> piece(conversations.begin() + static_cast<int64_t>(begin),
                                          conversations.begin() + static_cast<int64_t>(end));
    const StageKey key = {"contexts",
                          {{"embedder", embedder->Identity()}, {"conversations", ConversationsDigest(piece)}}};
    pieces.push_back(LoadOrEmbed(key, piece.size(), files, [&] { return embedder->Conversations(piece); }));
    report(static_cast<int64_t>(end), static_cast<int64_t>(conversations.size()),
           "embedding conversations " + Seconds(timer));
  }
  return at::cat(pieces);
}

}  // namespace suite
