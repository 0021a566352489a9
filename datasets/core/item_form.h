// In which form the items of a catalogue are written, in prompts and in answers alike: one item a line.
//
//   title_year   Heat (1995)            films: the authors' rules, year for year (datasets/judging)
//   title        The Left Hand of Darkness
//   id           <item_17>              one new token an item
//   codes        <a_3><b_0><c_12>       a few new tokens an item, shared between items that are alike
//
//   ItemFormByName("data.item_form", "id") == ItemForm::kId
#pragma once

#include <string>
#include <vector>

namespace suite {

enum class ItemForm { kTitleYear, kTitle, kId, kCodes };

// In the order of the enumerators.
const std::vector<std::string>& ItemFormNames();
const std::string& ItemFormName(ItemForm form);

// `where` names the flag or key. Throws InputError listing the known names.
ItemForm ItemFormByName(const std::string& where, const std::string& name);

// The forms that are made of tokens which no tokenizer has before they are added to it.
inline bool HasOwnTokens(ItemForm form) { return form == ItemForm::kId || form == ItemForm::kCodes; }

}  // namespace suite
