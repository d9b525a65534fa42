// Notes as events beside what @magenta/music made of them.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "models/musicrnn/events/notes.h"

using namespace continuo::musicrnn;

namespace {

constexpr auto kJs = Compatibility::kMagentaJs;

std::vector<int> ours(const std::string& kind, const std::vector<Note>& notes, int steps) {
  std::vector<int> out;
  if (kind == "roll") {
    for (const auto row : drum_roll(notes, steps, kJs)) out.push_back(row);
  } else if (kind == "performance") {
    for (const Event& e : performance_events(notes, steps, 32, 5, kJs)) out.push_back(e.code);
  } else {
    const Representation r(preset(kind == "melody" ? "basic" : "drums"));
    const auto events = kind == "melody" ? melody_events(notes, steps, kJs) : drum_events(notes, steps, kJs);
    for (const Event& e : events) out.push_back(r.class_of(e));
  }
  return out;
}

}  // namespace

TEST_CASE("random notes become the events that Magenta.js makes of them", "[musicrnn]") {
  std::ifstream file("tests/models/musicrnn/events/magenta_js.txt");
  REQUIRE(file);
  std::map<std::string, int> tried;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    INFO(line);
    std::istringstream fields(line);
    std::string kind;
    int steps = 0, count = 0;
    fields >> kind >> steps >> count;
    std::vector<Note> notes(static_cast<std::size_t>(count));
    for (Note& n : notes) fields >> n.step >> n.steps >> n.pitch >> n.velocity;
    std::vector<int> expected;
    for (int v = 0; fields >> v;) expected.push_back(v);
    CHECK(ours(kind, notes, steps) == expected);
    ++tried[kind];
  }
  CHECK(tried.size() == 4);
  for (const auto& [kind, times] : tried) CHECK(times == 8);
}
