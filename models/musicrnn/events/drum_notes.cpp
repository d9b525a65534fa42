// Drums: the kit, and hits as sets of its nine classes.
#include <array>
#include <string_view>

#include "models/musicrnn/events/drum_kit.h"
#include "models/musicrnn/events/note_lists.h"

namespace continuo::musicrnn {

namespace {

// The class of each pitch, a row for ten of them.
constexpr int kLowest = 20;
constexpr std::string_view kJs =
    ".......114"  // 20
    "6111100111"  // 30
    "1426243557"  // 40
    "6888271778"  // 50
    "5465411322"  // 60
    "2232316523"  // 70
    "23864155";   // 80
constexpr std::string_view kPython =
    "..2...3114"  // 20
    "6111100111"  // 30
    "1424243557"  // 40
    "6878271778"  // 50
    "5465411322"  // 60
    "2232316523"  // 70
    "23864155";   // 80

constexpr int kPoisoned = -1;  // JavaScript's NaN: nothing that is added makes it a number

int as_magenta_js(int code, int drum) {
  return code == kPoisoned || drum < 0 ? kPoisoned : code + (1 << drum);
}

}  // namespace

int drum_class(int pitch, Compatibility compatibility) noexcept {
  const auto table = compatibility == Compatibility::kMagentaJs ? kJs : kPython;
  if (pitch < kLowest || pitch - kLowest >= static_cast<int>(table.size())) return -1;
  const char c = table[static_cast<std::size_t>(pitch - kLowest)];
  return c == '.' ? -1 : c - '0';
}

int drum_pitch(int drum_class) noexcept {
  constexpr std::array<int, kDrumClasses> kPitches{36, 38, 42, 46, 45, 48, 50, 49, 51};
  return kPitches[static_cast<std::size_t>(drum_class)];
}

std::vector<Event> drum_events(std::span<const Note> notes, int steps, Compatibility compatibility) {
  const bool js = compatibility == Compatibility::kMagentaJs;
  const auto sorted = in_order(notes);
  std::vector<Event> events(static_cast<std::size_t>(length(sorted, steps)), Event(0));
  for (const Note& note : sorted) {
    if (note.step >= static_cast<int>(events.size()) || (note.velocity == 0 && !js)) continue;
    auto& code = events[static_cast<std::size_t>(note.step)].code;
    const int drum = drum_class(note.pitch, compatibility);
    if (js)
      code = as_magenta_js(code, drum);
    else if (drum >= 0)
      code |= 1 << drum;
  }
  for (Event& event : events)
    if (event.code == kPoisoned) event.code = 0;
  return events;
}

std::vector<Note> drum_notes(std::span<const Event> events, int velocity) {
  std::vector<Note> notes;
  int step = 0;
  for (const Event& event : events) {
    for (int drum = 0; drum < kDrumClasses; ++drum)
      if (event.code >> drum & 1) notes.push_back({step, 1, drum_pitch(drum), velocity});
    ++step;
  }
  return notes;
}

std::vector<std::uint16_t> drum_roll(std::span<const Note> notes, int steps, Compatibility compatibility) {
  constexpr std::uint16_t kNothing = 1 << kDrumClasses;
  const bool js = compatibility == Compatibility::kMagentaJs;
  const auto sorted = in_order(notes);
  std::vector<std::uint16_t> rows(static_cast<std::size_t>(length(sorted, steps)), kNothing);
  if (js && !rows.empty()) rows.back() = 0;
  for (const Note& note : sorted) {
    const auto step = static_cast<std::size_t>(note.step);
    const int drum = drum_class(note.pitch, compatibility);
    if (step >= rows.size() || (drum < 0 && !js)) continue;
    if (js && step > 0) rows[step - 1] = static_cast<std::uint16_t>(rows[step - 1] & ~kNothing);
    if (!js) rows[step] = static_cast<std::uint16_t>(rows[step] & ~kNothing);
    if (drum >= 0) rows[step] = static_cast<std::uint16_t>(rows[step] | 1u << drum);
  }
  return rows;
}

}  // namespace continuo::musicrnn
