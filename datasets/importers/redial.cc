#include "datasets/importers/redial.h"

#include "datasets/importers/linked_dialogues.h"

namespace suite {

SourceData ReadRedial(const std::string& folder) { return ReadLinkedDialogues(folder); }

}  // namespace suite
