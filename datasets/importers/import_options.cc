#include "datasets/importers/import_options.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"

namespace suite {
namespace {

size_t PositionOf(const std::string& where, const std::string& kind, const std::string& name,
                  const std::vector<std::string>& known) {
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) throw UnknownName(where, kind, name, known);
  return static_cast<size_t>(found - known.begin());
}

}  // namespace

// In the order of the enumerators.
const std::vector<std::string>& YearRuleNames() {
  static const auto* names = new std::vector<std::string>{"reference_or_drop", "drop", "unknown", "zero"};
  return *names;
}

const std::vector<std::string>& TitleRuleNames() {
  static const auto* names = new std::vector<std::string>{"as_parsed", "as_given"};
  return *names;
}

const std::vector<std::string>& CatalogRuleNames() {
  static const auto* names = new std::vector<std::string>{"own", "reference"};
  return *names;
}

const std::vector<std::string>& OutsideRuleNames() {
  static const auto* names = new std::vector<std::string>{"keep", "drop"};
  return *names;
}

const std::vector<std::string>& RepeatRuleNames() {
  static const auto* names = new std::vector<std::string>{"drop", "keep"};
  return *names;
}

const std::vector<std::string>& SplitRuleNames() {
  static const auto* names = new std::vector<std::string>{"as_given", "by_dialogue"};
  return *names;
}

std::string_view RuleName(YearRule rule) { return YearRuleNames()[static_cast<size_t>(rule)]; }
std::string_view RuleName(TitleRule rule) { return TitleRuleNames()[static_cast<size_t>(rule)]; }
std::string_view RuleName(CatalogRule rule) { return CatalogRuleNames()[static_cast<size_t>(rule)]; }
std::string_view RuleName(OutsideRule rule) { return OutsideRuleNames()[static_cast<size_t>(rule)]; }
std::string_view RuleName(RepeatRule rule) { return RepeatRuleNames()[static_cast<size_t>(rule)]; }
std::string_view RuleName(SplitRule rule) { return SplitRuleNames()[static_cast<size_t>(rule)]; }

YearRule YearRuleByName(const std::string& where, const std::string& name) {
  return static_cast<YearRule>(PositionOf(where, "year rule", name, YearRuleNames()));
}

TitleRule TitleRuleByName(const std::string& where, const std::string& name) {
  return static_cast<TitleRule>(PositionOf(where, "title rule", name, TitleRuleNames()));
}

CatalogRule CatalogRuleByName(const std::string& where, const std::string& name) {
  return static_cast<CatalogRule>(PositionOf(where, "catalogue rule", name, CatalogRuleNames()));
}

OutsideRule OutsideRuleByName(const std::string& where, const std::string& name) {
  return static_cast<OutsideRule>(PositionOf(where, "outside rule", name, OutsideRuleNames()));
}

RepeatRule RepeatRuleByName(const std::string& where, const std::string& name) {
  return static_cast<RepeatRule>(PositionOf(where, "repeat rule", name, RepeatRuleNames()));
}

SplitRule SplitRuleByName(const std::string& where, const std::string& name) {
  return static_cast<SplitRule>(PositionOf(where, "split rule", name, SplitRuleNames()));
}

YearRule DefaultYearRule(const std::string& format) {
  return format == "redial" || format == "inspired" ? YearRule::kReferenceOrDrop : YearRule::kUnknown;
}

TitleRule DefaultTitleRule(const std::string& format) {
  return format == "reddit_v2" ? TitleRule::kAsGiven : TitleRule::kAsParsed;
}

RepeatRule DefaultRepeatRule(const std::string& format) {
  return format == "redial" || format == "inspired" ? RepeatRule::kDrop : RepeatRule::kKeep;
}

void CheckOptions(const ImportOptions& options) {
  if (options.test_percent < 0 || options.validation_percent < 0 ||
      options.test_percent + options.validation_percent > 100) {
    throw InputError("test_percent, validation_percent",
                     std::to_string(options.test_percent) + " and " + std::to_string(options.validation_percent),
                     "0 to 100 together");
  }
}

}  // namespace suite
