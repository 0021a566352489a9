// A secret that is taken from the environment, sent to the server, and never written anywhere.
//
//   const ApiKey key = ApiKey::FromEnvironment("OPENAI_API_KEY");
//   key.Header()                                     // "Authorization: Bearer ...", for the wire only
//   key.Scrub("Incorrect API key: abcd1234efgh")     // "Incorrect API key: [key]": for whatever a server says
#pragma once

#include <string>

namespace suite {

class ApiKey {
 public:
  // No key: no header, and nothing to scrub. For servers of one's own.
  ApiKey() = default;

  // The key in the environment variable `variable`; the empty name means no key. Throws InputError(where), without the
  // value, when the variable is not set, is empty or holds what no header can carry, or when `variable` is no name in
  // capitals, digits and underscores (it may be the key itself, put there by mistake, so it is not shown either).
  static ApiKey FromEnvironment(const std::string& variable, const std::string& where = "key_variable");

  std::string Header() const { return key_.empty() ? "" : "Authorization: Bearer " + key_; }

  // `text` without the key, also as JSON may escape it. Keys of fewer than 8 characters ("EMPTY", "none", as local
  // servers want them) are no secrets and are words that an answer may hold: they are left alone.
  std::string Scrub(std::string text) const;

 private:
  std::string key_;
};

}  // namespace suite
