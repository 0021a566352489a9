#include "datasets/core/item_form.h"

#include <algorithm>

#include "base/error.h"

namespace suite {

const std::vector<std::string>& ItemFormNames() {
  static const auto* names = new std::vector<std::string>{"title_year", "title", "id", "codes"};
  return *names;
}

const std::string& ItemFormName(ItemForm form) { return ItemFormNames().at(static_cast<size_t>(form)); }

ItemForm ItemFormByName(const std::string& where, const std::string& name) {
  const std::vector<std::string>& names = ItemFormNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw UnknownName(where, "form of items", name, names);
  return static_cast<ItemForm>(found - names.begin());
}

}  // namespace suite
