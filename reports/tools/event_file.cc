#include "reports/tools/event_file.h"

#include <array>
#include <cstring>

namespace suite {
namespace {

std::array<uint32_t, 256> MakeCrcTable() {
  constexpr uint32_t kReversedPolynomial = 0x82f63b78;
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ kReversedPolynomial : crc >> 1;
    table[byte] = crc;
  }
  return table;
}

template <typename T>
std::string LittleEndian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

// Wire types of protocol buffers.
enum WireType : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string Tag(uint64_t field, WireType type) { return Varint(field << 3 | type); }
// Fields that are 0 are left out, as version 3 of protocol buffers does.
std::string DoubleField(uint64_t field, double value) {
  return value == 0 ? "" : Tag(field, kFixed64) + LittleEndian(value);
}
// A member of a oneof, which is written even when it is 0.
std::string FloatField(uint64_t field, float value) { return Tag(field, kFixed32) + LittleEndian(value); }
std::string IntField(uint64_t field, int64_t value) {
  return value == 0 ? "" : Tag(field, kVarint) + Varint(static_cast<uint64_t>(value));
}
std::string BytesField(uint64_t field, const std::string& value) {
  return Tag(field, kBytes) + Varint(value.size()) + value;
}

}  // namespace

uint32_t Crc32c(const std::string& bytes) {
  static const std::array<uint32_t, 256> table = MakeCrcTable();
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  return crc ^ 0xffffffff;
}

uint32_t MaskedCrc32c(const std::string& bytes) {
  const uint32_t crc = Crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

EventFile::EventFile() { AddRecord(DoubleField(1, 0) + BytesField(3, "brain.Event:2")); }

void EventFile::AddScalar(int64_t step, const std::string& tag, double value, double wall_time_s) {
  const std::string scalar = BytesField(1, tag) + FloatField(2, static_cast<float>(value));
  AddRecord(DoubleField(1, wall_time_s) + IntField(2, step) + BytesField(5, BytesField(1, scalar)));
}

void EventFile::AddRecord(const std::string& data) {
  const std::string length = LittleEndian(static_cast<uint64_t>(data.size()));
  bytes_ += length + LittleEndian(MaskedCrc32c(length)) + data + LittleEndian(MaskedCrc32c(data));
}

}  // namespace suite
