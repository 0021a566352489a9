"""Makes tests/golden/new_tokens: tiny random models with a tokenizer, and what transformers does when tokens are added.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==4.57.1
    venv/bin/python tests/golden/make_new_tokens.py

A model with a tied head, one with its own, and one whose matrices have more rows than the tokenizer has tokens (as in
Qwen2.5). Tokens are added with add_tokens, the matrices are grown with resize_token_embeddings, and every new row is
set to the mean of the rows that had a token. The tokenizers have special and other added tokens before, with and
without NFC. tests/parity/new_tokens_golden_test.cc reads the folders.
"""

import json
import os
import shutil

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "new_tokens")
FILMS = ["Heat (1995)", "Alien (1979)", "The Thing (1982)", "Am\u00e9lie (2001)", "Heathers (1988)", "Aliens (1986)"]
NEW = [f"<item_{i}>" for i in (0, 1, 10, 100, 17)] + ["<a_3>", "<b_3>", "<b_30>", "two words", "\u6620\u753b"]
TEXTS = [
    "<item_1>\n<item_10>\n<item_100>\n<item_17>",
    "<a_3><b_3>\n<a_3><b_30>\n",
    "I liked Heat (1995), <item_17> and two words, not <item_2> or <item_1",
    "<|user|>Am\u00e9lie (2001)<item_0>Ame\u0301lie<|end|>",
    "<item_1>\u0338 \u6620\u753b\u9928",  # the combining stroke would make one character of itself and ">"
    "<<item_0>>  <ITEM_0> <item_0 >",
]


def base_tokenizer(nfc):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC() if nfc else None
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=290, special_tokens=["<|pad|>", "<|end|>"], show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([film + "\n" for film in FILMS * 3], trainer)
    tokenizer.add_tokens([AddedToken("<|user|>", special=False, normalized=nfc)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|pad|>",
                                   clean_up_tokenization_spaces=False)


def base_model(kind, config_kind, rows, tied, seed):
    torch.manual_seed(seed)
    model = kind(config_kind(vocab_size=rows, hidden_size=8, intermediate_size=12, num_hidden_layers=1,
                             num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=128,
                             tie_word_embeddings=tied, pad_token_id=0, bos_token_id=None, eos_token_id=1,
                             attn_implementation="eager")).float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "norm" in name else 0.1, 0.3)
    return model


def save(model, tokenizer, folder):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for name in "generation_config.json", "special_tokens_map.json":
        os.remove(os.path.join(folder, name))


def add_tokens(model, tokenizer):
    before = len(tokenizer)
    added = tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in NEW])
    assert added == len(NEW) and len(tokenizer) == before + added
    model.resize_token_embeddings(max(len(tokenizer), model.config.vocab_size), mean_resizing=False)
    matrices = {id(m.weight): m.weight for m in (model.get_input_embeddings(), model.get_output_embeddings())}
    with torch.no_grad():
        for weight in matrices.values():
            weight[before:len(tokenizer)] = weight[:before].double().mean(0).float()


def make(name, model, tokenizer):
    folder = os.path.join(FOLDER, name)
    save(model, tokenizer, folder)
    add_tokens(model, tokenizer)
    texts = []
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        texts.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids),
                      "decoded_without_special": tokenizer.decode(ids, skip_special_tokens=True)})
    ids = [i for entry in texts for i in entry["ids"]][:60]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    golden = {
        "made_with": f"transformers {transformers.__version__}, torch {torch.__version__}, CPU, float32, eager attention",
        "tokens": NEW, "token_ids": tokenizer.convert_tokens_to_ids(NEW), "vocab_size": model.config.vocab_size,
        "tokenizer_json": tokenizer.backend_tokenizer.to_str(), "texts": texts, "ids": ids,
        "logits": [[round(value, 6) for value in row] for row in logits[::12].tolist()], "logits_every": 12,
    }
    with open(os.path.join(folder, "golden.json"), "w", encoding="ascii") as file:
        json.dump(golden, file)
        file.write("\n")


def main():
    torch.set_num_threads(1)
    tokenizer = base_tokenizer(nfc=False)
    make("tied", base_model(LlamaForCausalLM, LlamaConfig, len(tokenizer), True, 1), tokenizer)
    tokenizer = base_tokenizer(nfc=True)
    make("untied", base_model(LlamaForCausalLM, LlamaConfig, len(tokenizer), False, 2), tokenizer)
    # Six spare rows: six of the ten new tokens take them, and four grow the matrices.
    tokenizer = base_tokenizer(nfc=True)
    make("spare_rows", base_model(Qwen2ForCausalLM, Qwen2Config, len(tokenizer) + 6, False, 3), tokenizer)
    tokenizer = base_tokenizer(nfc=True)
    make("spare_rows_tied", base_model(Qwen2ForCausalLM, Qwen2Config, len(tokenizer) + 32, True, 4), tokenizer)


if __name__ == "__main__":
    main()
