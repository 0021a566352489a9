// Writes Arrow streams with Arrow C++ itself, from JSON, for the tests of this folder.
//
//   const std::string bytes = ArrowStream(RlSchema(), {R"([{"prompt": [...], ...}])"});    // one batch
#pragma once

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace suite {

using ArrowType = std::shared_ptr<arrow::DataType>;

inline ArrowType MessagesType() {
  return arrow::list(arrow::struct_({arrow::field("content", arrow::utf8()), arrow::field("role", arrow::utf8())}));
}

inline std::shared_ptr<arrow::Schema> RlSchema(ArrowType pair = arrow::list(arrow::utf8())) {
  return arrow::schema({arrow::field("prompt", MessagesType()),
                        arrow::field("groundtruth_with_release_year", arrow::list(std::move(pair))),
                        arrow::field("seen_titles", arrow::list(arrow::utf8()))});
}

// One batch for each element of `batches`, a JSON array of rows.
inline std::string ArrowStream(const std::shared_ptr<arrow::Schema>& schema, const std::vector<std::string>& batches) {
  auto sink = *arrow::io::BufferOutputStream::Create();
  auto writer = *arrow::ipc::MakeStreamWriter(sink, schema);
  for (const std::string& rows : batches) {
    const auto array = *arrow::json::ArrayFromJSONString(arrow::struct_(schema->fields()), rows);
    EXPECT_TRUE(writer->WriteRecordBatch(**arrow::RecordBatch::FromStructArray(array)).ok());
  }
  EXPECT_TRUE(writer->Close().ok());
  return (*sink->Finish())->ToString();
}

}  // namespace suite
