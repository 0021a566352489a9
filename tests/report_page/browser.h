// Headless Chromium, driven by its DevTools protocol over a pipe: pages are used as they are, in real time.
//
//   Browser browser(FindChromium(), scratch);
//   browser.Call("Emulation.setDeviceMetricsOverride", {{"width", 390}, ...});
//   browser.Open("/path/report.html");
//   Json found = browser.Evaluate("document.title");
//   browser.problems();         // what the console said since the browser began
//
// https://chromedevtools.github.io/devtools-protocol: a message is JSON ended by a NUL byte.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace suite {

// The browser's program on the PATH (chromium, chromium-browser, google-chrome); empty when there is none.
std::string FindChromium();

class Browser {
 public:
  // Starts the program with an empty profile and an empty page. Throws std::runtime_error when it does not answer.
  Browser(const std::string& program, const std::string& scratch);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  // Goes to a file and waits until it has loaded.
  void Open(const std::string& path);

  // The value of a script; a promise is waited for. An exception of the script is a std::runtime_error.
  nlohmann::json Evaluate(const std::string& script);

  // A method of the protocol, for the page. Throws std::runtime_error with the browser's message when it is refused.
  nlohmann::json Call(const std::string& method, const nlohmann::json& parameters = nlohmann::json::object());

  // Errors and warnings of the console, exceptions that nobody caught, and what could not be loaded.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  nlohmann::json Receive();
  void Note(const nlohmann::json& event);

  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string buffer_;
  std::string session_;
  int last_id_ = 0;
  bool has_loaded_ = false;
  std::vector<std::string> problems_;
};

}  // namespace suite
