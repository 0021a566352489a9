// Items that a text names by their id, for sources that list their items: "I liked {item 17} and {item 4}."
//
//   ReplaceMentions(text, [](const std::string& id) { return "<item_" + id + ">"; });
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace suite {

// `text` with each {item ID} replaced by what `written` makes of the ID.
std::string ReplaceMentions(std::string_view text, const std::function<std::string(const std::string&)>& written);

}  // namespace suite
