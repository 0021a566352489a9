#include "harness/demonstrations/embedded_text.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "harness/provenance/process_meter.h"

namespace suite {
namespace {

constexpr size_t kConversationsInPiece = 2048;

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
           "embedding conversations " + std::to_string(static_cast<int64_t>(timer.Seconds())) + " s");
  }
  return at::cat(pieces);
}

}  // namespace suite
