#include "datasets/importers/inspired.h"

#include "datasets/importers/linked_dialogues.h"

namespace suite {

SourceData ReadInspired(const std::string& folder) { return ReadLinkedDialogues(folder); }

}  // namespace suite
