// Tables in the Arrow IPC streaming format, as Hugging Face `datasets` writes them, read with Arrow C++ and checked
// whole: a damaged or hostile file is an InputError, never a crash. And plain access to the nested cells we need.
//
//   const ArrowTable table(bytes, "train/data-00000-of-00001.arrow");
//   table.ForEachRow([](const ArrowRow& row) {
//     for (const ArrowCell& title : row.Cell("seen_titles").Elements()) Use(title.Text());
//   });
//
// `bytes` must outlive the table, and the table its rows and cells: nothing is copied.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace arrow {
class RecordBatch;
struct Scalar;
}  // namespace arrow

namespace suite {

class ArrowRow;

class ArrowTable {
 public:
  // `name` stands for the file in errors. Throws InputError when the stream is cut off, holds no valid table, has a
  // column (used or not) of views, unions or runs, or would take more memory than 64 MiB or 32 times its size,
  // whichever is more (compressed buffers may claim any size).
  ArrowTable(std::string_view bytes, std::string name);
  ~ArrowTable();
  ArrowTable(const ArrowTable&) = delete;
  ArrowTable& operator=(const ArrowTable&) = delete;

  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }
  bool Has(const std::string& column) const;
  void ForEachRow(const std::function<void(const ArrowRow&)>& use) const;

 private:
  class LimitedPool;
  std::string name_;
  std::vector<std::string> columns_;
  std::unique_ptr<LimitedPool> pool_;  // outlives the batches
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
};

// One value, of type string, integer, list or struct. The readers throw InputError, naming file, row and column, when
// it is null or of another type.
class ArrowCell {
 public:
  ArrowCell(std::shared_ptr<arrow::Scalar> value, const ArrowRow& row, std::string column);

  bool IsText() const;
  bool IsInteger() const;
  bool IsStruct() const;

  std::string Text() const;  // UTF-8
  int64_t Integer() const;
  std::vector<ArrowCell> Elements() const;         // of a list
  ArrowCell Field(const std::string& name) const;  // of a struct

  // "train/data-00000-of-00001.arrow: row 17: prompt.role", for errors.
  std::string where() const;

 private:
  [[noreturn]] void Refuse(const std::string& wanted) const;

  std::shared_ptr<arrow::Scalar> value_;
  const ArrowRow* row_;
  std::string column_;
};

class ArrowRow {
 public:
  ArrowRow(const ArrowTable& table, const arrow::RecordBatch& batch, int64_t position, int64_t number)
      : table_(table), batch_(batch), position_(position), number_(number) {}

  // Throws InputError listing the columns when there is none of this name.
  ArrowCell Cell(const std::string& column) const;

  int64_t number() const { return number_; }  // in the file, from 0
  std::string where() const { return table_.name() + ": row " + std::to_string(number_); }

 private:
  const ArrowTable& table_;
  const arrow::RecordBatch& batch_;
  int64_t position_, number_;
};

}  // namespace suite
