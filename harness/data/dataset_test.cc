#include "harness/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hdf5.h>
#include <set>

#include <filesystem>
#include <utility>

#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

DataConfig SmallData() {
  DataConfig config;
  config.train = 60;
  config.validation = 5;
  config.test = 5;
  return config;
}

TEST(Dataset, HashTellsDataApart) {
  DataConfig other = SmallData();
  other.world_seed = 1;
  const Dataset a = LoadDataset(SmallData());
  EXPECT_EQ(a.hash, LoadDataset(SmallData()).hash);
  EXPECT_NE(a.hash, LoadDataset(other).hash);
  EXPECT_EQ(a.train.size(), 60u);
  EXPECT_EQ(a.test[3].id, "test/3");
}

TEST(Dataset, WritesTheMiniatureInEveryForm) {
  const Dataset films = LoadDataset(SmallData());
  EXPECT_TRUE(films.item_tokens.empty());
  for (const std::string form : {"title", "id", "codes"}) {
    DataConfig config = SmallData();
    config.item_form = form;
    config.codes = "kmeans";
    const Dataset dataset = LoadDataset(config);
    EXPECT_EQ(ItemFormName(dataset.catalog.form()), form);
    EXPECT_EQ(dataset.catalog.size(), 200) << form;
    EXPECT_NE(dataset.hash, films.hash) << form;
    EXPECT_EQ(dataset.catalog.Details(7).name, films.catalog.item(7)) << form;
    EXPECT_EQ(dataset.item_tokens.empty(), form == "title");
    EXPECT_EQ(dataset.item_token_vectors.size(), form == "codes" ? dataset.item_tokens.size() : 0u);
    // What a user likes stands in the prompt, in the same form.
    const Conversation& conversation = dataset.train[0];
    EXPECT_NE(conversation.turns[0].text.find(FormatItem(conversation.liked[0])), std::string::npos) << form;
    EXPECT_EQ(conversation.ground_truth.size(), films.train[0].ground_truth.size()) << form;
  }
}

TEST(Dataset, AsksForTheFormOfItsItems) {
  EXPECT_EQ(ListInstruction(3),
            "Recommend 3 films to the seeker, the best first, none that was mentioned already. Write exactly 3 lines, "
            "each one film as Title (Year), and nothing else.");
  EXPECT_EQ(ListInstruction(3, ItemForm::kCodes),
            "Recommend 3 items to the seeker, the best first, none that was mentioned already. Write exactly 3 lines, "
            "each the codes of one item, and nothing else.");
  EXPECT_EQ(ListInstruction(3, ItemForm::kTitle, /*may_repeat=*/true),
            "Recommend 3 items to the seeker, the best first. Write exactly 3 lines, each the title of one item, and "
            "nothing else.");
}

// What users took, and vectors of the items in which two and two lie together.
std::string Sequences() {
  const std::string folder = ::testing::TempDir() + "dataset_test";
  std::filesystem::create_directories(folder);
  WriteFileAtomically(folder + "/S.inter.json", R"({"u": [0, 1, 2, 3], "v": [3, 2, 1], "w": [1, 2, 0, 3, 1]})");
  const std::string path = folder + "/vectors.h5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  for (const char* group : {"items", "conversations"}) H5Gclose(H5Gcreate2(file, group, 0, 0, 0));
  const auto write = [&](const char* name, std::vector<hsize_t> shape, hid_t type, hid_t memory, const void* values) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t dataset = H5Dcreate2(file, name, type, space, 0, 0, 0);
    H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, 0, values);
    H5Dclose(dataset);
    H5Sclose(space);
  };
  const hid_t letter = H5Tcopy(H5T_C_S1);
  const std::vector<float> vectors = {1, 0, 0, 1, 1, .1f, .1f, 1};
  const std::vector<int> years = {0, 0, 0, 0};
  write("items/title", {4}, letter, letter, "0123");
  write("items/year", {4}, H5T_NATIVE_INT, H5T_NATIVE_INT, years.data());
  write("items/vectors", {4, 2}, H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, vectors.data());
  write("conversations/id", {1}, letter, letter, "x");
  write("conversations/vectors", {1, 2}, H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, vectors.data());
  H5Tclose(letter);
  H5Fclose(file);
  return folder;
}

TEST(Dataset, MakesCodesOfVectorsThatAreOnFile) {
  RunConfig config;
  config.data.source = "sequences";
  config.data.path = Sequences();
  config.data.item_form = "codes";
  config.data.codes = "kmeans";
  config.data.code_levels = 1;
  config.data.code_size = 4;
  config.data.collision_rule = "share";
  config.embedder.kind = "vectors";
  config.embedder.path = config.data.path + "/vectors.h5";
  const Dataset dataset = LoadDataset(config);
  EXPECT_EQ(dataset.catalog.size(), 4);
  EXPECT_EQ(dataset.item_token_vectors.size(), 4u);
  EXPECT_EQ(dataset.item_token_vectors[0].size(), 2u);
  EXPECT_EQ(dataset.hash, LoadDataset(config).hash);
  EXPECT_TRUE(dataset.may_repeat);
  EXPECT_EQ(dataset.instruction.find("mentioned"), std::string::npos);
  EXPECT_EQ(dataset.test.size(), 3u);
  EXPECT_THAT(dataset.provenance, ::testing::Contains(std::make_pair("rule.item_form", "codes")));
  EXPECT_THAT(ErrorOf([&] { LoadDataset(config.data); }),
              ::testing::HasSubstr("data.codes: kmeans: there are no vectors"));
}

TEST(Dataset, NumbersTheTokensOfIds) {
  DataConfig config = SmallData();
  config.item_form = "id";
  const Dataset dataset = LoadDataset(config);
  ASSERT_EQ(dataset.item_tokens.size(), 280u) << "those that are not in the catalogue stand in web lists too";
  EXPECT_EQ(dataset.item_tokens[279], "<item_279>");
  EXPECT_EQ(dataset.catalog.item(199), (Item{"<item_199>", kNoYear}));
}

TEST(Dataset, SetsWholeUsersApartForRl) {
  DataConfig config;
  config.source = "sequences";
  config.path = "datasets/examples/purchases";
  config.item_form = "id";
  config.training_positions = "every";
  const Dataset together = LoadDataset(config);
  EXPECT_EQ(&together.ForRl(), &together.train);
  config.rl_share = .25;
  const Dataset apart = LoadDataset(config);
  EXPECT_EQ(&apart.ForRl(), &apart.rl_train);
  EXPECT_EQ(apart.train.size() + apart.rl_train.size(), together.train.size());
  std::set<size_t> users_of_stages, users_of_rl;
  for (const Conversation& one : apart.train) users_of_stages.insert(apart.training_sequence_of.at(one.id));
  for (const Conversation& one : apart.rl_train) users_of_rl.insert(apart.training_sequence_of.at(one.id));
  EXPECT_EQ(users_of_stages.size() + users_of_rl.size(), 120u) << "nobody is on both sides";
  EXPECT_NEAR(static_cast<double>(users_of_rl.size()), 30, 15);
  EXPECT_EQ(apart.training_sequences, together.training_sequences) << "what is counted stays";
  EXPECT_NE(apart.hash, together.hash);
  config.rl_share = 1e-9;
  EXPECT_THAT(ErrorOf([&] { LoadDataset(config); }), ::testing::HasSubstr("leaves no conversation for RL"));
}

}  // namespace
}  // namespace suite
