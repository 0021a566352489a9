// A tokenizer.json small enough to check by hand, for the tests of this folder.
#pragma once

#include <nlohmann/json.hpp>

namespace suite {

// Single bytes a b c d, the two of U+00E9, space, newline and ")"; merged ab bc abc and ")\n"; added after them <e>
// (special, put in front of a text) and <t> (not special). ")\n" and spaces are pieces of their own.
inline nlohmann::json SmallTokenizerJson() {
  return nlohmann::json::parse(R"json({
    "version": "1.0",
    "truncation": null,
    "padding": null,
    "added_tokens": [
      {"id": 13, "content": "<e>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
       "special": true},
      {"id": 14, "content": "<t>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
       "special": false}],
    "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": "\\)\\n| "}, "behavior": "Isolated", "invert": false},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
    "post_processor": {
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<e>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"<e>": {"id": "<e>", "ids": [13], "tokens": ["<e>"]}}},
    "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    "model": {
      "type": "BPE",
      "dropout": null,
      "unk_token": null,
      "continuing_subword_prefix": null,
      "end_of_word_suffix": null,
      "fuse_unk": false,
      "byte_fallback": false,
      "ignore_merges": false,
      "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "\u00c3": 4, "\u00a9": 5, "\u0120": 6, "\u010a": 7, ")": 8, "ab": 9,
                "bc": 10, "abc": 11, ")\u010a": 12},
      "merges": [["b", "c"], ["a", "b"], ["a", "bc"], [")", "\u010a"]]
    }
  })json");
}

}  // namespace suite
