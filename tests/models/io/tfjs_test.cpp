// Checkpoints of TensorFlow.js: read as they are written, quantised or not, and refused when broken.
#include "models/io/tfjs.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

using namespace continuo::io;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("continuo-tfjs-" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
  }
  fs::path path;
};

std::string fault(const fs::path& folder) {
  try {
    (void)read_tfjs(folder);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("What is written is read; more than a shard is cut") {
  const Folder folder;
  Tfjs checkpoint;
  checkpoint.config = R"({"type":"MusicRNN"})";
  checkpoint.weights["a/kernel"] = {{3, 2}, {1, 2, 3, 4, 5, -6.5f}};
  checkpoint.weights["b"] = {{1'200'000}, std::vector<float>(1'200'000, 0.25f)};
  write_tfjs(folder.path, checkpoint);
  CHECK(fs::file_size(folder.path / "group1-shard1of2") == 4u << 20);
  const Tfjs read = read_tfjs(folder.path);
  CHECK(read.config == checkpoint.config);
  REQUIRE(read.weights.size() == 2);
  CHECK(read.floats("a/kernel", {3, 2}) == checkpoint.weights["a/kernel"].values);
  CHECK(read.floats("b", {1'200'000}).back() == 0.25f);
  CHECK_THROWS_WITH(read.floats("c", {1}), Catch::Contains("no weights \"c\""));
  CHECK_THROWS_WITH(read.floats("a/kernel", {2, 3}), Catch::Contains("[3,2]") && Catch::Contains("[2,3]"));

  fs::resize_file(folder.path / "group1-shard2of2", 100);
  CHECK_THAT(fault(folder.path), Catch::Contains("the shards end before it"));
  fs::remove(folder.path / "group1-shard2of2");
  CHECK_THAT(fault(folder.path), Catch::Contains("group1-shard2of2") && Catch::Contains("no such file"));
}

TEST_CASE("Bytes, words and halves stand for what their scale says") {
  const Folder folder;
  folder.write("config.json", "{}");
  folder.write("weights_manifest.json",
               R"([{"paths":["s"],"weights":[
    {"name":"byte","shape":[3],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}},
    {"name":"word","shape":[2],"dtype":"float32","quantization":{"dtype":"uint16","scale":0.001,"min":2}},
    {"name":"half","shape":[2],"dtype":"float32","quantization":{"dtype":"float16"}}]}])");
  folder.write("s", std::string("\x00\x02\xff\x01\x00\xe8\x03\x00\x3c\x00\xc0", 11));
  const Tfjs read = read_tfjs(folder.path);
  CHECK(read.floats("byte", {3}) == std::vector<float>{-1, 0, 126.5f});
  CHECK(read.floats("word", {2}) == std::vector<float>{2.001f, 3});
  CHECK(read.floats("half", {2}) == std::vector<float>{1, -2});
  folder.write("s", std::string(12, '\0'));
  CHECK_THAT(fault(folder.path), Catch::Contains("12 bytes") && Catch::Contains("11"));
}

TEST_CASE("Manifests that are broken say where") {
  const Folder folder;
  CHECK_THAT(fault(folder.path), Catch::Contains("config.json"));
  folder.write("config.json", "{}");
  folder.write("s", std::string(8, '\0'));
  const auto with = [&](const std::string& weight) {
    folder.write("weights_manifest.json", R"([{"paths":["s"],"weights":[)" + weight + "]}]");
    return fault(folder.path);
  };
  CHECK(with(R"({"name":"a","shape":[2],"dtype":"float32"})").empty());
  CHECK_THAT(with(R"({"name":"a","shape":[2],"dtype":"string"})"),
             Catch::Contains("\"a\"") && Catch::Contains("float32"));
  CHECK_THAT(with(R"({"name":"a","shape":[-2],"dtype":"float32"})"), Catch::Contains("[-2]"));
  CHECK_THAT(with(R"({"name":"a","shape":[4000000000,4000000000],"dtype":"float32"})"),
             Catch::Contains("shape"));
  CHECK_THAT(with(R"({"name":"a","shape":[8],"dtype":"float32","quantization":{"dtype":"uint8"}})"),
             Catch::Contains("scale"));
  CHECK_THAT(with(R"({"name":"a","shape":[1],"dtype":"float32"},{"name":"a","shape":[1],"dtype":"float32"})"),
             Catch::Contains("twice"));
  folder.write("s", std::string("\0\0\xc0\x7f\0\0\0\0", 8));
  CHECK_THAT(with(R"({"name":"a","shape":[2],"dtype":"float32"})"), Catch::Contains("not finite"));
  folder.write("weights_manifest.json", R"([{"paths":["../s"],"weights":[]}])");
  CHECK_THAT(fault(folder.path), Catch::Contains("within the folder"));
  folder.write("weights_manifest.json", "[");
  CHECK_THAT(fault(folder.path), Catch::Contains("weights_manifest.json"));
}
