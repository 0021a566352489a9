#include "reports/statistics/course.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/random.h"
#include "reports/statistics/power.h"

namespace suite {
namespace {

TEST(CourseTest, PartsOfACourse) {
  const Course course = *CourseOf({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  EXPECT_EQ(course.beginning, 1.5);
  EXPECT_EQ(course.early, 4.5);
  EXPECT_EQ(course.late, 9.5);
  EXPECT_EQ(course.end, 14.5);
  EXPECT_TRUE(CourseOf({1, 2, 3, 4, 5, 6, 7, 8}).has_value());
  EXPECT_FALSE(CourseOf({1, 2, 3, 4, 5, 6, 7}).has_value());
}

// Curves of 16 steps with `curve(t)`, t from 0 to 1, each step with noise `noise`, and for each seed a slope of spread
// `drift`: what a seed does by chance over the course as a whole.
struct Drawn {
  std::function<double(double)> curve;
  double drift = 0.01;
  double noise = 0.02;
};

std::vector<Course> Draw(const Drawn& drawn, size_t seeds, RandomStream* stream) {
  std::vector<Course> courses;
  for (size_t s = 0; s < seeds; ++s) {
    const double slope = drawn.drift * stream->Normal();
    std::vector<double> values;
    for (int step = 0; step < 16; ++step) {
      const double t = (step + 0.5) / 16;
      values.push_back(drawn.curve(t) + slope * t + drawn.noise * stream->Normal());
    }
    courses.push_back(*CourseOf(values));
  }
  return courses;
}

struct Rates {
  double found = 0;
  double denied = 0;
};

Rates RatesOf(Shape shape, const Drawn& drawn, size_t seeds, int trials, double alpha = 0.05) {
  Rates rates;
  for (int trial = 0; trial < trials; ++trial) {
    RandomStream stream(1, "course", {seeds, static_cast<uint64_t>(trial)});
    const ShapeTest test = TestShape(shape, Draw(drawn, seeds, &stream), 0);
    if (test.p < alpha) (test.holds ? rates.found : rates.denied) += 1.0 / trials;
  }
  return rates;
}

double Bound(double share, int trials) { return 3 * std::sqrt(share * (1 - share) / trials); }

// A rise by twenty times the seeds' drift, by shape.
double Line(double t) { return 0.2 * t; }
double Plateau(double t) { return 0.2 * std::min(1.0, t / 0.4); }
double Saturating(double t) { return 0.2 * (1 - std::exp(-t / 0.15)); }
double Flat(double) { return 0.3; }
double Falling(double t) { return -0.2 * t; }
double Tent(double t) { return 0.2 * (1 - std::abs(2 * t - 1)); }
double EarlyTent(double t) { return t < 0.25 ? 0.8 * t : 0.2 * (1 - (t - 0.25) / 0.75); }
double GivesBackHalf(double t) { return t < 0.5 ? 0.4 * t : 0.2 - 0.2 * (t - 0.5); }

TEST(CourseTest, AClearRiseIsFoundWithAPlateauToo) {
  for (size_t seeds : {4, 5, 8}) {
    for (const auto& curve : {Line, Plateau, Saturating}) {
      EXPECT_GT(RatesOf(Shape::kRises, {curve}, seeds, 200).found, seeds == 4 ? 0.8 : 0.9) << seeds;
    }
  }
  EXPECT_GT(RatesOf(Shape::kRises, {Plateau}, 3, 200).found, 0.4) << "two degrees of freedom";
}

TEST(CourseTest, AClearPeakIsFoundWhereverItLies) {
  for (size_t seeds : {5, 8}) {
    for (const auto& curve : {Tent, EarlyTent}) {
      EXPECT_GT(RatesOf(Shape::kRisesThenFalls, {curve}, seeds, 200).found, 0.8) << seeds;
    }
  }
}

// A false finding in either direction, of curves that have nothing of the shape or exactly not enough of it: at most
// half of the two-sided level.
TEST(CourseTest, ErrorsStayWithinTheLevel) {
  constexpr int kTrials = 1000;
  const auto given_back = [](double t) { return t < 0.125 ? 0.0 : t < 0.75 ? 0.25 : 0.2; };  // a quarter of .2
  const auto up_and_stay = [](double t) { return t < 0.125 ? 0.0 : 0.2; };
  for (size_t seeds : {3, 4, 5, 8}) {
    for (double alpha : {0.05, 0.005}) {
      const double most = alpha / 2 + Bound(alpha / 2, kTrials);
      for (const Drawn& drawn : {Drawn{Flat}, Drawn{Falling}, Drawn{Tent}, Drawn{GivesBackHalf}, Drawn{given_back}}) {
        EXPECT_LE(RatesOf(Shape::kRises, drawn, seeds, kTrials, alpha).found, most) << seeds << " " << alpha;
      }
      for (const Drawn& drawn : {Drawn{Flat}, Drawn{Falling}, Drawn{Line}, Drawn{up_and_stay}}) {
        EXPECT_LE(RatesOf(Shape::kRisesThenFalls, drawn, seeds, kTrials, alpha).found, most) << seeds << " " << alpha;
      }
      EXPECT_LE(RatesOf(Shape::kRises, {Plateau}, seeds, kTrials, alpha).denied, most) << seeds;
      EXPECT_LE(RatesOf(Shape::kRises, {Flat}, seeds, kTrials, alpha).denied, alpha + Bound(alpha, kTrials)) << seeds;
      EXPECT_LE(RatesOf(Shape::kRisesThenFalls, {Tent}, seeds, kTrials, alpha).denied, most) << seeds;
    }
  }
}

TEST(CourseTest, TheOppositeIsDenied) {
  EXPECT_GT(RatesOf(Shape::kRises, {Falling}, 5, 200).denied, 0.9);
  EXPECT_GT(RatesOf(Shape::kRises, {Tent}, 5, 200).denied, 0.9);
  EXPECT_GT(RatesOf(Shape::kRisesThenFalls, {Line}, 5, 200).denied, 0.9);
  EXPECT_GT(RatesOf(Shape::kRisesThenFalls, {Falling}, 5, 200).denied, 0.7);
}

// Of a late rise the first contrast decides nearly always, and its power is that of Student's test.
TEST(CourseTest, ThePowerIsKnown) {
  constexpr int kTrials = 2000;
  const Drawn weak = {[](double t) { return t < 0.75 ? 0.0 : 0.06; }, 0.04, 0.02};
  // The middles of the first and last parts lie at 1/16 and 7/8; two and four steps have noise .02 each.
  const double reach = 7.0 / 8 - 1.0 / 16;
  const double spread = std::sqrt(std::pow(0.04 * reach, 2) + 0.0004 / 2 + 0.0004 / 4);
  const double power = PairedTPower(0.06 / spread, 5, 0.05);
  EXPECT_NEAR(RatesOf(Shape::kRises, weak, 5, kTrials).found, power, Bound(power, kTrials) + 0.02);
}

TEST(CourseTest, TheMarginIsHeldAgainst) {
  const std::vector<Course> courses = {{0, 0.1, 0.1, 0.1}, {0, 0.11, 0.11, 0.11}, {0, 0.09, 0.09, 0.09}};
  EXPECT_TRUE(TestShape(Shape::kRises, courses, 0.05).holds);
  const ShapeTest test = TestShape(Shape::kRises, courses, 0.2);
  EXPECT_FALSE(test.holds);
  EXPECT_EQ(test.contrast, "end less beginning");
  EXPECT_EQ(test.boundary, 0.2);
}

}  // namespace
}  // namespace suite
