// continuo-schema: compiles osc_schema/*.json into tables and documentation.
//
//   continuo-schema --tables DIR FILE.json ...               writes DIR/tables.h and DIR/tables.cpp
//   continuo-schema --docs OUT.md INTRODUCTION.md FILE...     writes the documentation
//   continuo-schema --check-docs DOC.md INTRODUCTION.md FILE...  fails when the documentation is stale
#include <cstdio>
#include <fstream>
#include <iterator>

#include "osc_schema/schema.h"

namespace {

using continuo::schema::SchemaError;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw SchemaError(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw SchemaError(path.string() + ": cannot be written");
}

int compile(const std::string& mode, std::vector<std::filesystem::path> arguments) {
  const std::filesystem::path target = arguments.at(0);
  arguments.erase(arguments.begin());
  if (mode == "--tables") {
    const auto kinds = continuo::schema::read_schema(arguments);
    std::filesystem::create_directories(target);
    write_text(target / "tables.h", continuo::schema::write_header(kinds));
    write_text(target / "tables.cpp", continuo::schema::write_source(kinds));
    return 0;
  }
  const std::string introduction = read_text(arguments.at(0));
  arguments.erase(arguments.begin());
  const std::string text =
      continuo::schema::write_documentation(continuo::schema::read_schema(arguments), introduction);
  if (mode == "--docs") {
    write_text(target, text);
    return 0;
  }
  if (mode != "--check-docs") throw SchemaError("unknown mode " + mode);
  if (read_text(target) == text) return 0;
  std::fprintf(stderr, "%s is stale: build the target schema_docs and commit it\n", target.string().c_str());
  return 1;
}

}  // namespace

int main(int count, char** values) {
  if (count < 4) {
    std::fprintf(
        stderr,
        "usage: continuo-schema --tables DIR FILE... | --docs|--check-docs DOC INTRODUCTION FILE...\n");
    return 2;
  }
  try {
    return compile(values[1], {values + 2, values + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "continuo-schema: %s\n", error.what());
    return 1;
  }
}
