// Chord symbols as note-seq reads them: root, kind, modifications of degrees, bass.
#include "models/musicrnn/events/chord.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <stdexcept>

#include "models/musicrnn/events/chord_symbol.h"

namespace continuo::musicrnn {

namespace {

constexpr int kMostDegree = 24;

// Semitones that each scale degree is off its place in the major scale; kAbsent: the chord has it not.
using Degrees = std::array<std::int8_t, kMostDegree + 1>;
constexpr std::int8_t kAbsent = 100;

struct Kind {
  std::string_view names;  // divided by blanks; major has an empty one, too
  std::string_view degrees;
};

constexpr Kind kKinds[] = {
    {"maj M", "1 3 5"},
    {"m min -", "1 b3 5"},
    {"+ aug", "1 3 #5"},
    {"o dim", "1 b3 b5"},
    {"7", "1 3 5 b7"},
    {"maj7 M7", "1 3 5 7"},
    {"m7 min7 -7", "1 b3 5 b7"},
    {"o7 dim7", "1 b3 b5 bb7"},
    {"+7 aug7", "1 3 #5 b7"},
    {"m7b5 -7b5 /o /o7", "1 b3 b5 b7"},
    {"mmaj7 mM7 minmaj7 minM7 -maj7 -M7 m(maj7) m(M7) min(maj7) min(M7) -(maj7) -(M7)", "1 b3 5 7"},
    {"6", "1 3 5 6"},
    {"m6 min6 -6", "1 b3 5 6"},
    {"9", "1 3 5 b7 9"},
    {"maj9 M9", "1 3 5 7 9"},
    {"m9 min9 -9", "1 b3 5 b7 9"},
    {"+9 aug9", "1 3 #5 b7 9"},
    {"6/9", "1 3 5 6 9"},
    {"11", "1 3 5 b7 9 11"},
    {"maj11 M11", "1 3 5 7 9 11"},
    {"m11 min11 -11", "1 b3 5 b7 9 11"},
    {"13", "1 3 5 b7 9 11 13"},
    {"maj13 M13", "1 3 5 7 9 11 13"},
    {"m13 min13 -13", "1 b3 5 b7 9 11 13"},
    {"sus2", "1 2 5"},
    {"sus sus4", "1 4 5"},
    {"sus7 7sus 7sus4", "1 4 5 b7"},  // note-seq does not know the last name
    {"ped", "1"},
    {"5", "1 5"},
};

// The next word of a list divided by blanks, cut off its front.
std::string_view word(std::string_view& list) {
  const auto end = std::min(list.find(' '), list.size());
  const auto first = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  return first;
}

bool take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

// -1: no number there, or a degree that no chord has.
int take_degree(std::string_view& text) {
  int n = 0;
  bool any = false;
  for (; !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())); text.remove_prefix(1)) {
    n = std::min(n * 10 + text.front() - '0', 1000);
    any = true;
  }
  return any && n >= 1 && n <= kMostDegree ? n : -1;
}

Degrees degrees_of(std::string_view list) {
  Degrees degrees;
  degrees.fill(kAbsent);
  while (!list.empty()) {
    std::string_view one = word(list);
    int alter = 0;
    while (take(one, "b")) --alter;
    while (take(one, "#")) ++alter;
    degrees[static_cast<std::size_t>(take_degree(one))] = static_cast<std::int8_t>(alter);
  }
  return degrees;
}

// Reads "(add9)", "no5", "b5(#9)" to the end or a slash. False: not of that form. Parentheses need not match.
bool modify(Degrees& degrees, std::string_view& text, std::string& fault) {
  while (!text.empty() && text.front() != '/') {
    take(text, "(");
    const bool add = take(text, "add"), no = !add && take(text, "no");
    const int alter = no ? 0 : take(text, "#") ? 1 : take(text, "b") ? -1 : 0;
    if (!add && !no && alter == 0) return false;
    const int degree = take_degree(text);
    if (degree < 0) return false;
    take(text, ")");
    auto& at = degrees[static_cast<std::size_t>(degree)];
    if (add && at != kAbsent) fault = "has degree " + std::to_string(degree) + " twice";
    if (no && at == kAbsent) fault = "has no degree " + std::to_string(degree) + " to leave out";
    if (no)
      at = kAbsent;
    else if (add || at == kAbsent)
      at = static_cast<std::int8_t>(alter - (add && degree == 7 ? 1 : 0));  // an added 7 is the minor one
    else
      at = static_cast<std::int8_t>(at + alter);
  }
  return true;
}

Triad triad_of(const Degrees& d) {
  if (d[1] != 0 || d[3] == kAbsent || d[5] == kAbsent) return Triad::kOther;
  if (d[3] == 0 && d[5] == 0) return Triad::kMajor;
  if (d[3] == -1 && d[5] == 0) return Triad::kMinor;
  if (d[3] == 0 && d[5] == 1) return Triad::kAugmented;
  if (d[3] == -1 && d[5] == -1) return Triad::kDiminished;
  return Triad::kOther;
}

// What follows the root, with the kind `names` at its front.
std::optional<Chord> with_kind(std::string_view text, std::string_view name, std::string_view degrees_text,
                               int root, std::string& fault) {
  constexpr std::array<int, 7> kMajor{0, 2, 4, 5, 7, 9, 11};
  if (!take(text, name)) return std::nullopt;
  Degrees degrees = degrees_of(degrees_text);
  std::string wrong;
  if (!modify(degrees, text, wrong)) return std::nullopt;
  int bass = root;
  if (take(text, "/") && ((bass = take_pitch_class(text)) < 0 || !text.empty())) return std::nullopt;
  if (!wrong.empty()) {
    if (fault.empty()) fault = wrong;
    return std::nullopt;
  }
  Chord chord;
  chord.root = static_cast<std::int8_t>(root);
  chord.bass = static_cast<std::int8_t>(bass);
  chord.triad = triad_of(degrees);
  for (std::size_t d = 1; d < degrees.size(); ++d) {
    if (degrees[d] == kAbsent) continue;
    const int pitch = root + kMajor[(d - 1) % 7] + degrees[d];
    chord.pitches = static_cast<std::uint16_t>(chord.pitches | 1u << ((pitch % 12 + 12) % 12));
  }
  return chord;
}

}  // namespace

int take_pitch_class(std::string_view& text) {
  constexpr std::array<int, 7> kNatural{9, 11, 0, 2, 4, 5, 7};  // A to G
  if (text.empty() || text.front() < 'A' || text.front() > 'G') return -1;
  int pitch = kNatural[static_cast<std::size_t>(text.front() - 'A')];
  text.remove_prefix(1);
  const char accidental = text.empty() ? ' ' : text.front();
  if (accidental != '#' && accidental != 'b') return pitch;
  for (; !text.empty() && text.front() == accidental; text.remove_prefix(1))
    pitch += accidental == '#' ? 1 : 11;
  if (!text.empty() && (text.front() == '#' || text.front() == 'b')) return -1;
  return pitch % 12;
}

Chord parse_chord(std::string_view symbol, Compatibility compatibility) {
  if (symbol == "N.C.") return {};
  if (compatibility == Compatibility::kMagentaJs) return parse_tonal_chord(symbol);
  std::string_view rest = symbol;
  const int root = take_pitch_class(rest);
  std::string fault;
  if (root >= 0) {
    if (const auto chord = with_kind(rest, "", kKinds[0].degrees, root, fault)) return *chord;
    for (const Kind& kind : kKinds)
      for (std::string_view names = kind.names; !names.empty();)
        if (const auto chord = with_kind(rest, word(names), kind.degrees, root, fault)) return *chord;
  }
  if (fault.empty()) fault = root < 0 ? "does not begin with a note A to G" : "is of no known kind";
  throw std::invalid_argument("chord \"" + std::string(symbol) + "\" " + fault);
}

std::string chord_name(const Chord& chord) {
  constexpr std::array<const char*, 12> kNames{"C",  "C#", "D",  "Eb", "E",  "F",
                                               "F#", "G",  "Ab", "A",  "Bb", "B"};
  constexpr std::array<const char*, 5> kTriads{"", "m", "aug", "dim", "5"};
  if (chord.root < 0) return "N.C.";
  return std::string(kNames[static_cast<std::size_t>(chord.root)]) +
         kTriads[static_cast<std::size_t>(chord.triad)];
}

Chord transposed(Chord chord, int semitones) noexcept {
  if (chord.root < 0) return chord;
  const int up = (semitones % 12 + 12) % 12;
  chord.root = static_cast<std::int8_t>((chord.root + up) % 12);
  chord.bass = static_cast<std::int8_t>((chord.bass + up) % 12);
  chord.pitches = static_cast<std::uint16_t>((chord.pitches << up | chord.pitches >> (12 - up)) & 0xfff);
  return chord;
}

int chord_inputs(ChordInput kind) noexcept {
  constexpr std::array<int, 4> kWidths{0, 25, 49, 37};
  return kWidths[static_cast<std::size_t>(kind)];
}

bool encodes(ChordInput kind, const Chord& chord) noexcept {
  if (chord.root < 0 || kind == ChordInput::kPitches || kind == ChordInput::kNone) return true;
  return chord.triad < (kind == ChordInput::kMajorMinor ? Triad::kAugmented : Triad::kOther);
}

std::size_t chord_input(ChordInput kind, const Chord& chord, std::span<Active> out) noexcept {
  if (kind == ChordInput::kNone) return 0;
  if (chord.root < 0 || !encodes(kind, chord)) {
    out[0] = {0, 1};
    return 1;
  }
  if (kind != ChordInput::kPitches) {
    out[0] = {1 + 12 * static_cast<int>(chord.triad) + chord.root, 1};
    return 1;
  }
  std::size_t n = 0;
  out[n++] = {1 + chord.root, 1};
  for (int p = 0; p < 12; ++p)
    if (chord.pitches >> p & 1) out[n++] = {13 + p, 1};
  out[n++] = {25 + chord.bass, 1};
  return n;
}

}  // namespace continuo::musicrnn
