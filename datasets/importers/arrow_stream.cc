#include "datasets/importers/arrow_stream.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text/utf8.h"

namespace suite {

// Counts what is taken through it, and refuses more than `limit` bytes at once.
class ArrowTable::LimitedPool : public arrow::ProxyMemoryPool {
 public:
  explicit LimitedPool(int64_t limit) : ProxyMemoryPool(arrow::default_memory_pool()), limit_(limit) {}

  using ProxyMemoryPool::Allocate;
  using ProxyMemoryPool::Reallocate;

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    if (size > limit_ - bytes_allocated()) return arrow::Status::OutOfMemory(size, " bytes asked for");
    return ProxyMemoryPool::Allocate(size, alignment, out);
  }

  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** data) override {
    if (new_size - old_size > limit_ - bytes_allocated()) {
      return arrow::Status::OutOfMemory(new_size, " bytes asked for");
    }
    return ProxyMemoryPool::Reallocate(old_size, new_size, alignment, data);
  }

 private:
  int64_t limit_;
};

namespace {

[[noreturn]] void RefuseStream(const std::string& name, const arrow::Status& status) {
  throw InputError(name, "not a whole Arrow stream: " + ReplaceBrokenUtf8(status.message()),
                   "the Arrow IPC streaming format, as save_to_disk writes it");
}

// The end is a marker of its own, continuation and length 0: a stream cut between two batches lacks it.
void RequireEndOfStream(std::string_view bytes, const std::string& name) {
  constexpr std::string_view kEnd("\xff\xff\xff\xff\0\0\0\0", 8);
  if (bytes.size() < kEnd.size() || bytes.substr(bytes.size() - kEnd.size()) != kEnd) {
    throw InputError(name, "the stream has no end: the file is cut off", "a whole Arrow IPC stream");
  }
}

// Types that Arrow reads safely from any bytes. Views take as much memory as the file says they have buffers, outside
// the pool; unions and runs occur in no table of ours.
bool IsPlainType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::EXTENSION) {
    return IsPlainType(*static_cast<const arrow::ExtensionType&>(type).storage_type());
  }
  if (type.id() == arrow::Type::DICTIONARY) {
    return IsPlainType(*static_cast<const arrow::DictionaryType&>(type).value_type());
  }
  const bool one_value = type.id() == arrow::Type::NA || arrow::is_primitive(type.id()) ||
                         arrow::is_decimal(type.id()) || arrow::is_base_binary_like(type.id()) ||
                         type.id() == arrow::Type::FIXED_SIZE_BINARY;
  if (one_value) return true;
  const bool nested = arrow::is_list_like(type.id()) || type.id() == arrow::Type::STRUCT;
  return nested && std::all_of(type.fields().begin(), type.fields().end(),
                               [](const auto& field) { return IsPlainType(*field->type()); });
}

void RequirePlainTypes(const arrow::Schema& schema, const std::string& name) {
  for (const auto& field : schema.fields()) {
    if (IsPlainType(*field->type())) continue;
    throw InputError(name,
                     "column " + ShownText(field->name()) + " has the type " + ShownText(field->type()->ToString()),
                     "numbers, times, text, bytes, and lists, maps, structs and dictionaries of them");
  }
}

std::shared_ptr<arrow::Scalar> ScalarAt(const arrow::Array& array, int64_t position, const std::string& where) {
  auto value = array.GetScalar(position);
  if (!value.ok()) RefuseStream(where, value.status());
  return std::move(*value);
}

}  // namespace

ArrowTable::ArrowTable(std::string_view bytes, std::string name) : name_(std::move(name)) {
  constexpr int64_t kLeast = int64_t{64} << 20;
  if (bytes.empty()) throw InputError(name_, "the file is empty", "an Arrow IPC stream");
  if (bytes.substr(0, 6) == "ARROW1") throw InputError(name_, "the Arrow IPC file format", "the streaming format");
  pool_ = std::make_unique<LimitedPool>(std::max(kLeast, 32 * static_cast<int64_t>(bytes.size())));
  arrow::ipc::IpcReadOptions options;
  options.memory_pool = pool_.get();
  options.use_threads = false;
  options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  const auto input = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(bytes));
  const auto reader = arrow::ipc::RecordBatchStreamReader::Open(input, options);
  if (!reader.ok()) RefuseStream(name_, reader.status());
  RequirePlainTypes(*(*reader)->schema(), name_);
  auto batches = (*reader)->ToRecordBatches();
  if (!batches.ok()) RefuseStream(name_, batches.status());
  RequireEndOfStream(bytes, name_);
  batches_ = std::move(*batches);
  for (const auto& batch : batches_) {
    if (const arrow::Status valid = batch->ValidateFull(); !valid.ok()) RefuseStream(name_, valid);
  }
  columns_ = (*reader)->schema()->field_names();
}

ArrowTable::~ArrowTable() = default;

bool ArrowTable::Has(const std::string& column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

void ArrowTable::Require(const std::vector<std::string>& wanted) const {
  for (const std::string& column : wanted) {
    if (!Has(column)) throw UnknownName(name_, "column", column, columns_);
  }
}

void ArrowTable::ForEachRow(const std::function<void(const ArrowCell& row, int64_t number)>& use) const {
  int64_t number = 0;
  for (const auto& batch : batches_) {
    const auto rows = batch->ToStructArray();
    if (!rows.ok()) RefuseStream(name_, rows.status());
    for (int64_t position = 0; position < batch->num_rows(); ++position, ++number) {
      const std::string where = name_ + ": row " + std::to_string(number);
      use({ScalarAt(**rows, position, where), where}, number);
    }
  }
}

void ArrowCell::Refuse(const std::string& wanted) const {
  throw InputError(where_, "found " + (value_->is_valid ? value_->type->ToString() : "null"), wanted);
}

bool ArrowCell::IsText() const { return value_->is_valid && arrow::is_string(value_->type->id()); }

bool ArrowCell::IsInteger() const { return value_->is_valid && arrow::is_signed_integer(value_->type->id()); }

bool ArrowCell::IsStruct() const { return value_->is_valid && value_->type->id() == arrow::Type::STRUCT; }

std::string ArrowCell::Text() const {
  if (!IsText()) Refuse("a string");
  return std::string(static_cast<const arrow::BaseBinaryScalar&>(*value_).view());
}

int64_t ArrowCell::Integer() const {
  if (!IsInteger()) Refuse("an integer");
  return std::stoll(value_->ToString());
}

std::vector<ArrowCell> ArrowCell::Elements() const {
  const auto* list = dynamic_cast<const arrow::BaseListScalar*>(value_.get());
  if (list == nullptr || !list->is_valid) Refuse("a list");
  std::vector<ArrowCell> elements;
  for (int64_t i = 0; i < list->value->length(); ++i) elements.emplace_back(ScalarAt(*list->value, i, where_), where_);
  return elements;
}

ArrowCell ArrowCell::Field(const std::string& name) const {
  const std::string wanted = "a struct with '" + name + "'";
  if (!IsStruct()) Refuse(wanted);
  auto field = static_cast<const arrow::StructScalar&>(*value_).field(name);
  if (!field.ok()) Refuse(wanted);
  return {std::move(*field), where_ + ": " + name};
}

}  // namespace suite
