// A kept run as arrays and texts with names, and its file: HDF5, format "rank_grpo_suite.kept" version 1. What several
// runs of an experiment have alike stands once, in a record that they share.
//
//   std::vector<KeptRecord> runs = ...;                      // pack_runs.h
//   const KeptRecord shared = TakeShared(&runs);             // the runs keep a reference
//   WriteKeptRecord(runs[0], "run.h5");
//   KeptRecord run = ReadKeptRecord("run.h5");
//   PutShared(shared, &run, "run.h5");                       // whole again
//
// In the file each array is a dataset (its bytes shuffled by HDF5's own filter where that makes it pack better) and
// each list of texts the attributes of a group. A shared array is dataset /arrays/KEY of the shared file; the run has
// attribute NAME = KEY in its group /shared, KEY being the beginning of the array's SHA-256.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "harness/metrics/run_record.h"

namespace suite {

using KeptValues = std::variant<std::vector<uint8_t>, std::vector<uint16_t>, std::vector<int64_t>, std::vector<float>,
                                std::vector<double>, std::vector<std::string>>;

struct KeptArray {
  std::vector<uint64_t> shape;  // of texts: one dimension
  KeptValues values;            // row-major
};

struct KeptRecord {
  std::map<std::string, NamedTexts> texts;  // by group
  std::map<std::string, KeptArray> arrays;  // by name, "scores/test/step"
};

// Integers in the smallest type that holds them, and back. Throws InputError at `where` for an array of other things.
KeptArray SmallestIntegers(std::vector<uint64_t> shape, const std::vector<int64_t>& values);
std::vector<int64_t> IntegersOf(const KeptArray& array, const std::string& where);

// Takes the larger arrays that more than one of the runs has out of them.
KeptRecord TakeShared(std::vector<KeptRecord>* runs);
// Throws InputError at `where` when something that the run refers to is not there.
void PutShared(const KeptRecord& shared, KeptRecord* run, const std::string& where);

// Equal records give equal bytes.
void WriteKeptRecord(const KeptRecord& record, const std::string& path);
// Throws InputError naming `path` when the file is missing, foreign or damaged.
KeptRecord ReadKeptRecord(const std::string& path);
// Whether the file at `path` is such a record; a whole store (run_record.h) is none.
bool IsKeptRecord(const std::string& path);

}  // namespace suite
