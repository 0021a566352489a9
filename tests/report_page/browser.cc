#include "tests/report_page/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

extern char** environ;

namespace suite {
namespace {

using Json = nlohmann::json;

constexpr int kPatienceMs = 120000;
// The browser reads from 3 and writes to 4. Ours lie above, so that setting these cannot close one of them.
constexpr int kAboveTheirs = 10;

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe MakePipe() {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe for the browser");
  Pipe made = {fcntl(ends[0], F_DUPFD_CLOEXEC, kAboveTheirs), fcntl(ends[1], F_DUPFD_CLOEXEC, kAboveTheirs)};
  close(ends[0]);
  close(ends[1]);
  return made;
}

pid_t Start(const std::string& program, const std::string& scratch, const Pipe& commands, const Pipe& answers) {
  std::filesystem::create_directories(scratch);
  // Without its sandbox, which a container's root may not use: the pages are our own.
  std::vector<std::string> words = {program,
                                    "--headless",
                                    "--no-sandbox",
                                    "--disable-gpu",
                                    "--disable-dev-shm-usage",
                                    "--no-first-run",
                                    "--disable-extensions",
                                    "--disable-background-networking",
                                    "--remote-debugging-pipe",
                                    "--user-data-dir=" + scratch + "/profile"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  setenv("HOME", scratch.c_str(), 1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, commands.read, 3);
  posix_spawn_file_actions_adddup2(&actions, answers.write, 4);
  posix_spawn_file_actions_addopen(&actions, 2, (scratch + "/browser.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed) throw std::runtime_error(program + " cannot be started");
  return pid;
}

}  // namespace

std::string FindChromium() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    if (std::system((std::string("command -v ") + name + " > /dev/null 2>&1").c_str()) == 0) return name;
  }
  return "";
}

Browser::Browser(const std::string& program, const std::string& scratch) {
  const Pipe commands = MakePipe();
  const Pipe answers = MakePipe();
  signal(SIGPIPE, SIG_IGN);
  pid_ = Start(program, scratch, commands, answers);
  close(commands.read);
  close(answers.write);
  to_ = commands.write;
  from_ = answers.read;
  const Json target = Call("Target.createTarget", {{"url", "about:blank"}});
  const Json attached = Call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}});
  session_ = attached["sessionId"];
  for (const char* domain : {"Page.enable", "Runtime.enable", "Log.enable"}) Call(domain);
}

Browser::~Browser() {
  try {
    session_.clear();
    Call("Browser.close");
  } catch (const std::exception&) {
    kill(pid_, SIGKILL);
  }
  close(to_);
  close(from_);
  int status = 0;
  waitpid(pid_, &status, 0);
}

Json Browser::Receive() {
  for (size_t end = buffer_.find('\0'); end == std::string::npos; end = buffer_.find('\0')) {
    pollfd wait = {from_, POLLIN, 0};
    if (poll(&wait, 1, kPatienceMs) <= 0) throw std::runtime_error("the browser does not answer");
    char bytes[65536];
    const ssize_t count = read(from_, bytes, sizeof(bytes));
    if (count <= 0) throw std::runtime_error("the browser has ended");
    buffer_.append(bytes, static_cast<size_t>(count));
  }
  const size_t end = buffer_.find('\0');
  const Json message = Json::parse(buffer_.substr(0, end));
  buffer_.erase(0, end + 1);
  return message;
}

void Browser::Note(const Json& event) {
  const std::string method = event.value("method", "");
  const Json parameters = event.value("params", Json::object());
  if (method == "Page.loadEventFired") has_loaded_ = true;
  if (method == "Runtime.exceptionThrown") problems_.push_back(parameters["exceptionDetails"].dump());
  if (method == "Runtime.consoleAPICalled") {
    const std::string type = parameters["type"];
    if (type == "error" || type == "warning" || type == "assert") problems_.push_back(parameters["args"].dump());
  }
  if (method == "Log.entryAdded" && parameters["entry"]["level"] != "verbose") {
    problems_.push_back(parameters["entry"].dump());
  }
}

Json Browser::Call(const std::string& method, const Json& parameters) {
  Json message = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump();
  for (size_t done = 0; done < text.size() + 1;) {
    const ssize_t count = write(to_, text.c_str() + done, text.size() + 1 - done);
    if (count <= 0) throw std::runtime_error("the browser has ended");
    done += static_cast<size_t>(count);
  }
  for (;;) {
    const Json answer = Receive();
    if (answer.value("id", 0) != last_id_) {
      Note(answer);
      continue;
    }
    if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
    return answer["result"];
  }
}

void Browser::Open(const std::string& path) {
  has_loaded_ = false;
  Call("Page.navigate", {{"url", "file://" + path}});
  while (!has_loaded_) Note(Receive());
}

Json Browser::Evaluate(const std::string& script) {
  const Json answer =
      Call("Runtime.evaluate", {{"expression", script}, {"awaitPromise", true}, {"returnByValue", true}});
  if (answer.contains("exceptionDetails")) throw std::runtime_error(answer["exceptionDetails"].dump());
  return answer["result"].value("value", Json());
}

}  // namespace suite
