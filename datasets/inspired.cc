#include "datasets/inspired.h"

#include "datasets/linked_dialogues.h"

namespace suite {

SourceData ReadInspired(const std::string& folder) { return ReadLinkedDialogues(folder); }

}  // namespace suite
