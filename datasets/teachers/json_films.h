// The films that a JSON value names, each as a line "Title (Year)", in order.
//
//   FilmsInJson(R"(["Heat (1995)", ["Alien", 1979], {"title": "Ran", "release_year": "1985"}])"_json)
//     -> {"Heat (1995)", "Alien (1979)", "Ran (1985)"}
//
// An array; an object with a title (title, name, film, movie, series, ...) and perhaps a year (year, release_year,
// release_date, ...); an object with one member that holds films ("recommendations"); an object whose keys are the
// ranks ("1", "2", ...). Entries that are none of these are passed over.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace suite {

std::vector<std::string> FilmsInJson(const nlohmann::json& value);

}  // namespace suite
