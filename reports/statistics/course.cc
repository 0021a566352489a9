#include "reports/statistics/course.h"

#include <algorithm>

#include "base/check.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr double kMostGivenBack = 0.25;

// left - right + share * (end - beginning)
struct Contrast {
  std::string name;
  double Course::*left;
  double Course::*right;
  double share = 0;
};

double MeanOf(double Course::*part, const std::vector<Course>& courses_S) {
  std::vector<double> values;
  for (const Course& course : courses_S) values.push_back(course.*part);
  return Mean(values);
}

ShapeTest TestContrast(const Contrast& contrast, const std::vector<Course>& courses_S, double boundary) {
  ShapeTest test;
  test.contrast = contrast.name;
  test.left_mean = MeanOf(contrast.left, courses_S);
  test.right_mean = MeanOf(contrast.right, courses_S);
  test.boundary = boundary;
  for (const Course& course : courses_S) {
    test.values_S.push_back(course.*contrast.left - course.*contrast.right +
                            contrast.share * (course.end - course.beginning));
  }
  test.holds = Mean(test.values_S) > boundary;
  test.p = *CrossedP(CrossedErrorOf(test.values_S), boundary);
  return test;
}

bool HasLessP(const ShapeTest& a, const ShapeTest& b) { return a.p < b.p; }

ShapeTest Corrected(ShapeTest part, size_t chances) {
  part.corrections = static_cast<double>(chances);
  part.p = std::min(1.0, part.corrections * part.p);
  return part;
}

// Contrasts that must all hold: the weakest of them, or else the strongest that speaks against.
ShapeTest AllOf(const std::vector<ShapeTest>& parts) {
  std::vector<ShapeTest> against;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(against),
               [](const ShapeTest& part) { return !part.holds; });
  if (against.empty()) return *std::max_element(parts.begin(), parts.end(), HasLessP);
  return Corrected(*std::min_element(against.begin(), against.end(), HasLessP), parts.size());
}

// Two places of which one suffices.
ShapeTest EitherOf(const ShapeTest& early, const ShapeTest& late) {
  if (early.holds != late.holds) return Corrected(early.holds ? early : late, 2);
  if (early.holds) return Corrected(std::min(early, late, HasLessP), 2);
  return std::max(early, late, HasLessP);
}

// Both contrasts of a peak in that part.
ShapeTest TestPeak(const std::string& name, double Course::*part, const std::vector<Course>& courses_S, double margin) {
  return AllOf({TestContrast({name + " less beginning", part, &Course::beginning}, courses_S, margin),
                TestContrast({name + " less end", part, &Course::end}, courses_S, margin)});
}

}  // namespace

std::optional<Course> CourseOf(const std::vector<double>& values) {
  if (values.size() < 8) return std::nullopt;
  const auto mean = [&values](size_t from_eighth, size_t to_eighth) {
    return Mean({values.begin() + static_cast<long>(from_eighth * values.size() / 8),
                 values.begin() + static_cast<long>(to_eighth * values.size() / 8)});
  };
  return Course{mean(0, 1), mean(1, 3), mean(3, 6), mean(6, 8)};
}

ShapeTest TestShape(Shape shape, const std::vector<Course>& courses_S, double margin) {
  SUITE_CHECK_GE(courses_S.size(), size_t{2});
  if (shape == Shape::kRisesThenFalls) {
    return EitherOf(TestPeak("early", &Course::early, courses_S, margin),
                    TestPeak("late", &Course::late, courses_S, margin));
  }
  const std::string kept = ", and a quarter of the rise";
  return AllOf({TestContrast({"end less beginning", &Course::end, &Course::beginning}, courses_S, margin),
                TestContrast({"end less early" + kept, &Course::end, &Course::early, kMostGivenBack}, courses_S, 0),
                TestContrast({"end less late" + kept, &Course::end, &Course::late, kMostGivenBack}, courses_S, 0)});
}

}  // namespace suite
