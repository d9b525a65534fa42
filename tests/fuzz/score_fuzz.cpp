// Fuzz target: the score reader takes or refuses any bytes; what it takes in text, it writes and reads back
// equal.
//   clang++ -fsanitize=fuzzer,address,undefined ... tests/fuzz/score_fuzz.cpp
#include <cstdint>
#include <cstdlib>
#include <span>

#include "engine/session/score/score.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace continuo::session;
  Score score;
  try {
    score = parse_score(std::as_bytes(std::span(data, size)));
  } catch (const ScoreError&) {
    return 0;
  }
  std::string text = "rate 48000\n";
  const ScoreEvent* previous = nullptr;
  for (const ScoreEvent& event : score.events) {
    const bool same = previous != nullptr && previous->group == event.group;
    const std::string line = score_line(event.time.frame_at(48000, score.rate), event.packet, same);
    if (line.empty()) std::abort();
    text += line;
    previous = &event;
  }
  Score again;
  try {
    again = parse_score(std::as_bytes(std::span(text.data(), text.size())));
  } catch (const ScoreError&) {
    std::abort();
  }
  if (again.events.size() != score.events.size()) std::abort();
  for (size_t i = 0; i < score.events.size(); ++i) {
    // As text: a message that came without type tags has them now.
    if (score_line(0, again.events[i].packet) != score_line(0, score.events[i].packet)) std::abort();
  }
  return 0;
}
