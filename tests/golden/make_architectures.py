"""Makes tests/golden/architectures: tiny random models, and what transformers computes with them.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.1
    venv/bin/python tests/golden/make_architectures.py

One model for each way of stretching rotary positions (linear; dynamic, within its positions; YaRN by factor alone and by
each of its optional settings, this one in a Qwen3 model), with tokens past the original positions where there are such,
and a Mistral model without a sliding window; each once more with its weights rounded to bfloat16. The files have the
form of make_qwen3.py's.
"""

import os

import torch
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen3Config, Qwen3ForCausalLM

import make_qwen3

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "architectures")
SIZES = dict(vocab_size=make_qwen3.VOCAB, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
             num_attention_heads=4, num_key_value_heads=2, head_dim=16, rms_norm_eps=1e-6,
             pad_token_id=make_qwen3.PAD, bos_token_id=1, eos_token_id=make_qwen3.EOS, attn_implementation="eager")


def llama(scaling, positions=128):
    return LlamaForCausalLM, LlamaConfig(**SIZES, max_position_embeddings=positions, rope_theta=10000.0,
                                         tie_word_embeddings=True, rope_scaling=scaling)


def models():
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}
    yield "linear", llama({"rope_type": "linear", "factor": 2.5})
    yield "dynamic", llama({"rope_type": "dynamic", "factor": 4.0}, positions=64)
    yield "yarn", llama(yarn)
    yield "yarn_qwen3", (Qwen3ForCausalLM, Qwen3Config(
        **SIZES, max_position_embeddings=128, rope_theta=1000000.0, tie_word_embeddings=False,
        rope_scaling={**yarn, "beta_fast": 4.0, "beta_slow": 0.5, "truncate": False, "mscale": 1.2,
                      "mscale_all_dim": 0.8}))
    yield "mistral", (MistralForCausalLM, MistralConfig(
        **SIZES, max_position_embeddings=128, rope_theta=10000.0, tie_word_embeddings=False, sliding_window=None))


def make_model(kind, config, seed):
    torch.manual_seed(seed)
    return make_qwen3.with_random_weights(kind(config))


def main():
    torch.set_num_threads(1)
    for seed, (name, (kind, config)) in enumerate(models(), start=11):
        make_qwen3.make(FOLDER, name, kind, lambda: make_model(kind, config, seed), seed)


if __name__ == "__main__":
    main()
