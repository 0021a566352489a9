// Supervised fine-tuning: cross-entropy of the next token, summed over counted tokens and divided by their number in
// the whole update.
//
//   double items = CountItems(counted_BT);                        // summed over the micro-batches of the update
//   at::Tensor loss = SftLoss(label_logp_BT, counted_BT, items);  // micro-batch losses are SUMMED, not averaged
//
// "Completion only" counts the tokens of the answer, "full" counts every token that is not padding; the mask decides.
//
// Convention of TRL's SFTTrainer 0.21 with transformers 4.55, which the authors use: the divisor is counted on labels
// BEFORE the shift by one. For the full loss it includes one first token per row that is never predicted, so the
// divisor exceeds the number of terms. CountItems therefore takes the mask of the labels, and ShiftLabels makes the
// mask of what is predicted: position t of the logits predicts label t+1.
//
// Shapes: B rows, T tokens of the sequence, S = T - 1 predicted tokens.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// The number of counted labels, before the shift. `counted_BT` bool.
double CountItems(const at::Tensor& counted_BT);

// [B,S]: columns 1..T-1 of a tensor over labels: the label (or its mask) that position t predicts.
at::Tensor ShiftLabels(const at::Tensor& label_BT);

// Scalar: -sum of `logp_BS` (log-prob of each predicted label; requires grad) where `counted_BS`, over `num_items`.
at::Tensor SftLoss(const at::Tensor& logp_BS, const at::Tensor& counted_BS, double num_items);

// Share of counted positions whose most likely token is the label. `predicted_BS` and `label_BS` int64.
double TokenAccuracy(const at::Tensor& predicted_BS, const at::Tensor& label_BS, const at::Tensor& counted_BS);

}  // namespace suite
