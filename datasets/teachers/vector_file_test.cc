#include "datasets/teachers/vector_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What a file holds; written as plainly as can be.
struct Contents {
  std::vector<std::string> titles = {"Heat", "Amélie", "Ran"};
  std::vector<int> years = {1995, 2001, 1985};
  std::vector<double> item_vectors = {3, 4, 0, -2, 1, 0};
  std::vector<std::string> ids = {"train/0", "train/1"};
  std::vector<double> conversation_vectors = {0, 5, 6, 8};
  hsize_t columns = 2;
  hsize_t conversation_columns = 2;
  bool variable_texts = false;
};

void WriteTexts(hid_t group, const char* name, const std::vector<std::string>& texts, bool variable) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const hsize_t count = texts.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  constexpr size_t kSize = 12;
  H5Tset_size(type, variable ? H5T_VARIABLE : kSize);
  if (!variable) H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  std::vector<const char*> pointers;
  std::string fixed;
  for (const std::string& text : texts) {
    pointers.push_back(text.c_str());
    fixed += text + std::string(kSize - text.size(), '\0');
  }
  H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
           variable ? static_cast<const void*>(pointers.data()) : fixed.data());
  H5Dclose(dataset);
  H5Sclose(space);
  H5Tclose(type);
}

void WriteNumbers(hid_t group, const char* name, const std::vector<hsize_t>& shape, hid_t file_type, hid_t memory_type,
                  const void* values) {
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t dataset = H5Dcreate2(group, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose(dataset);
  H5Sclose(space);
}

void Write(const std::string& path, const Contents& c) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t items = H5Gcreate2(file, "items", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t conversations = H5Gcreate2(file, "conversations", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  WriteTexts(items, "title", c.titles, c.variable_texts);
  WriteNumbers(items, "year", {c.years.size()}, H5T_STD_I16BE, H5T_NATIVE_INT, c.years.data());
  WriteNumbers(items, "vectors", {c.item_vectors.size() / c.columns, c.columns}, H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE,
               c.item_vectors.data());
  WriteTexts(conversations, "id", c.ids, c.variable_texts);
  WriteNumbers(conversations, "vectors",
               {c.conversation_vectors.size() / c.conversation_columns, c.conversation_columns}, H5T_IEEE_F64LE,
               H5T_NATIVE_DOUBLE, c.conversation_vectors.data());
  H5Gclose(items);
  H5Gclose(conversations);
  H5Fclose(file);
}

Conversation Named(const std::string& id) {
  Conversation conversation;
  conversation.id = id;
  return conversation;
}

class VectorFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.path =
        ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".h5";
  }

  std::string ErrorIn(const std::function<void()>& action) {
    std::string text = ErrorOf(action);
    const size_t path = text.find(settings_.path);
    return path == std::string::npos ? text : text.replace(path, settings_.path.size(), "FILE");
  }

  std::string ErrorWith(const std::function<void(Contents*)>& change) {
    Contents contents;
    change(&contents);
    Write(settings_.path, contents);
    return ErrorIn([&] {
      VectorFile file(settings_);
      file.Items({{"Heat", 1995}, {"Amélie", 2001}, {"Ran", 1985}});
      file.Conversations({Named("train/0"), Named("train/1")});
    });
  }

  VectorFileSettings settings_;
};

TEST_F(VectorFileTest, GivesUnitRowsInTheOrderAskedFor) {
  for (const bool variable : {false, true}) {
    Contents contents;
    contents.variable_texts = variable;
    Write(settings_.path, contents);
    VectorFile file(settings_);
    const EmbeddingRows items = file.Items({{"Ran", 1985}, {"Heat", 1995}, {"Amélie", 2001}, {"Heat", 1995}});
    EXPECT_EQ(items.dimension, 2);
    EXPECT_THAT(items.values, ElementsAre(1, 0, 0.6f, 0.8f, 0, -1, 0.6f, 0.8f));
    EXPECT_THAT(file.Conversations({Named("train/1"), Named("train/0")}).values, ElementsAre(0.6f, 0.8f, 0, 1));
    EXPECT_EQ(file.Items({}).rows(), 0);
  }
}

TEST_F(VectorFileTest, AnItemWithoutAYearStandsUnderTheYearZero) {
  Contents contents;
  contents.years[1] = 0;
  Write(settings_.path, contents);
  EXPECT_THAT(VectorFile(settings_).Items({{"Amélie", kNoYear}}).values, ElementsAre(0, -1));
}

TEST_F(VectorFileTest, RowsOfALargeFileComeFromTheirBlocks) {
  Contents contents;
  contents.ids.clear();
  contents.conversation_vectors.clear();
  constexpr int kRows = 10000;  // more than two blocks
  for (int i = 0; i < kRows; ++i) {
    contents.ids.push_back("c" + std::to_string(i));
    contents.conversation_vectors.insert(contents.conversation_vectors.end(), {1.0, static_cast<double>(i)});
  }
  Write(settings_.path, contents);
  VectorFile file(settings_);
  const std::vector<int> wanted = {9999, 0, 4095, 4096, 8191, 8192, 1, 5000, 9999};
  std::vector<Conversation> conversations;
  for (const int i : wanted) conversations.push_back(Named("c" + std::to_string(i)));
  const EmbeddingRows rows = file.Conversations(conversations);
  for (size_t k = 0; k < wanted.size(); ++k) {
    const float* row = rows.row(static_cast<int64_t>(k));
    EXPECT_FLOAT_EQ(row[1], static_cast<float>(wanted[k] / std::hypot(1.0, wanted[k]))) << wanted[k];
    EXPECT_FLOAT_EQ(row[0], static_cast<float>(1 / std::hypot(1.0, wanted[k]))) << wanted[k];
  }
}

TEST_F(VectorFileTest, OtherNamesOfDatasets) {
  Write(settings_.path, {});
  VectorFileSettings other = settings_;
  other.item_vectors = "conversations/vectors";
  EXPECT_THAT(ErrorIn([&] { VectorFile file(other); }),
              HasSubstr("FILE: items/title: 3 rows; allowed: 2, as conversations/vectors has"));
  other.item_vectors = "items/embedding";
  EXPECT_EQ(ErrorIn([&] { VectorFile file(other); }), "FILE: items/embedding: no such dataset");
}

TEST_F(VectorFileTest, WhatTheFileLacksIsNamed) {
  Write(settings_.path, {});
  VectorFile file(settings_);
  EXPECT_EQ(ErrorIn([&] {
              file.Items({{"Heat", 1996}});
            }),
            "FILE: items/title: no vector for 'Heat (1996)'; allowed: one for each that is asked for; the file has 3");
  EXPECT_THAT(ErrorIn([&] { file.Conversations({Named("test/0")}); }), HasSubstr("no vector for 'test/0'"));
}

TEST_F(VectorFileTest, BadContentsAreOneClearError) {
  EXPECT_EQ(ErrorWith([](Contents*) {}), "no error");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->titles.pop_back(); }),
            "FILE: items/title: 2 rows; allowed: 3, as items/vectors has");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->years.push_back(1); }),
            "FILE: items/year: 4 rows; allowed: 3, as items/vectors has");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->years[1] = -1; }), "FILE: items/year: -1 in row 1; allowed: 0 to 9999");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->ids.pop_back(); }),
            "FILE: conversations/id: 1 rows; allowed: 2, as conversations/vectors has");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->ids[1] = "train/0"; }),
            "FILE: conversations/id: 'train/0' stands in the rows 0 and 1; allowed: each name once");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->titles[1] = "Heat", c->years[1] = 1995; }),
            "FILE: items/title: 'Heat (1995)' stands in the rows 0 and 1; allowed: each name once");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->conversation_columns = 4; }),
            "FILE: conversations/vectors: 4 columns; allowed: 2, as items/vectors has");
  EXPECT_EQ(ErrorWith([](Contents* c) { c->item_vectors[2] = c->item_vectors[3] = 0; }),
            "FILE: items/vectors: row 1 is all zeros or not finite; allowed: finite numbers, not all 0");
  EXPECT_THAT(ErrorWith([](Contents* c) { c->conversation_vectors[3] = NAN; }),
              HasSubstr("conversations/vectors: row 1 is all zeros or not finite"));
}

TEST_F(VectorFileTest, DatasetsOfAnotherKindAreOneClearError) {
  Write(settings_.path, {});
  VectorFileSettings other = settings_;
  other.item_titles = "items/year";
  EXPECT_EQ(ErrorIn([&] { VectorFile file(other); }),
            "FILE: items/year: of another type, or of 1 dimensions; allowed: a list of texts");
  other = settings_;
  other.item_vectors = "items/year";
  EXPECT_THAT(ErrorIn([&] { VectorFile file(other); }), HasSubstr("allowed: floats [rows, dimension]"));
}

TEST_F(VectorFileTest, AFileThatIsNoHdf5IsOneClearError) {
  WriteFileAtomically(settings_.path, "text");
  EXPECT_EQ(ErrorIn([&] { VectorFile file(settings_); }), "FILE: cannot be opened as an HDF5 file");
  std::filesystem::remove(settings_.path);
  EXPECT_EQ(ErrorIn([&] { VectorFile file(settings_); }), "FILE: cannot be opened as an HDF5 file");
}

TEST_F(VectorFileTest, IdentityChangesWithTheFile) {
  Contents contents;
  Write(settings_.path, contents);
  const std::string identity = VectorFile(settings_).Identity();
  EXPECT_THAT(identity, HasSubstr("vectors sha256="));
  contents.item_vectors[0] = 2;
  Write(settings_.path, contents);
  EXPECT_NE(VectorFile(settings_).Identity(), identity);
}

}  // namespace
}  // namespace suite
