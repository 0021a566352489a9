#include "models/tokenizer/golden_tokenizers.h"

#include <zlib.h>

#include <filesystem>
#include <memory>

#include "base/check.h"
#include "base/testing/golden.h"

namespace suite {
namespace {

std::string Unzipped(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  SUITE_CHECK(file != nullptr);
  std::string bytes;
  char buffer[1 << 16];
  int count = 0;
  while ((count = gzread(file.get(), buffer, sizeof(buffer))) > 0) bytes.append(buffer, count);
  SUITE_CHECK_EQ(count, 0);
  return bytes;
}

}  // namespace

std::optional<std::string> ReadSharedTokenizerJson(const std::string& name, std::string* path) {
  *path = EnvironmentVariable("SUITE_SHARED_DIR") + "/tokenizers/" + name + "/tokenizer.json.gz";
  if (!std::filesystem::exists(*path)) return std::nullopt;
  return Unzipped(*path);
}

std::optional<Tokenizer> ReadSharedTokenizer(const std::string& name, std::string* missing) {
  std::string path;
  const auto text = ReadSharedTokenizerJson(name, &path);
  if (text) return Tokenizer::FromJson(*text, path);
  *missing = path;
  return std::nullopt;
}

std::vector<int64_t> Ids(const nlohmann::json& ids) { return ids.get<std::vector<int64_t>>(); }

}  // namespace suite
