// What a stage of the pipeline leaves on disk: named arrays and texts in one HDF5 file.
//
//   Artifact artifact;
//   artifact.texts = {{"teacher", teacher.Identity()}, {"config", ToToml(config)}};
//   artifact.integers["item"] = {3, 17, 4};
//   PutRows("judgement", judgements, &artifact);            // rows of different lengths: judgement, judgement_begin
//   WriteArtifact(artifact, path);
//   Artifact same = ReadArtifact(path);
//
// The file: one group of text attributes "texts" in order, and one-dimensional datasets /integers/NAME (int64),
// /floats/NAME (float32), /doubles/NAME (float64), compressed and with checksums, and /strings/NAME (UTF-8 of fixed
// size). A kill at any moment leaves the old file or the new one, never a torn one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/metrics/run_record.h"

namespace suite {

struct Artifact {
  NamedTexts texts;  // where it came from
  std::map<std::string, std::vector<int64_t>> integers;
  std::map<std::string, std::vector<float>> floats;
  std::map<std::string, std::vector<double>> doubles;
  std::map<std::string, std::vector<std::string>> strings;
};

// Throws InputError naming the file.
void WriteArtifact(const Artifact& artifact, const std::string& path);
// Throws InputError naming the file when it is missing, foreign, damaged or cut off.
Artifact ReadArtifact(const std::string& path);

// Rows of any lengths as two arrays: NAME, all values, and NAME_begin, where each row begins and, last, where all end.
void PutRows(const std::string& name, const std::vector<std::vector<int64_t>>& rows, Artifact* artifact);
void PutRows(const std::string& name, const std::vector<std::vector<float>>& rows, Artifact* artifact);
// Throws InputError naming `path` when there are no such rows.
std::vector<std::vector<int64_t>> IntegerRows(const std::string& name, const Artifact& artifact,
                                              const std::string& path);
std::vector<std::vector<float>> FloatRows(const std::string& name, const Artifact& artifact, const std::string& path);

}  // namespace suite
