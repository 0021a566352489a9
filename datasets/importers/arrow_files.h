// Writes Arrow streams with Arrow C++ itself, from JSON, for the tests of this folder.
//
//   const std::string bytes = ArrowStream(RlSchema(), {R"([{"prompt": [...], ...}])"});    // one batch
#pragma once

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
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

inline void ExpectOk(const arrow::Status& status) { EXPECT_TRUE(status.ok()) << status.ToString(); }

inline void AppendJson(const nlohmann::json& value, arrow::ArrayBuilder* builder) {
  if (value.is_null()) return ExpectOk(builder->AppendNull());
  switch (builder->type()->id()) {
    case arrow::Type::STRING:
      return ExpectOk(static_cast<arrow::StringBuilder*>(builder)->Append(value.get<std::string>()));
    case arrow::Type::LARGE_STRING:
      return ExpectOk(static_cast<arrow::LargeStringBuilder*>(builder)->Append(value.get<std::string>()));
    case arrow::Type::INT64:
      return ExpectOk(static_cast<arrow::Int64Builder*>(builder)->Append(value.get<int64_t>()));
    case arrow::Type::DOUBLE:
      return ExpectOk(static_cast<arrow::DoubleBuilder*>(builder)->Append(value.get<double>()));
    case arrow::Type::LIST: {
      auto* list = static_cast<arrow::ListBuilder*>(builder);
      ExpectOk(list->Append());
      for (const nlohmann::json& element : value) AppendJson(element, list->value_builder());
      return;
    }
    case arrow::Type::STRUCT: {
      auto* structure = static_cast<arrow::StructBuilder*>(builder);
      ExpectOk(structure->Append());
      for (int i = 0; i < builder->type()->num_fields(); ++i) {
        AppendJson(value.at(builder->type()->field(i)->name()), structure->field_builder(i));
      }
      return;
    }
    default:
      FAIL() << "no builder for " << builder->type()->ToString();
  }
}

inline std::shared_ptr<arrow::RecordBatch> BatchOf(const std::shared_ptr<arrow::Schema>& schema,
                                                   const nlohmann::json& rows) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const auto& field : schema->fields()) {
    const std::unique_ptr<arrow::ArrayBuilder> builder = *arrow::MakeBuilder(field->type());
    for (const nlohmann::json& row : rows) AppendJson(row.at(field->name()), builder.get());
    columns.push_back(*builder->Finish());
  }
  return arrow::RecordBatch::Make(schema, static_cast<int64_t>(rows.size()), columns);
}

// One batch for each element of `batches`, a JSON array of rows.
inline std::string ArrowStream(const std::shared_ptr<arrow::Schema>& schema, const std::vector<std::string>& batches) {
  auto sink = *arrow::io::BufferOutputStream::Create();
  auto writer = *arrow::ipc::MakeStreamWriter(sink, schema);
  for (const std::string& rows : batches) {
    EXPECT_TRUE(writer->WriteRecordBatch(*BatchOf(schema, nlohmann::json::parse(rows))).ok());
  }
  EXPECT_TRUE(writer->Close().ok());
  return (*sink->Finish())->ToString();
}

}  // namespace suite
