// Safetensors: what is written is read back, and each kind of damage is refused with its own reason.
#include "models/io/safetensors.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>

using namespace continuo::io;
using Catch::Matchers::Contains;

namespace {

std::vector<std::byte> file_with(const std::string& header, std::size_t data_bytes,
                                 std::uint64_t header_bytes = ~0ull) {
  std::vector<std::byte> bytes(8 + header.size() + data_bytes);
  const std::uint64_t length = header_bytes == ~0ull ? header.size() : header_bytes;
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

std::string refusal(std::vector<std::byte> bytes) {
  try {
    Safetensors::parse("m.safetensors", std::move(bytes));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<std::byte> small_file() {
  SafetensorsWriter writer;
  writer.set_metadata("config", "{\"kind\":\"ddsp\"}");
  writer.add_f32("a", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  writer.add_f16("b", {3}, std::vector<float>{0.5f, -0.25f, 65504});
  writer.add_f32("c", {}, std::vector<float>{7});
  writer.add_f32("d", {0, 4}, std::vector<float>{});
  return writer.bytes();
}

}  // namespace

TEST_CASE("what is written is read back") {
  const auto file = Safetensors::parse("m.safetensors", small_file());
  CHECK(file.metadata().at("config") == "{\"kind\":\"ddsp\"}");
  CHECK(file.tensors().size() == 4);
  CHECK(file.floats("a", {2, 3}) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(file.floats("b", {3}) == std::vector<float>{0.5f, -0.25f, 65504});
  CHECK(file.vector("b").size() == 3);
  CHECK(file.floats("c", {}) == std::vector<float>{7});
  CHECK(file.floats("d", {0, 4}).empty());
  CHECK(file.find("e") == nullptr);
}

TEST_CASE("a file on disk is written whole and read whole") {
  const auto path =
      (std::filesystem::temp_directory_path() / "continuo_safetensors_test.safetensors").string();
  SafetensorsWriter writer;
  writer.add_f32("x", {3}, std::vector<float>{1, 2, 3});
  writer.write(path);
  writer.add_f32("y", {1}, std::vector<float>{4});
  writer.write(path);  // replaces
  CHECK(Safetensors::read(path).floats("y", {1}) == std::vector<float>{4});
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(Safetensors::read(path), Contains("cannot be read"));
  CHECK_THROWS_WITH(Safetensors::read(std::filesystem::temp_directory_path().string()),
                    Contains("cannot be"));
  CHECK_THROWS_WITH(writer.write("/nowhere/at/all.safetensors"), Contains("could not be written"));
}

TEST_CASE("the writer refuses what could not be read") {
  SafetensorsWriter writer;
  const std::vector<float> two{1, 2};
  writer.add_f32("x", {2}, two);
  CHECK_THROWS_WITH(writer.add_f32("x", {2}, two), Contains("added twice"));
  CHECK_THROWS_WITH(writer.add_f32("y", {3}, two), Contains("2 values for the shape [3]"));
  CHECK_THROWS_WITH(writer.add_f32("y", {-1}, two), Contains("negative extent"));
  CHECK_THROWS_WITH(writer.add_f32("", {2}, two), Contains("not allowed"));
  CHECK_THROWS_WITH(writer.add_f32("__metadata__", {2}, two), Contains("not allowed"));
}

TEST_CASE("tensors are handed out only as what they are") {
  const auto file = Safetensors::parse("m.safetensors", small_file());
  CHECK_THROWS_WITH(file.floats("z", {2}), Contains("\"z\" is missing; it must have the shape [2]"));
  CHECK_THROWS_WITH(file.floats("a", {3, 2}),
                    Contains("\"a\" has the shape [2, 3]; the config asks for [3, 2]"));
  CHECK_THROWS_WITH(file.vector("a"), Contains("must be a vector"));
  const auto integers = Safetensors::parse(
      "m.safetensors", file_with(R"({"i":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})", 4));
  CHECK_THROWS_WITH(integers.floats("i", {1}), Contains("dtype I32") && Contains("must be F32 or F16"));
  SafetensorsWriter writer;
  writer.add_f32("x", {2}, std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()});
  CHECK_THROWS_WITH(Safetensors::parse("m.safetensors", writer.bytes()).vector("x"),
                    Contains("value 1 is not a finite number"));
}

TEST_CASE("each kind of damage has its own reason") {
  struct Damage {
    std::string header;
    std::size_t data_bytes;
    const char* reason;
  };
  const auto one = [](const std::string& entry) { return "{\"a\":" + entry + "}"; };
  const auto f32 = [&](const std::string& shape, const std::string& offsets) {
    return one("{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}");
  };
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + first +
           R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}";
  };
  const Damage table[] = {
      {" {}", 0, "must begin with '{'"},
      {"{\"a\":", 0, "not valid JSON"},
      {"{} {}", 0, "not valid JSON"},
      {"{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}", 0, "nested deeper than 64"},
      {R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{}})", 4, "the key \"a\" stands twice"},
      {R"({"__metadata__":[]})", 0, "__metadata__ must be an object"},
      {R"({"__metadata__":{"config":1}})", 0, "__metadata__ \"config\" must be a text"},
      {one("[]"), 0, "must be an object"},
      {one(R"({"shape":[1],"data_offsets":[0,4]})"), 4, "dtype is missing"},
      {one(R"({"dtype":"F32","data_offsets":[0,4]})"), 4, "shape is missing"},
      {one(R"({"dtype":"F32","shape":[1]})"), 4, "data_offsets is missing"},
      {one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":0})"), 4, "unknown key \"extra\""},
      {one(R"({"dtype":1,"shape":[1],"data_offsets":[0,4]})"), 4, "dtype must be a text"},
      {one(R"({"dtype":"F33","shape":[1],"data_offsets":[0,4]})"), 4, "unknown dtype \"F33\""},
      {f32("1", "[0,4]"), 4, "shape must be a list"},
      {f32("[-1]", "[0,4]"), 4, "every extent of the shape must be a whole number"},
      {f32("[1.5]", "[0,4]"), 4, "every extent of the shape must be a whole number"},
      {f32("[18446744073709551615]", "[0,4]"), 4, "every extent of the shape must be a whole number"},
      {f32("[4294967296,4294967296]", "[0,0]"), 0, "too large for any file"},
      {f32("[4611686018427387904,4]", "[0,0]"), 0, "too large for any file"},
      {f32("[1]", "[0]"), 4, "must be two numbers"},
      {f32("[1]", "[0,-4]"), 4, "data_offsets must be a whole number"},
      {f32("[1]", "[4,0]"), 4, "after their end"},
      {f32("[2]", "[0,4]"), 4, "needs 8 bytes, data_offsets hold 4"},
      {f32("[2]", "[0,8]"), 4, "is it cut short?"},
      {f32("[1]", "[4,8]"), 8, "may have no holes"},
      {f32("[1]", "[0,4]"), 5, "1 bytes after the last tensor"},
      {two("[0,4]", "[0,4]"), 4, "overlaps tensor"},
      {two("[0,4]", "[2,6]"), 6, "tensor \"b\": overlaps tensor \"a\""},
      {two("[0,4]", "[6,10]"), 10, "may have no holes"},
  };
  for (const auto& damage : table) {
    INFO(damage.header);
    CHECK_THAT(refusal(file_with(damage.header, damage.data_bytes)), Contains(damage.reason));
  }
  CHECK_THAT(refusal({}), Contains("8 bytes of header length come first"));
  CHECK_THAT(refusal(std::vector<std::byte>(7)), Contains("8 bytes of header length come first"));
  CHECK_THAT(refusal(file_with("{}", 0, 3)), Contains("only 2 bytes follow"));
  CHECK_THAT(refusal(file_with("{}", 0, 0)), Contains("must begin with '{'"));
  CHECK_THAT(refusal(file_with("{}", 0, 1ull << 62)), Contains("above the limit of 100000000"));
  CHECK(refusal(file_with("{}      ", 0)) == "accepted");
}

TEST_CASE("a file cut anywhere is refused") {
  const auto whole = small_file();
  int accepted = 0;
  for (std::size_t length = 0; length < whole.size(); ++length)
    accepted += refusal({whole.begin(), whole.begin() + std::ptrdiff_t(length)}) == "accepted";
  CHECK(accepted == 0);
}
