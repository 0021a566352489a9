// What a chat template's Jinja program is known by, whatever its comments, {% generation %} marks and white space.
//
//   JinjaKey("{% for m in messages %}...") == JinjaKey("{#- of TinyChat -#}\n{%-  for m in messages %}...")
//
// The program is taken apart as Jinja does under the options that transformers sets (trim_blocks, lstrip_blocks):
// comments and the tags `generation` and `endgeneration` go, white space that Jinja drops goes, inside tags too, and
// what is left is hashed. Programs of one key write the same text for every conversation; that different programs do so
// too, a key cannot know (make_known_templates.py looks at what they write).
#pragma once

#include <string>
#include <string_view>

namespace suite {

// A SHA-256 in hex; empty for a text whose tags or strings do not end, or with a `raw` block.
std::string JinjaKey(std::string_view jinja);

}  // namespace suite
