#include "datasets/teachers/teacher.h"

#include <sstream>

#include "base/error.h"

namespace suite {

void CheckTeacherQuality(const TeacherQuality& quality) {
  const auto require = [](bool holds, const char* key, double value, const char* allowed) {
    if (!holds) throw InputError(key, std::to_string(value), allowed);
  };
  require(quality.noise >= 0, "teacher.noise", quality.noise, "0 or more");
  require(quality.knowledge >= 0 && quality.knowledge <= 1, "teacher.knowledge", quality.knowledge, "0 to 1");
  require(quality.judge_noise >= 0, "teacher.judge_noise", quality.judge_noise, "0 or more");
  const double outside = quality.out_of_catalog.value_or(0);
  require(outside >= 0 && outside <= 1, "teacher.out_of_catalog", outside, "0 to 1");
}

std::string QualityText(const TeacherQuality& quality) {
  std::ostringstream text;
  text.precision(15);
  text << "context=" << quality.context << " noise=" << quality.noise << " popularity=" << quality.popularity
       << " out_of_catalog=";
  if (quality.out_of_catalog) {
    text << *quality.out_of_catalog;
  } else {
    text << "free";
  }
  text << " knowledge=" << quality.knowledge << " judge_slope=" << quality.judge_slope
       << " judge_noise=" << quality.judge_noise;
  return text.str();
}

}  // namespace suite
