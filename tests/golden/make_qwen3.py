"""Makes tests/golden/qwen3: tiny random Qwen3 models, and what transformers computes with them.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.1
    venv/bin/python tests/golden/make_qwen3.py

A model with a tied and one with its own head, each with a head dimension that is not hidden size / heads, with norms of
random weights, and once more with its weights rounded to bfloat16. The files have the form of the other tiny models that
tests/parity/tiny_checkpoints_golden_test.cc reads.
"""

import json
import os
import shutil

import torch
import transformers
from transformers import Qwen3Config, Qwen3ForCausalLM

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "qwen3")
VOCAB, PAD, EOS = 48, 0, 2
BF16_PLACE = 39


def config(tied):
    return Qwen3Config(vocab_size=VOCAB, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
                       num_attention_heads=4, num_key_value_heads=2, head_dim=8, max_position_embeddings=128,
                       rms_norm_eps=1e-6, rope_theta=1000000.0 if tied else 10000.0, tie_word_embeddings=tied,
                       attention_bias=False, pad_token_id=PAD, bos_token_id=1, eos_token_id=EOS,
                       attn_implementation="eager")


def with_random_weights(model):
    model = model.float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "norm" in name else 0.0, 0.3)
    return model


def make_model(tied, seed):
    torch.manual_seed(seed)
    return with_random_weights(Qwen3ForCausalLM(config(tied)))


def rounded(values, digits=6):
    return [rounded(row, digits) for row in values] if isinstance(values, list) else round(values, digits)


def random_ids(generator, count):
    return torch.randint(3, VOCAB, (count,), generator=generator).tolist()


def logits_of(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0]


def greedy(model, ids, count):
    ids = list(ids)
    for _ in range(count):
        last = logits_of(model, ids)[-1].clone()
        last[EOS] = -torch.inf
        ids.append(int(last.argmax()))
    return ids[-count:]


def train(model, generator):
    rows = [random_ids(generator, 20), random_ids(generator, 13)]
    width = len(rows[0])
    ids = torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    labels = ids.masked_fill(mask == 0, -100)
    labels[0, :6] = labels[1, :4] = -100
    result = {"ids": ids.tolist(), "attention_mask": mask.tolist(), "labels": labels.tolist(), "steps": []}
    result["optimizer"] = "AdamW lr 1e-3 betas .9 .99 eps 1e-8 weight_decay .01 on every parameter, clip to norm 1"
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.01)
    for step in range(5):
        optimizer.zero_grad()
        loss = model(ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        if step == 0:
            result["grads_step0_before_clip"] = summary({n: p.grad for n, p in model.named_parameters()})
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        result["steps"].append({"loss": float(loss), "grad_norm_before_clip": float(norm)})
        optimizer.step()
    result["after"] = summary(dict(model.named_parameters()))
    return result


def summary(tensors):
    return {name: {"norm": float(tensor.norm()), "first": rounded(tensor.detach().flatten()[:4].tolist(), 9)}
            for name, tensor in tensors.items()}


def left_padded(model, generator):
    rows = [random_ids(generator, count) for count in (5, 24, 11)]
    return {"rows": rows, "last_logits": rounded([logits_of(model, row)[-1].tolist() for row in rows]),
            "greedy_24": [greedy(model, row, 24) for row in rows]}


def save(model, folder):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, "generation_config.json"))
    return folder


def make(root, name, kind, make_model, seed):
    """`kind`: the class of transformers; `make_model()` gives the same model each time."""
    model, generator = make_model(), torch.Generator().manual_seed(seed)
    folder = save(model, os.path.join(root, name))
    narrow = save(make_model().bfloat16(), os.path.join(root, name + "_bf16"))
    # Loaded anew: a model cast to bfloat16 and back has rounded frequencies of its rotary embedding too.
    read_back = kind.from_pretrained(narrow, dtype=torch.float32, attn_implementation="eager").eval()
    ids = random_ids(generator, 40)
    logits, wide = logits_of(model, ids), logits_of(make_model().double(), ids)
    golden = {
        "made_with": f"transformers {transformers.__version__}, torch {torch.__version__}, CPU, float32, eager attention",
        "ids": ids,
        "logits_at": {str(place): rounded(logits[place].tolist()) for place in (0, 1, 20, 38, 39)},
        "logsumexp": rounded(logits.logsumexp(-1).tolist()),
        "worst_abs_f32_minus_f64": float((logits.double() - wide).abs().max()),
        f"bf16_weights_f32_math_logits_at_{BF16_PLACE}": rounded(logits_of(read_back, ids)[BF16_PLACE].tolist()),
        "left_padded": left_padded(model, generator),
        "train": train(model, generator),
    }
    with open(os.path.join(folder, "golden.json"), "w", encoding="ascii") as file:
        json.dump(golden, file)
        file.write("\n")


def main():
    torch.set_num_threads(1)
    for name, tied, seed in ("tied", True, 1), ("untied", False, 2):
        make(FOLDER, name, Qwen3ForCausalLM, lambda: make_model(tied, seed), seed)


if __name__ == "__main__":
    main()
