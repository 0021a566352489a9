// Asks a mock chat server `count` questions "q0", "q1", ... and checks that the answers are "re q0", ...: the process
// that resume_test kills and starts again.
//
//   ask_mock URL CACHE_FOLDER COUNT CONCURRENCY       prints asked, retried and from_cache; status 1 for a wrong answer
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/mock_chat.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  suite::ChatSettings settings = suite::MockChatSettings(argv[1], argv[2]);
  settings.endpoint.concurrency = std::atoi(argv[4]);
  suite::ChatEndpoint chat(settings, "teacher");
  const int64_t count = std::atoi(argv[3]);
  std::vector<std::string> answers;
  const auto failures = suite::AskQuestions(&chat, count, &answers);
  for (int64_t i = 0; i < count; ++i) {
    const auto k = static_cast<size_t>(i);
    if (failures[k] || answers[k] != "re q" + std::to_string(i)) return 1;
  }
  std::cout << chat.usage().asked << " " << chat.usage().retried << " " << chat.usage().from_cache << std::endl;
  return 0;
}
