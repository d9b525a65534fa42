// OSC address patterns, among them the ones that liblo 0.31 gets wrong.
#include "engine/osc/pattern.h"

#include <catch2/catch.hpp>
#include <string>

using namespace continuo::osc;

namespace {

struct Row {
  const char* pattern;
  const char* address;
  bool matches;
};

}  // namespace

TEST_CASE("patterns match as OSC 1.0 and 1.1 say") {
  const Row rows[] = {
      {"/a", "/a", true},
      {"/a", "/A", false},
      {"/a/", "/a", true},
      {"/a", "/ab", false},
      {"/a/b", "/a", false},
      {"/?", "/a", true},
      {"/?", "/ab", false},
      {"/a?c", "/abc", true},
      {"/*", "/anything", true},
      {"/a*", "/a", true},
      {"/a*c", "/abbbc", true},
      {"/a*c", "/abbb", false},
      {"/*a*b*", "/xxaxxbxx", true},
      {"/[abc]", "/b", true},
      {"/[abc]", "/d", false},
      {"/[a-f]x", "/cx", true},
      {"/[f-a]x", "/cx", true},  // "the range of characters between the two"
      {"/[!a-f]x", "/gx", true},
      {"/[!a-f]x", "/cx", false},
      {"/[0-9][0-9]", "/42", true},
      {"/[a!]", "/!", true},  // '!' only negates in front
      {"/[-a]", "/-", true},
      {"/[]", "/a", false},
      {"/[!]", "/a", true},
      {"/[a?]", "/?", true},  // no wildcard within brackets
      {"/{gain,pan}", "/pan", true},
      {"/{gain,pan}", "/mute", false},
      {"/{a,ab}c", "/abc", true},  // prefixes of each other
      {"/{ab,a}bc", "/abc", true},
      {"/p{,an}", "/p", true},
      {"/{}x", "/x", true},
      {"/part/{1,2}/g*", "/part/2/gain", true},
      {"/part/[1-4]/gain", "/part/5/gain", false},
      {"/x{a[,}]b,c}", "/xa,b", true},  // commas and braces within brackets are literal
      // Faults of liblo 0.31 (osc.md 3.2).
      {"/voice/*", "/voice/1/gain", false},
      {"/*", "/voice/1", false},
      {"/a?b", "/a/b", false},
      {"/a[!x]b", "/a/b", false},
      {"/[a-]", "/a", true},
      {"/[a-]", "/-", true},
      {"/{,pan}", "/pan", true},
      {"/a{,pan}", "/a", true},
      // OSC 1.1: any number of parts.
      {"//gain", "/gain", true},
      {"//gain", "/part/1/gain", true},
      {"//gain", "/part/1/gain/norm", false},
      {"/part//norm", "/part/1/gain/norm", true},
      {"/part//norm", "/part/norm", true},
      {"/part//norm", "/master/gain/norm", false},
      {"//part//norm", "/a/part/b/c/norm", true},
      {"/part//", "/part/1/gain", true},
      {"/part//", "/part", true},
      {"//", "/a/b", true},
      {"//g*", "/part/1/gain", true},
      // Malformed ones match nothing.
      {"/[abc", "/a", false},
      {"/{a,b", "/a", false},
      {"/a]", "/a]", false},
      {"/a}", "/a}", false},
      {"/{a,{b}}", "/b", false},
      {"/{a/b}", "/a", false},
      {"a", "/a", false},
      {"", "/a", false},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " on " << row.address);
    CHECK(match_address(row.pattern, row.address) == row.matches);
  }
}

TEST_CASE("a fault in a pattern is named") {
  CHECK(pattern_fault("/a/*/b") == nullptr);
  CHECK(std::string(pattern_fault("/[a")) == "'[' without ']'");
  CHECK(std::string(pattern_fault("/a]")) == "']' without '['");
  CHECK(std::string(pattern_fault("/{a")) == "'{' without '}'");
  CHECK(std::string(pattern_fault("/a}")) == "'}' without '{'");
  CHECK(std::string(pattern_fault("/{a,{b}}")) == "'{' within '{'");
  CHECK(std::string(pattern_fault("a")) == "an address begins with '/'");
  CHECK(std::string(pattern_fault("/*" + std::string(300, 'a'))) ==
        "a part with wildcards is longer than 255 bytes");
  std::string many;
  for (int i = 0; i < 64; ++i) many += "/*";
  CHECK(std::string(pattern_fault(many)) == "more than 63 parts");
}

TEST_CASE("what is a pattern and what is not") {
  CHECK_FALSE(is_pattern("/part/1/gain"));
  CHECK_FALSE(is_pattern("/part/1/"));
  for (const char* p : {"/?", "/*", "/[a]", "/{a}", "//a", "/a//b"}) CHECK(is_pattern(p));
}

TEST_CASE("the longest pattern of stars ends at once") {
  std::string pattern = "/";
  while (pattern.size() < kMaxPatternPart) pattern += "*a";
  pattern.resize(kMaxPatternPart);
  const std::string name = "/" + std::string(5000, 'a') + "b";
  CHECK_FALSE(match_address(pattern, name));  // backtracking would take longer than the universe
  const std::string braces =
      "/{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}{,a}b";
  CHECK_FALSE(match_address(braces, "/" + std::string(20, 'a')));
}
