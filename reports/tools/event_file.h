// TensorBoard event files, written without TensorFlow: scalars only.
//
//   EventFile file;
//   file.AddScalar(/*step=*/1, "reward", 0.61);
//   WriteFileAtomically("logdir/run/events.out.tfevents.0.suite", file.bytes());
//
// The form. A file is a row of records: length (8 bytes, little endian), its checksum, the data, their checksum
// (TFRecord; tensorflow/core/lib/io/record_writer). Checksums are CRC-32C, rotated by 15 bits and offset. Each record
// is a protocol buffer Event {1: wall_time double, 2: step int64, 3: file_version string, 5: summary}, Summary {1:
// repeated Value}, Value {1: tag string, 2: simple_value float}; the first is Event{file_version = "brain.Event:2"}.
//
// Wall times are seconds from the file's beginning, not of the clock: equal runs give equal bytes.
#pragma once

#include <cstdint>
#include <string>

namespace suite {

// CRC-32C (Castagnoli) of `bytes`; CRC-32C("123456789") is 0xe3069283.
uint32_t Crc32c(const std::string& bytes);

// The form in which TFRecord stores it.
uint32_t MaskedCrc32c(const std::string& bytes);

class EventFile {
 public:
  EventFile();

  // `wall_time_s`: seconds since the run began; 0 where it is not known.
  void AddScalar(int64_t step, const std::string& tag, double value, double wall_time_s = 0);

  const std::string& bytes() const { return bytes_; }

 private:
  void AddRecord(const std::string& data);

  std::string bytes_;
};

}  // namespace suite
