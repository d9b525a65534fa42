// The address table against a plain map, and its patterns.
#include "engine/osc/address_table.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "engine/osc/pattern.h"

using namespace continuo::osc;

namespace {

std::vector<std::string> matched(const AddressTable& table, std::string_view pattern) {
  std::vector<std::string> out;
  table.match(pattern, [&](std::uint32_t, std::string_view address) { out.emplace_back(address); });
  return out;
}

AddressTable mixer() {
  AddressTable table;
  std::uint32_t handle = 0;
  for (int part = 1; part <= 12; ++part) {
    for (const char* name : {"/gain", "/gain/norm", "/gain/text", "/pan", "/pan/norm"}) {
      table.insert("/part/" + std::to_string(part) + name, handle++);
    }
  }
  table.insert("/master/gain", handle++);
  return table;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("literal addresses are found, others are not") {
  const AddressTable table = mixer();
  CHECK(table.size() == 61);
  CHECK(table.find("/part/1/gain") == 0);
  CHECK(table.find("/part/1/gain/norm") == 1);
  CHECK(table.find("/part/1/gain/") == 0);
  CHECK(table.find("/part/1/gain//") == AddressTable::kNone);
  CHECK(table.find("/part/1") == AddressTable::kNone);
  CHECK(table.find("/part/13/gain") == AddressTable::kNone);
  CHECK(table.find("/Part/1/gain") == AddressTable::kNone);
  CHECK(table.find("") == AddressTable::kNone);
  CHECK(table.find("/") == AddressTable::kNone);
  CHECK(table.find(std::string(60000, '/')) == AddressTable::kNone);
}

TEST_CASE("patterns walk the tree, in natural order, each address once") {
  const AddressTable table = mixer();
  CHECK(matched(table, "/part/{2,10,1}/pan") == Names{"/part/1/pan", "/part/2/pan", "/part/10/pan"});
  CHECK(matched(table, "/part/*").empty());
  CHECK(matched(table, "/*/gain") == Names{"/master/gain"});
  CHECK(matched(table, "/part/3/gain") == Names{"/part/3/gain"});
  CHECK(matched(table, "/part/1[01]/gain/norm") == Names{"/part/10/gain/norm", "/part/11/gain/norm"});
  CHECK(matched(table, "//gain").size() == 13);
  CHECK(matched(table, "//norm").size() == 24);
  CHECK(matched(table, "//part//norm").size() == 24);  // several ways lead there, once counted
  CHECK(matched(table, "/part/2//") ==
        Names{"/part/2/gain", "/part/2/gain/norm", "/part/2/gain/text", "/part/2/pan", "/part/2/pan/norm"});
  CHECK(matched(table, "//").size() == 61);
  CHECK(matched(table, "/part/[1/gain").empty());
}

TEST_CASE("children are listed for OSCQuery") {
  const AddressTable table = mixer();
  Names names;
  CHECK(table.children("/", names));
  CHECK(names == Names{"master", "part"});
  CHECK(table.children("/part", names));
  CHECK(names == Names{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"});
  CHECK(table.children("/part/1/gain/norm", names));
  CHECK(names.empty());
  CHECK_FALSE(table.children("/nowhere", names));
  std::size_t below = 0;
  CHECK(table.below("/part/7", [&](std::uint32_t, std::string_view) { ++below; }) == 5);
  CHECK(below == 5);
  CHECK(table.below("", [](std::uint32_t, std::string_view) {}) == 61);
}

TEST_CASE("parts come and go") {
  AddressTable table = mixer();
  CHECK(table.erase("/part/1/gain"));
  CHECK_FALSE(table.erase("/part/1/gain"));
  CHECK_FALSE(table.erase("/part/1"));
  CHECK(table.find("/part/1/gain/norm") == 1);
  CHECK(table.erase_tree("/part/1") == 4);
  CHECK(table.erase_tree("/part/1") == 0);
  Names names;
  CHECK_FALSE(table.children("/part/1", names));
  table.insert("/part/1/gain", 1000);
  CHECK(table.find("/part/1/gain") == 1000);
  CHECK(table.erase_tree("/") == 57);
  CHECK(table.size() == 0);
  CHECK(table.children("/", names));
  CHECK(names.empty());
}

TEST_CASE("addresses that OSC forbids are refused with the reason") {
  AddressTable table;
  for (const char* bad : {"", "/", "gain", "/a//b", "/a/", "/a b", "/a*", "/a,b", "/{a}", "/#a"}) {
    INFO(bad);
    CHECK_THROWS_AS(table.insert(bad, 1), std::invalid_argument);
  }
  table.insert("/a", 1);
  CHECK_THROWS_WITH(table.insert("/a", 2), "OSC address '/a': is taken");
  CHECK_THROWS_AS(table.insert("/b", AddressTable::kNone), std::invalid_argument);
}

TEST_CASE("random insertions and removals agree with a map") {
  std::mt19937 random(3);
  AddressTable table;
  std::map<std::string, std::uint32_t> model;
  for (int round = 0; round < 20000; ++round) {
    std::string address;
    for (unsigned i = 1 + random() % 3; i > 0; --i) address.append("/").append(std::to_string(random() % 8));
    const unsigned what = random() % 10;
    if (what < 5) {
      if (model.emplace(address, round).second) table.insert(address, static_cast<std::uint32_t>(round));
    } else if (what < 9) {
      CHECK(table.erase(address) == (model.erase(address) == 1));
    } else {
      std::size_t gone = std::erase_if(model, [&](const auto& each) {
        return each.first == address || each.first.starts_with(address + "/");
      });
      CHECK(table.erase_tree(address) == gone);
    }
    REQUIRE(table.size() == model.size());
    if (round % 50 != 0) continue;
    for (const auto& [key, handle] : model) CHECK(table.find(key) == handle);
    for (const char* pattern : {"/*", "/*/[1-4]", "/{1,7}//", "//3", "/?/?/?", "//2//5"}) {
      std::size_t expected = 0;
      for (const auto& each : model) expected += match_address(pattern, each.first);
      CHECK(matched(table, pattern).size() == expected);
    }
  }
}
