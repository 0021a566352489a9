#include "models/sampler.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "models/cuda/sampler_attention.h"
#include "models/kernels/decode_attention.h"
#include "models/llama/head_rows.h"
#include "models/llama/layer.h"
#include "models/llama/not_finite_logits.h"
#include "models/llama/packed_tokens.h"

namespace suite {
namespace {

// Keys and values of a bfloat16 model are kept in float32 on the CPU, where attention has a float32 kernel; they are
// the same numbers.
at::ScalarType CacheType(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kBFloat16 ? at::kFloat : x.scalar_type();
}

// Decodes one batch of prompts from prefill to the last finished row.
class Decoder {
 public:
  // `first_prompt`: the number that the first of `prompts` has among all.
  Decoder(const Llama& llama, const LlamaTensors& tensors, const std::vector<std::vector<int64_t>>& prompts,
          int64_t first_prompt, int64_t group_size, const SamplingOptions& options)
      : llama_(llama), tensors_(tensors), first_prompt_(first_prompt), group_size_(group_size), options_(options) {
    std::vector<ScoredSequence> sequences;
    for (const auto& prompt : prompts) {
      lengths_.push_back(static_cast<int64_t>(prompt.size()));
      // PackSequences drops the last token, which only is a target there; here it is input too.
      std::vector<int64_t> padded = prompt;
      padded.push_back(0);
      sequences.push_back({std::move(padded), 1});
    }
    prompts_ = PackSequences(sequences);
    prompts_.ids_N = prompts_.ids_N.to(tensors.embedding.device());
    prompts_.positions_N = prompts_.positions_N.to(tensors.embedding.device());
    caches_.resize(tensors.layers.size());
  }

  std::vector<RolloutGroup> Run(const StreamOf& stream_of) {
    const int64_t count = static_cast<int64_t>(lengths_.size());
    std::vector<RolloutGroup> groups(lengths_.size(), RolloutGroup(static_cast<size_t>(group_size_)));
    for (int64_t b = 0; b < count; ++b) {
      for (int64_t g = 0; g < group_size_; ++g) {
        rows_.prompt.push_back(b);
        rows_.sequence.push_back(b * group_size_ + g);
        streams_.push_back(stream_of(b, g));
        results_.push_back(&groups[static_cast<size_t>(b)][static_cast<size_t>(g)]);
        lines_.push_back(0);
        if (options_.constraint)
          states_.emplace_back(*options_.constraint, options_.ClosedLinesOf(static_cast<size_t>(first_prompt_ + b)));
      }
    }
    at::Tensor logits = llama_.LogitsOf(Prefill(), tensors_);
    logits = logits.index_select(0, at::tensor(rows_.prompt).to(logits.device()));
    for (int64_t step = 0; step < options_.max_new_tokens; ++step) {
      TakeTokens(Choose(logits, Uniforms(step)));
      if (rows_.sequence.empty() || step + 1 == options_.max_new_tokens) break;
      logits = llama_.LogitsOf(DecodeStep(step), tensors_);
    }
    return groups;
  }

 private:
  // Fills the prompt part of every layer's cache; returns the last row of each prompt [B, hidden].
  at::Tensor Prefill() {
    const LayerSettings& settings = llama_.layer_settings();
    at::Tensor x = at::embedding(tensors_.embedding, prompts_.ids_N);
    for (size_t layer = 0; layer < tensors_.layers.size(); ++layer) {
      const LlamaLayerTensors& t = tensors_.layers[layer];
      x = DecoderLayer(x, t, settings, [&](const at::Tensor& normed) {
        const at::Tensor qkv = ProjectAndRotate(normed, t, prompts_.positions_N, settings);
        MakeCache(qkv, caches_[layer]);
        return PrefixAttention(qkv, prompts_.segments, settings.shape).out_NS;
      });
    }
    std::vector<int64_t> last;
    for (const Segment& segment : prompts_.segments) last.push_back(segment.begin + segment.length - 1);
    return x.index_select(0, at::tensor(last).to(x.device()));
  }

  at::Tensor DecodeStep(int64_t step) {
    const LayerSettings& settings = llama_.layer_settings();
    std::vector<int64_t> ids, positions;
    for (size_t i = 0; i < rows_.sequence.size(); ++i) {
      ids.push_back(results_[i]->ids.back());
      positions.push_back(lengths_[static_cast<size_t>(rows_.prompt[i])] + step);
    }
    const at::Tensor position = at::tensor(positions).to(tensors_.embedding.device());
    at::Tensor x = at::embedding(tensors_.embedding, at::tensor(ids).to(tensors_.embedding.device()));
    const int64_t width = settings.shape.heads * settings.shape.head_dim;
    at::Tensor attended = at::empty({x.size(0), width}, x.options().dtype(CacheType(x)));
    for (size_t layer = 0; layer < tensors_.layers.size(); ++layer) {
      const LlamaLayerTensors& t = tensors_.layers[layer];
      x = DecoderLayer(x, t, settings, [&](const at::Tensor& normed) {
        at::Tensor qkv = ProjectAndRotate(normed, t, position, settings);
        qkv = qkv.to(CacheType(qkv));
        StoreKeysAndValues(qkv, settings.shape.heads, rows_, step, caches_[layer]);
        Attend(qkv, step, caches_[layer], attended);
        return attended.to(normed.scalar_type());
      });
    }
    return x;
  }

  void Attend(const at::Tensor& qkv, int64_t step, const DecodeCache& cache, at::Tensor& attended) const {
    const LlamaConfig& c = llama_.config();
    if (HasSamplerAttention(qkv, c.head_dim)) return SamplerAttention(qkv, c.heads, rows_, step, cache, attended);
    DecodeAttention(qkv, c.heads, rows_, step, cache, attended);
  }

  void MakeCache(const at::Tensor& qkv, DecodeCache& cache) const {
    const LlamaConfig& c = llama_.config();
    const int64_t count = static_cast<int64_t>(lengths_.size());
    cache = EmptyCache({lengths_, group_size_, options_.max_new_tokens, c.kv_heads, c.head_dim},
                       qkv.options().dtype(CacheType(qkv)));
    for (int64_t b = 0; b < count; ++b) {
      const Segment& segment = prompts_.segments[static_cast<size_t>(b)];
      const auto part = [&](int64_t first_head) {
        return qkv.narrow(0, segment.begin, segment.length)
            .narrow(1, first_head * c.head_dim, c.kv_heads * c.head_dim)
            .view({segment.length, c.kv_heads, c.head_dim});
      };
      cache.prompt_k.select(0, b).narrow(2, 0, segment.length).copy_(part(c.heads).permute({1, 2, 0}));
      cache.prompt_v.select(0, b).narrow(1, 0, segment.length).copy_(part(c.heads + c.kv_heads).permute({1, 0, 2}));
    }
  }

  std::vector<double> Uniforms(int64_t step) const {
    std::vector<double> uniforms;
    for (const RandomStream& stream : streams_) uniforms.push_back(stream.UniformAt(static_cast<uint64_t>(step)));
    return uniforms;
  }

  // One token of each row. Under a constraint the logits are those of its vocabulary, and the rows' states go on.
  ChosenTokens Choose(const at::Tensor& logits, const std::vector<double>& uniforms) {
    if (!options_.constraint) return ChooseTokens(logits, options_.choice, uniforms);
    std::vector<TokenSpan> allowed;
    for (ListState& state : states_) allowed.push_back(state.Allowed());
    ChosenTokens chosen = ChooseAllowedTokens(logits, options_.choice, uniforms, allowed);
    for (size_t i = 0; i < states_.size(); ++i) {
      states_[i].Take(static_cast<int32_t>(chosen.ids[i]));
      chosen.ids[i] = options_.constraint->vocabulary()[static_cast<size_t>(chosen.ids[i])];
    }
    return chosen;
  }

  // Appends the drawn tokens and lets the rows that end leave the batch.
  void TakeTokens(const ChosenTokens& chosen) {
    size_t kept = 0;
    for (size_t i = 0; i < results_.size(); ++i) {
      Rollout& rollout = *results_[i];
      rollout.ids.push_back(chosen.ids[i]);
      rollout.logp.push_back(chosen.logp[i]);
      lines_[i] += Newlines(chosen.ids[i]);
      if (Ends(chosen.ids[i], lines_[i], rollout)) continue;
      rows_.prompt[kept] = rows_.prompt[i];
      rows_.sequence[kept] = rows_.sequence[i];
      streams_[kept] = streams_[i];
      results_[kept] = results_[i];
      lines_[kept] = lines_[i];
      if (options_.constraint && kept != i) states_[kept] = std::move(states_[i]);
      ++kept;
    }
    rows_.prompt.resize(kept);
    rows_.sequence.resize(kept);
    streams_.resize(kept, RandomStream(0, ""));
    results_.resize(kept);
    lines_.resize(kept);
    if (options_.constraint) states_.erase(states_.begin() + static_cast<int64_t>(kept), states_.end());
  }

  int64_t Newlines(int64_t id) const {
    const auto index = static_cast<size_t>(id);
    return index < options_.newlines_by_token.size() ? options_.newlines_by_token[index] : 0;
  }

  bool Ends(int64_t id, int64_t lines, Rollout& rollout) const {
    if (std::find(options_.eos_ids.begin(), options_.eos_ids.end(), id) != options_.eos_ids.end()) {
      rollout.finish = FinishReason::kEndOfSequence;
      return true;
    }
    if (options_.max_lines > 0 && lines >= options_.max_lines) {
      rollout.finish = FinishReason::kLineLimit;
      return true;
    }
    return false;
  }

  const Llama& llama_;
  const LlamaTensors& tensors_;
  const int64_t first_prompt_;
  const int64_t group_size_;
  const SamplingOptions& options_;
  PackedTokens prompts_;
  std::vector<int64_t> lengths_;
  std::vector<DecodeCache> caches_;

  // One entry for each row still in the batch.
  ActiveRows rows_;
  std::vector<RandomStream> streams_;
  std::vector<Rollout*> results_;
  std::vector<int64_t> lines_;
  std::vector<ListState> states_;  // under a constraint
};

// What answers under a constraint are computed with: of the head, the rows of tokens that they may have.
LlamaTensors ForAnswers(const LlamaTensors& tensors, const SamplingOptions& options) {
  const c10::NoGradGuard no_graph;
  LlamaTensors small = tensors;
  if (options.constraint) small.head = HeadRows(tensors.head, at::tensor(options.constraint->vocabulary()));
  return small;
}

}  // namespace

std::vector<RolloutGroup> SampleGroups(const Llama& llama, const LlamaTensors& tensors,
                                       const std::vector<std::vector<int64_t>>& prompts, int64_t group_size,
                                       const SamplingOptions& options, const StreamOf& stream_of) {
  const int64_t count = static_cast<int64_t>(prompts.size());
  const int64_t shards = std::max<int64_t>(1, std::min(options.shards, count));
  std::vector<RolloutGroup> groups(prompts.size());
  if (prompts.empty()) return groups;
  const LlamaTensors for_answers = ForAnswers(tensors, options);
  // One shard a thread: small matrix products gain nothing from being split further.
  at::parallel_for(0, shards, 1, [&](int64_t first, int64_t last) {
    const c10::NoGradGuard no_graph;
    for (int64_t shard = first; shard < last; ++shard) {
      const int64_t begin = count * shard / shards, end = count * (shard + 1) / shards;
      const std::vector<std::vector<int64_t>> part(prompts.begin() + begin, prompts.begin() + end);
      Decoder decoder(llama, for_answers, part, begin, group_size, options);
      auto done = decoder.Run([&](int64_t prompt, int64_t sample) { return stream_of(begin + prompt, sample); });
      std::move(done.begin(), done.end(), groups.begin() + begin);
    }
  });
  return groups;
}

void CheckRollouts(const Llama& llama, const LlamaTensors& tensors, const std::vector<std::vector<int64_t>>& prompts,
                   const std::vector<RolloutGroup>& groups) {
  for (size_t p = 0; p < groups.size(); ++p) {
    for (const Rollout& rollout : groups[p]) {
      const auto fault =
          std::find_if(rollout.logp.begin(), rollout.logp.end(), [](float logp) { return !std::isfinite(logp); });
      if (fault == rollout.logp.end()) continue;
      std::vector<int64_t> ids = prompts[p];
      // Up to the token itself, which PackSequences takes for a target only.
      ids.insert(ids.end(), rollout.ids.begin(), rollout.ids.begin() + (fault - rollout.logp.begin()) + 1);
      throw NotFiniteLogits(llama.FirstNotFinite(tensors, PackSequences({{std::move(ids), 1}})));
    }
  }
}

}  // namespace suite
