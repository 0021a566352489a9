// Tables in the Arrow IPC streaming format, as Hugging Face `datasets` writes them, read with Arrow C++ and checked
// whole: a damaged or hostile file is an InputError, never a crash. And plain access to the nested cells we need.
//
//   const ArrowTable table(bytes, "train/data-00000-of-00001.arrow");
//   table.ForEachRow([](const ArrowCell& row, int64_t number) {
//     for (const ArrowCell& title : row.Field("seen_titles").Elements()) Use(title.Text());
//   });
//
// `bytes` must outlive the table, and the table its cells: nothing is copied.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arrow {
class RecordBatch;
struct Scalar;
}  // namespace arrow

namespace suite {

// One value, of type string, integer, list or struct; a row is a struct of its columns. The readers throw InputError,
// naming file, row and column, when it is null or of another type.
class ArrowCell {
 public:
  ArrowCell(std::shared_ptr<arrow::Scalar> value, std::string where)
      : value_(std::move(value)), where_(std::move(where)) {}

  bool IsText() const;
  bool IsInteger() const;
  bool IsStruct() const;

  std::string Text() const;  // UTF-8
  int64_t Integer() const;
  std::vector<ArrowCell> Elements() const;         // of a list
  ArrowCell Field(const std::string& name) const;  // of a struct

  // "train/data-00000-of-00001.arrow: row 17: prompt: role", for errors.
  const std::string& where() const { return where_; }

 private:
  [[noreturn]] void Refuse(const std::string& wanted) const;

  std::shared_ptr<arrow::Scalar> value_;
  std::string where_;
};

class ArrowTable {
 public:
  // `name` stands for the file in errors. Throws InputError when the stream is cut off, holds no valid table, has a
  // column (used or not) of views, unions or runs, or would take more memory than 64 MiB or 32 times its size,
  // whichever is more (compressed buffers may claim any size).
  ArrowTable(std::string_view bytes, std::string name);
  ~ArrowTable();
  ArrowTable(const ArrowTable&) = delete;
  ArrowTable& operator=(const ArrowTable&) = delete;

  const std::vector<std::string>& columns() const { return columns_; }
  bool Has(const std::string& column) const;
  // Throws InputError listing the columns when one of `wanted` is missing.
  void Require(const std::vector<std::string>& wanted) const;
  // `number`: in the file, from 0.
  void ForEachRow(const std::function<void(const ArrowCell& row, int64_t number)>& use) const;

 private:
  class LimitedPool;
  std::string name_;
  std::vector<std::string> columns_;
  std::unique_ptr<LimitedPool> pool_;  // outlives the batches
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
};

}  // namespace suite
