#include "models/policy/bad_policy_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "models/policy/policy_folder.h"
#include "models/policy/tiny_policy.h"
#include "models/tokenizer/chat_template.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string Whole(std::string message, const std::string& folder) {
  for (size_t at = message.find("FOLDER"); at != std::string::npos; at = message.find("FOLDER", at)) {
    message.replace(at, 6, folder);
  }
  return message;
}

}  // namespace

Damage Without(const std::string& file) {
  return [=](const std::string& folder) { fs::remove(folder + "/" + file); };
}

Damage Text(const std::string& file, const std::string& text) {
  return [=](const std::string& folder) { WriteFileAtomically(folder + "/" + file, text); };
}

Damage Set(const std::string& file, const std::string& pointer, const json& value) {
  return [=](const std::string& folder) {
    json object = json::parse(ReadFile(folder + "/" + file));
    object[json::json_pointer(pointer)] = value;
    WriteFileAtomically(folder + "/" + file, object.dump());
  };
}

std::string Brackets(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

void ExpectErrors(const std::vector<BadFolder>& table, const std::function<void(const std::string&)>& read) {
  const std::string folder = (fs::path(testing::TempDir()) / "bad_policy").string();
  ASSERT_FALSE(table.empty());
  for (const BadFolder& bad : table) {
    fs::remove_all(folder);
    Policy policy = TinyPolicy();
    policy.chat_template = kMiniatureChatTemplateJinja;
    SavePolicy(folder, policy);
    ASSERT_NO_THROW(read(folder));
    bad.damage(folder);
    try {
      read(folder);
      ADD_FAILURE() << bad.kind << ": accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(), Whole(bad.message, folder)) << bad.kind;
    }
  }
}

}  // namespace suite
