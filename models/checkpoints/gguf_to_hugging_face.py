#!/usr/bin/env python3
"""Makes a Hugging Face folder of a GGUF file, the format of llama.cpp.

    python3 -m venv venv && venv/bin/pip install gguf numpy safetensors
    venv/bin/python models/checkpoints/gguf_to_hugging_face.py SmolLM2-135M-Instruct.Q4_1.gguf smollm2

The folder then holds config.json, model.safetensors (float32), tokenizer.json and tokenizer_config.json, and
`--model smollm2` starts a run from it; transformers loads it too. Quantised weights are widened to the numbers that
llama.cpp computes with; what the quantisation lost does not come back.

Read are the architectures llama, qwen2 and qwen3 with a byte-level BPE tokenizer whose pre-tokenizer is one of smollm,
qwen2 and llama-bpe. Anything else ends with a message that names the key, and leaves no folder behind.
"""

import argparse
import json
import math
import os
import sys

import gguf
import numpy
from safetensors.numpy import save_file

ARCHITECTURES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}

TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
LAYER = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
ROPE_FACTORS = "rope_freqs.weight"

# enum llama_token_type
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5

WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
         r"\s+(?!\S)|\s+")


def refuse(what):
    sys.exit(f"error: {what}")


class Keys:
    """The keys and values of the file; a name that starts with a dot is one of the architecture's."""

    def __init__(self, reader):
        self.fields = reader.fields
        self.architecture = self.get("general.architecture")

    def get(self, name, *absent):
        full = self.architecture + name if name.startswith(".") else name
        if full in self.fields:
            return self.fields[full].contents()
        return absent[0] if absent else refuse(f"the file has no key {full}")


# ---------------------------------------------------------------------------------------------------------- weights
def hugging_face_name(name):
    stem, end = name.rsplit(".", 1)
    if stem in TOP:
        return f"{TOP[stem]}.{end}"
    parts = stem.split(".")
    if len(parts) == 3 and parts[0] == "blk" and parts[2] in LAYER:
        return f"model.layers.{parts[1]}.{LAYER[parts[2]]}.{end}"
    return refuse(f"tensor {name} is not part of a supported architecture")


def halves(rows, heads):
    """llama.cpp turns neighbouring rows of a head of q and k against each other and stores a `llama` model that way;
    Hugging Face turns the first half of a head against the second."""
    half = rows.shape[0] // heads // 2
    return rows.reshape(heads, half, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def read_tensors(reader, keys):
    heads = {"attn_q": keys.get(".attention.head_count"),
             "attn_k": keys.get(".attention.head_count_kv", keys.get(".attention.head_count"))}
    tensors = {}
    for tensor in reader.tensors:
        if tensor.name == ROPE_FACTORS:
            continue
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        part = tensor.name.split(".")[-2]
        if keys.architecture == "llama" and part in heads:
            values = halves(values, heads[part])
        tensors[hugging_face_name(tensor.name)] = numpy.ascontiguousarray(values)
    return tensors


# ----------------------------------------------------------------------------------------------------------- config
def rope_scaling(reader, head_dim, theta):
    """GGUF keeps by how much each rotary pair is stretched, not the settings: the factor is the largest of them, the
    rest is the same in Llama 3.1 and 3.2, and all are checked."""
    found = [tensor.data for tensor in reader.tensors if tensor.name == ROPE_FACTORS]
    if not found:
        return None
    factor, low, high, original = float(found[0].max()), 1.0, 4.0, 8192
    for pair, stretch in enumerate(found[0]):
        turns = original / (2 * math.pi * theta ** (2 * pair / head_dim))
        smooth = min(max((turns - low) / (high - low), 0.0), 1.0)
        expected = 1 / ((1 - smooth) / factor + smooth)
        if abs(stretch - expected) > 1e-4 * expected:
            refuse(f"{ROPE_FACTORS} holds {stretch} at {pair}; by Llama 3's scaling it is {expected}")
    return {"rope_type": "llama3", "factor": factor, "low_freq_factor": low, "high_freq_factor": high,
            "original_max_position_embeddings": original}


def end_ids(keys):
    """GGUF has one key for the end of a text and one for that of a turn; Hugging Face lists all that end an answer."""
    ids = [keys.get("tokenizer.ggml." + name, None) for name in ("eos_token_id", "eot_token_id")]
    return list(dict.fromkeys(i for i in ids if i is not None))


def make_config(reader, keys, tensors):
    if keys.get(".rope.scaling.type", "none") != "none":
        refuse(f"{keys.architecture}.rope.scaling.type is not none")
    heads, hidden = keys.get(".attention.head_count"), keys.get(".embedding_length")
    head_dim = keys.get(".attention.key_length", keys.get(".rope.dimension_count", hidden // heads))
    theta = keys.get(".rope.freq_base", 10000.0)
    eos = end_ids(keys)
    config = {
        "architectures": [ARCHITECTURES[keys.architecture]], "model_type": keys.architecture, "hidden_act": "silu",
        "hidden_size": hidden, "num_hidden_layers": keys.get(".block_count"), "num_attention_heads": heads,
        "num_key_value_heads": keys.get(".attention.head_count_kv", heads), "head_dim": head_dim,
        "intermediate_size": keys.get(".feed_forward_length"), "max_position_embeddings": keys.get(".context_length"),
        "vocab_size": tensors["model.embed_tokens.weight"].shape[0],
        # Stored in float32: 1e-5 is meant where 9.99999974737875e-06 stands.
        "rms_norm_eps": float(f"{keys.get('.attention.layer_norm_rms_epsilon'):.6g}"),
        "rope_theta": float(theta), "rope_scaling": rope_scaling(reader, head_dim, theta),
        "tie_word_embeddings": "lm_head.weight" not in tensors,
        "bos_token_id": keys.get("tokenizer.ggml.bos_token_id", None),
        "eos_token_id": eos[0] if len(eos) == 1 else eos or None,
        "pad_token_id": keys.get("tokenizer.ggml.padding_token_id", None), "torch_dtype": "float32",
    }
    if keys.architecture == "llama":
        config["attention_bias"] = "model.layers.0.self_attn.o_proj.bias" in tensors
        config["mlp_bias"] = "model.layers.0.mlp.down_proj.bias" in tensors
    return config


# -------------------------------------------------------------------------------------------------------- tokenizer
def byte_level(add_prefix_space, trim_offsets, use_regex):
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": trim_offsets,
            "use_regex": use_regex}


def split_by_words(digits):
    split = {"type": "Split", "pattern": {"Regex": WORDS % digits}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, byte_level(False, True, False)]}


def family(keys):
    """What a tokenizer.json says and GGUF has only a name for: normalizer, pre-tokenizer, whether whole words skip the
    merges, and whether a text starts with the beginning token unless the file says otherwise."""
    digits = {"type": "Digits", "individual_digits": True}
    families = {
        "smollm": (None, {"type": "Sequence", "pretokenizers": [digits, byte_level(False, True, True)]}, False, False),
        "qwen2": ({"type": "NFC"}, split_by_words(r"\p{N}"), False, False),
        "llama-bpe": (None, split_by_words(r"\p{N}{1,3}"), True, True),
    }
    name = keys.get("tokenizer.ggml.pre")
    return families.get(name) or refuse(f"tokenizer.ggml.pre is {name}; allowed: {', '.join(families)}")


def added_tokens(tokens, types):
    added = []
    for index, (token, kind) in enumerate(zip(tokens, types)):
        if kind not in (NORMAL, CONTROL, USER_DEFINED, UNUSED):
            refuse(f"tokenizer.ggml.token_type[{index}] is {kind}; allowed: 1, 3, 4, 5")
        if kind in (CONTROL, USER_DEFINED):
            added.append({"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": kind == CONTROL})
    return added


def beginning_template(token, token_id):
    """Puts the beginning token in front of every text."""
    def special(part):
        return {"SpecialToken": {"id": token, "type_id": part}}

    def text(name, part):
        return {"Sequence": {"id": name, "type_id": part}}

    return {"type": "TemplateProcessing", "single": [special(0), text("A", 0)],
            "pair": [special(0), text("A", 0), special(1), text("B", 1)],
            "special_tokens": {token: {"id": token, "ids": [token_id], "tokens": [token]}}}


def make_tokenizer(keys):
    if keys.get("tokenizer.ggml.model") != "gpt2":
        refuse("tokenizer.ggml.model is not gpt2 (byte-level BPE)")
    if keys.get("tokenizer.ggml.add_eos_token", False):
        refuse("tokenizer.ggml.add_eos_token is true; a token after every text is not supported")
    normalizer, pre_tokenizer, ignore_merges, adds_bos = family(keys)
    tokens, types = keys.get("tokenizer.ggml.tokens"), keys.get("tokenizer.ggml.token_type")
    # Rows of the embedding without a token, at the end, are no part of the tokenizer.
    while types and types[-1] == UNUSED:
        tokens, types = tokens[:-1], types[:-1]
    post = None
    if keys.get("tokenizer.ggml.add_bos_token", adds_bos):
        bos = keys.get("tokenizer.ggml.bos_token_id")
        post = beginning_template(tokens[bos], bos)
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens(tokens, types),
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post,
        "decoder": byte_level(True, True, True),
        "model": {"type": "BPE", "ignore_merges": ignore_merges,
                  "vocab": {token: index for index, token in enumerate(tokens)},
                  "merges": keys.get("tokenizer.ggml.merges")},
    }


def make_tokenizer_config(keys, config):
    tokens = keys.get("tokenizer.ggml.tokens")
    result = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False,
              "model_max_length": config["max_position_embeddings"]}
    for name, key in [("bos_token", "bos_token_id"), ("eos_token", "eos_token_id"), ("pad_token", "padding_token_id")]:
        index = keys.get("tokenizer.ggml." + key, None)
        if index is not None:
            result[name] = tokens[index]
    template = keys.get("tokenizer.chat_template", None)
    return {**result, "chat_template": template} if template else result


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the GGUF file")
    parser.add_argument("folder", help="what is made; must not be there yet")
    args = parser.parse_args()
    if os.path.exists(args.folder):
        refuse(f"{args.folder} is there already")
    reader = gguf.GGUFReader(args.file)
    keys = Keys(reader)
    if keys.architecture not in ARCHITECTURES:
        refuse(f"general.architecture is {keys.architecture}; allowed: {', '.join(ARCHITECTURES)}")
    tensors = read_tensors(reader, keys)
    config, tokenizer = make_config(reader, keys, tensors), make_tokenizer(keys)
    os.makedirs(args.folder)
    save_file(tensors, os.path.join(args.folder, "model.safetensors"), metadata={"format": "pt"})
    write_json(os.path.join(args.folder, "config.json"), config)
    write_json(os.path.join(args.folder, "tokenizer.json"), tokenizer)
    write_json(os.path.join(args.folder, "tokenizer_config.json"), make_tokenizer_config(keys, config))
    print(f"{args.folder}: {keys.architecture}, {sum(values.size for values in tensors.values()):,} parameters")


if __name__ == "__main__":
    main()
