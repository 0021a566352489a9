"""Parity with transformers, in both directions: it loads what we save, we load what it saves, logits agree.

Not part of the test suite, because it needs Python packages that the build does not:

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.1
    ./bazelw build //models/policy:print_logits
    venv/bin/python tests/transformers_loads_our_checkpoint.py bazel-bin/models/policy/print_logits

With the argument `--record tests/recorded/checkpoints.json` it also keeps what it saw: the SHA-256 of every file that we
saved and the logits that transformers gave for them. Where there is no Python, //tests/recorded:checkpoints_test saves the
same policies, finds the same bytes, and compares its own logits with those.

Prints one line a model with the largest difference of float32 logits. It exits with 1 if we are further from transformers
than three times what its own float32 logits are from its own float64 logits (the two roundings add up).
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import torch
import transformers

transformers.utils.logging.disable_progress_bar()

BOUND = 3
TEXT = "Heat (1995)\n<|end|>Alien"
ITEMS = "<item_11>\n<item_1><item_0>"  # of the policies with new tokens


def our_logits(program, folder, ids):
    printed = subprocess.run([program, "score", folder] + [str(i) for i in ids], check=True, capture_output=True, text=True)
    return torch.tensor([[float(v) for v in line.split()] for line in printed.stdout.splitlines()])


def their_logits(folder, ids, dtype):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager")
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].double()


def random_ids(count, vocab_size, seed):
    return torch.randint(vocab_size, (count,), generator=torch.Generator().manual_seed(seed)).tolist()


def their_models():
    """Random models of transformers' own, with the settings of the published families in miniature."""
    sizes = dict(vocab_size=96, hidden_size=48, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
                 intermediate_size=80, initializer_range=0.2)
    llama3 = {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
              "original_max_position_embeddings": 64}
    llama, qwen = transformers.LlamaConfig, transformers.Qwen2Config
    yield "Llama-3.2", llama(**sizes, tie_word_embeddings=True, rope_theta=500000.0, rope_scaling=llama3, rms_norm_eps=1e-5,
                             max_position_embeddings=2048, eos_token_id=[1, 2, 3])
    yield "SmolLM2", llama(**sizes, tie_word_embeddings=True, rope_theta=100000, max_position_embeddings=2048)
    yield "Llama with biases", llama(**sizes, attention_bias=True, mlp_bias=True, head_dim=10, max_position_embeddings=2048)
    yield "Qwen2.5", qwen(**sizes, tie_word_embeddings=True, rope_theta=1000000.0, max_position_embeddings=2048)
    yield "Qwen2.5, untied", qwen(**sizes, tie_word_embeddings=False, rope_theta=1000000.0, max_position_embeddings=2048)
    for tied in True, False:
        yield f"Qwen3, {'tied' if tied else 'untied'}", transformers.Qwen3Config(
            **sizes, head_dim=16, tie_word_embeddings=tied, rope_theta=1000000.0, max_position_embeddings=2048)
    yield "Qwen3 with biases", transformers.Qwen3Config(**sizes, head_dim=16, attention_bias=True, max_position_embeddings=2048)


def build(config, seed):
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():  # biases and norms start at constants that would hide a mistake
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return model


def kept(folder, ids):
    """What the record holds of one saved policy."""
    theirs, exact = their_logits(folder, ids, torch.float32), their_logits(folder, ids, torch.float64)
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            files[name] = hashlib.sha256(file.read()).hexdigest()
    return {"files": files, "ids": ids, "rounding": (theirs - exact).abs().max().item(),
            "logits": [[float(f"{v:.9g}") for v in row] for row in theirs.tolist()]}


def report(name, program, folder, ids):
    ours = our_logits(program, folder, ids).double()
    theirs, exact = their_logits(folder, ids, torch.float32), their_logits(folder, ids, torch.float64)
    difference, rounding = (ours - theirs).abs().max().item(), (theirs - exact).abs().max().item()
    print(f"{name:26} logits up to {exact.abs().max().item():6.3f}   from transformers {difference:.1e}"
          f"   (its own rounding {rounding:.1e})")
    return ours.shape == theirs.shape and difference <= BOUND * rounding


def write_record(path, policies):
    versions = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
    command = "python tests/transformers_loads_our_checkpoint.py bazel-bin/models/policy/print_logits --record " + path
    with open(path, "w") as file:
        json.dump({"versions": versions, "command": command, "policies": policies}, file)
        file.write("\n")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program", help="bazel-bin/models/policy/print_logits")
    arguments.add_argument("--record", metavar="FILE", help="writes what the test without Python compares with")
    program, record = vars(arguments.parse_args()).values()
    good = True
    policies = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "save", folder], check=True)
        names = sorted(os.listdir(folder))
        for name in names:
            path = os.path.join(folder, name)
            tokenizer = transformers.AutoTokenizer.from_pretrained(path)
            text = TEXT + (ITEMS if name.endswith("new_tokens") else "")
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            good &= tokenizer.decode(ids) == text and tokenizer.eos_token_id == 1 and tokenizer.pad_token_id == 0
            good &= tokenizer.decode(ids, skip_special_tokens=True) == text.replace("<|end|>", "")
            ids += random_ids(20, 29, 1)
            good &= report("ours, " + name, program, path, ids)
            policies[name] = kept(path, ids)
        for seed, (name, config) in enumerate(their_models()):
            path = os.path.join(folder, f"theirs{seed}")
            # Several shards with an index.
            build(config, seed).save_pretrained(path, max_shard_size="60KB")
            shutil.copy(os.path.join(folder, names[0], "tokenizer.json"), path)
            ids = random_ids(1500, 96, seed)  # long enough for every part of the rotary scaling
            good &= report("theirs, " + name, program, path, ids)
    print("parity" if good else "NO PARITY", "with transformers", transformers.__version__, "and torch", torch.__version__)
    if record and good:
        write_record(record, policies)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
