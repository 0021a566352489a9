#include "datasets/teachers/recording_teacher.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

bool WriteAll(int file, const std::string& bytes) {
  for (size_t written = 0; written < bytes.size();) {
    const ssize_t count = write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    written += static_cast<size_t>(count);
  }
  return fsync(file) == 0;
}

// A cut object is never valid JSON, so a last line that is valid only lacks its newline.
std::string WholeLines(const std::string& bytes) {
  const std::string whole = bytes.substr(0, bytes.rfind('\n') + 1);
  const std::string rest = bytes.substr(whole.size());
  return nlohmann::json::accept(rest) ? bytes + "\n" : whole;
}

}  // namespace

RecordingTeacher::RecordingTeacher(Teacher* teacher, const std::string& path) : teacher_(teacher), path_(path) {
  SUITE_CHECK(teacher != nullptr);
  if (!std::filesystem::exists(path_)) {
    WriteFileAtomically(path_, "");
    return;
  }
  const std::string bytes = ReadFile(path_);
  const std::string whole = WholeLines(bytes);
  recording_ = ParseRecording(whole, path_);
  if (whole != bytes) WriteFileAtomically(path_, whole);
}

void RecordingTeacher::Append(const std::string& lines) const {
  if (lines.empty()) return;
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const bool written = file >= 0 && WriteAll(file, lines);
  const int reason = errno;
  if (file >= 0) close(file);
  if (!written) throw InputError(path_, std::string("cannot be written: ") + std::strerror(reason));
}

std::vector<TeacherList> RecordingTeacher::Recommend(const std::vector<Conversation>& conversations,
                                                     int64_t list_length) {
  std::vector<TeacherList> lists = teacher_->Recommend(conversations, list_length);
  SUITE_CHECK_EQ(lists.size(), conversations.size());
  std::string lines;
  for (size_t i = 0; i < lists.size(); ++i) {
    if (!lists[i].error.empty()) continue;
    const std::string& id = conversations[i].id;
    if (recording_.AddList(path_, id, list_length, lists[i].items)) lines += ListLine(id, list_length, lists[i].items);
  }
  Append(lines);
  return lists;
}

std::vector<TeacherJudgement> RecordingTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged = teacher_->Judge(requests);
  SUITE_CHECK_EQ(judged.size(), requests.size());
  std::string lines;
  for (size_t i = 0; i < judged.size(); ++i) {
    if (!judged[i].error.empty()) continue;
    const std::string& id = requests[i].conversation->id;
    if (!recording_.AddJudgements(path_, id, requests[i].candidates, judged[i].judgements)) continue;
    lines += JudgementsLine(id, requests[i].candidates, judged[i].judgements);
  }
  Append(lines);
  return judged;
}

}  // namespace suite
