#include "datasets/redial.h"

#include "datasets/linked_dialogues.h"

namespace suite {

SourceData ReadRedial(const std::string& folder) { return ReadLinkedDialogues(folder); }

}  // namespace suite
