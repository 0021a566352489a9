"""Makes the GGUF files beside this script, and small_gguf.json: what the `gguf` package and transformers read in them.

Not part of the test suite, because it needs Python packages that the build does not:

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.1 gguf==0.19.0 accelerate
    venv/bin/python tests/recorded/make_small_gguf.py

One file for each architecture and tensor type: one layer, 32 wide, random weights (the norms and biases are F32, as in
llama.cpp's own files). The record holds for every tensor its shape and the SHA-256 of its float32 values after the gguf
package's dequantize, the first of them to read, and for every file the logits of transformers' own GGUF loader in
float32, with how far they are from its float64 logits.
"""

import hashlib
import json
import os

import gguf
import numpy
import torch
import transformers

transformers.utils.logging.disable_progress_bar()

FOLDER = os.path.dirname(os.path.abspath(__file__))
TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_1", "Q4_0"]
HIDDEN, HEADS, KV_HEADS, INTERMEDIATE, POSITIONS = 32, 2, 1, 32, 64
IDS = [2, 4, 3, 7, 11, 4, 9, 9, 14, 5, 8, 6, 13, 3, 10, 2]
TOKENS = ["<|pad|>", "<|end|>"] + list("abcdefgh") + ["\u0120", "ab", "cd", "\u0120ab", "ef", "gh"]
MERGES = ["a b", "c d", "\u0120 ab", "e f", "g h"]


def metadata(writer, architecture):
    writer.add_context_length(POSITIONS)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(1)
    writer.add_feed_forward_length(INTERMEDIATE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0 if architecture == "llama" else 1000000.0)
    writer.add_vocab_size(len(TOKENS))
    if architecture == "llama":
        writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm" if architecture == "llama" else "qwen2")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3, 3] + [1] * (len(TOKENS) - 2))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)


def tensors(architecture, random):
    head = HIDDEN // HEADS
    shapes = {"token_embd.weight": (len(TOKENS), HIDDEN), "output_norm.weight": (HIDDEN,),
              "blk.0.attn_norm.weight": (HIDDEN,), "blk.0.ffn_norm.weight": (HIDDEN,),
              "blk.0.attn_q.weight": (HIDDEN, HIDDEN), "blk.0.attn_k.weight": (KV_HEADS * head, HIDDEN),
              "blk.0.attn_v.weight": (KV_HEADS * head, HIDDEN), "blk.0.attn_output.weight": (HIDDEN, HIDDEN),
              "blk.0.ffn_gate.weight": (INTERMEDIATE, HIDDEN), "blk.0.ffn_up.weight": (INTERMEDIATE, HIDDEN),
              "blk.0.ffn_down.weight": (HIDDEN, INTERMEDIATE)}
    if architecture == "qwen2":
        shapes["output.weight"] = (len(TOKENS), HIDDEN)
        for name, rows in [("q", HIDDEN), ("k", KV_HEADS * head), ("v", KV_HEADS * head)]:
            shapes[f"blk.0.attn_{name}.bias"] = (rows,)
    for name, shape in shapes.items():
        values = random.standard_normal(shape, dtype=numpy.float32) * numpy.float32(0.3)
        yield name, values + numpy.float32("norm" in name)


def write(path, architecture, type_name, seed):
    writer = gguf.GGUFWriter(path, architecture)
    metadata(writer, architecture)
    for name, values in tensors(architecture, numpy.random.default_rng(seed)):
        kind = gguf.GGMLQuantizationType[type_name if values.ndim == 2 else "F32"]
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def record_tensors(path):
    record = {}
    for tensor in gguf.GGUFReader(path).tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype("<f4").reshape(-1)
        record[tensor.name] = {"type": tensor.tensor_type.name, "shape": [int(n) for n in reversed(tensor.shape)],
                               "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
                               "first": [float(v) for v in values[:4]]}
    return record


def logits(name, dtype):
    model = transformers.AutoModelForCausalLM.from_pretrained(FOLDER, gguf_file=name, dtype=dtype, attn_implementation="eager")
    with torch.no_grad():
        return model(torch.tensor([IDS])).logits[0].double()


def main():
    record = {"versions": {"gguf": "0.19.0", "transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]},
              "command": "python tests/recorded/make_small_gguf.py", "ids": IDS, "files": {}}
    for seed, architecture in enumerate(["llama", "qwen2"]):
        for type_name in TYPES:
            name = f"{architecture}_{type_name.lower()}.gguf"
            write(os.path.join(FOLDER, name), architecture, type_name, seed)
            single, double = logits(name, torch.float32), logits(name, torch.float64)
            record["files"][name] = {"tensors": record_tensors(os.path.join(FOLDER, name)),
                                     "rounding": (single - double).abs().max().item(),
                                     "logits": [[float(f"{v:.9g}") for v in row] for row in single.tolist()]}
            print(name, os.path.getsize(os.path.join(FOLDER, name)), "bytes, rounding", record["files"][name]["rounding"])
    with open(os.path.join(FOLDER, "small_gguf.json"), "w") as out:
        json.dump(record, out, indent=None, separators=(", ", ": "))
        out.write("\n")


if __name__ == "__main__":
    main()
