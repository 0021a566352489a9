// Whether a curve rises, or rises and then falls, told from several seeds of it.
//
//   std::vector<Course> courses_S;                             // of each seed: CourseOf(reward by step)
//   ShapeTest test = TestShape(Shape::kRises, courses_S, 0);
//   test.holds;                                                // the seeds' mean curve has the shape
//   test.p;                                                    // whether it has, or has not, beyond chance
//
// A course is cut at 1/8, 3/8 and 6/8 of its steps into beginning, early, late and end. A shape is a few contrasts of
// their means, each tested over the seeds by Student's two-sided test, whose power is known (power.h: PairedTPower with
// a contrast's d_z):
//
//   rises             end - beginning > margin, and end - early and end - late both above -(end - beginning) / 4: it
//                     does not give back a quarter of its rise. A plateau after the rise is a rise.
//   rises then falls  peak - beginning > margin and peak - end > margin, for the peak early or late
//
// All contrasts of a shape must hold, so its p is the largest of theirs (an intersection-union test, Berger,
// Technometrics 24, 1982); of the two places of the peak the better one counts, with p times two. Against a shape
// speaks one contrast below its margin, with p times the number of contrasts, and for a peak each of the two places
// must have one.
//
// A peak within the first eighth, or a fall that begins in the last quarter, is not seen.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace suite {

// Means over the parts.
struct Course {
  double beginning = 0;
  double early = 0;
  double late = 0;
  double end = 0;
};

// None for fewer than eight values, whose first eighth is empty.
std::optional<Course> CourseOf(const std::vector<double>& values);

enum class Shape { kRises, kRisesThenFalls };

struct ShapeTest {
  bool holds = false;
  double p = 1;                  // two-sided, of the shape when it holds, else of its absence
  std::string contrast;          // the one that decides: "end less beginning"
  double left_mean = 0;          // over the seeds, of what it is about: the end
  double right_mean = 0;         // and the beginning
  std::vector<double> values_S;  // its value for each seed
  double boundary = 0;           // what it is held against
  double corrections = 1;        // p is that of the contrast times this
};

// Needs two seeds.
ShapeTest TestShape(Shape shape, const std::vector<Course>& courses_S, double margin);

}  // namespace suite
