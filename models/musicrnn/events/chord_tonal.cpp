// Chord symbols as @magenta/music reads them: by the dictionary of tonal 2 (MIT), its surprises included.
#include <array>
#include <cctype>
#include <stdexcept>

#include "models/musicrnn/events/chord_symbol.h"

namespace continuo::musicrnn {

namespace {

struct Type {
  std::string_view names;  // divided by |
  std::uint16_t pitches;   // over the root
  Triad triad;             // by the names of the intervals: 0x491 is major, 64 is not
};

// clang-format off
// tonal-dictionary 2.2.2, data/chords.json.
constexpr Type kTypes[] = {
    {"4|quartal", 0x429, Triad::kOther},
    {"5", 0x081, Triad::kOther},
    {"7|Dominant|Dom", 0x491, Triad::kMajor},
    {"9|79", 0x495, Triad::kMajor},
    {"11", 0x4a5, Triad::kOther},
    {"13|13_", 0x695, Triad::kMajor},
    {"64", 0x091, Triad::kOther},
    {"M|Major|", 0x091, Triad::kMajor},
    {"M#5|augmented|maj#5|Maj#5|+|aug", 0x111, Triad::kAugmented},
    {"M#5add9|+add9", 0x115, Triad::kAugmented},
    {"M13|maj13|Maj13", 0xa95, Triad::kMajor},
    {"M13#11|maj13#11|Maj13#11|M13+4|M13#4", 0xad5, Triad::kMajor},
    {"M6|6", 0x291, Triad::kMajor},
    {"M6#11|M6b5|6#11|6b5", 0x2d1, Triad::kMajor},
    {"M69|69", 0x295, Triad::kMajor},
    {"M69#11", 0x2d5, Triad::kMajor},
    {"M7#11|maj7#11|Maj7#11|M7+4|M7#4", 0x8d1, Triad::kMajor},
    {"M7#5|maj7#5|Maj7#5|maj9#5|M7+", 0x911, Triad::kAugmented},
    {"M7#5sus4", 0x921, Triad::kOther},
    {"M7#9#11", 0x8d9, Triad::kMajor},
    {"M7add13", 0xa95, Triad::kMajor},
    {"M7b5", 0x851, Triad::kOther},
    {"M7b6", 0x911, Triad::kOther},
    {"M7b9", 0x893, Triad::kMajor},
    {"M7sus4", 0x8a1, Triad::kOther},
    {"M9|maj9|Maj9", 0x895, Triad::kMajor},
    {"M9#11|maj9#11|Maj9#11|M9+4|M9#4", 0x8d5, Triad::kMajor},
    {"M9#5|Maj9#5", 0x915, Triad::kAugmented},
    {"M9#5sus4", 0x925, Triad::kOther},
    {"M9b5", 0x855, Triad::kOther},
    {"M9sus4", 0x8a5, Triad::kOther},
    {"Madd9|2|add9|add2", 0x095, Triad::kMajor},
    {"Maj7|maj7|M7", 0x891, Triad::kMajor},
    {"Mb5", 0x051, Triad::kOther},
    {"Mb6", 0x111, Triad::kOther},
    {"Msus2|add9no3|sus2", 0x085, Triad::kOther},
    {"Msus4|sus|sus4", 0x0a1, Triad::kOther},
    {"Maddb9", 0x093, Triad::kMajor},
    {"11b9", 0x4a3, Triad::kOther},
    {"13#11|13+4|13#4", 0x6d5, Triad::kMajor},
    {"13#9|13#9_", 0x699, Triad::kMajor},
    {"13#9#11", 0x6d9, Triad::kMajor},
    {"13b5", 0x655, Triad::kOther},
    {"13b9", 0x693, Triad::kMajor},
    {"13b9#11", 0x6d3, Triad::kMajor},
    {"13no5", 0x615, Triad::kOther},
    {"13sus4|13sus", 0x6a5, Triad::kOther},
    {"69#11", 0x2d5, Triad::kMajor},
    {"7#11|7+4|7#4|7#11_|7#4_", 0x4d1, Triad::kMajor},
    {"7#11b13|7b5b13", 0x5d1, Triad::kMajor},
    {"7#5|+7|7aug|aug7", 0x511, Triad::kAugmented},
    {"7#5#9|7alt|7#5#9_|7#9b13_", 0x519, Triad::kAugmented},
    {"7#5b9", 0x513, Triad::kAugmented},
    {"7#5b9#11", 0x553, Triad::kAugmented},
    {"7#5sus4", 0x521, Triad::kOther},
    {"7#9|7#9_", 0x499, Triad::kMajor},
    {"7#9#11|7b5#9", 0x4d9, Triad::kMajor},
    {"7#9#11b13", 0x5d9, Triad::kMajor},
    {"7#9b13", 0x599, Triad::kMajor},
    {"7add6|67|7add13", 0x691, Triad::kMajor},
    {"7b13", 0x511, Triad::kOther},
    {"7b5", 0x451, Triad::kOther},
    {"7b6", 0x591, Triad::kMajor},
    {"7b9", 0x493, Triad::kMajor},
    {"7b9#11|7b5b9", 0x4d3, Triad::kMajor},
    {"7b9#9", 0x49b, Triad::kMajor},
    {"7b9b13", 0x593, Triad::kMajor},
    {"7b9b13#11|7b9#11b13|7b5b9b13", 0x5d3, Triad::kMajor},
    {"7no5", 0x411, Triad::kOther},
    {"7sus4|7sus", 0x4a1, Triad::kOther},
    {"7sus4b9|susb9|7susb9|7b9sus|7b9sus4|phryg", 0x4a3, Triad::kOther},
    {"7sus4b9b13|7b9b13sus4", 0x5a3, Triad::kOther},
    {"9#11|9+4|9#4|9#11_|9#4_", 0x4d5, Triad::kMajor},
    {"9#11b13|9b5b13", 0x5d5, Triad::kMajor},
    {"9#5|9+", 0x515, Triad::kAugmented},
    {"9#5#11", 0x555, Triad::kAugmented},
    {"9b13", 0x515, Triad::kOther},
    {"9b5", 0x455, Triad::kOther},
    {"9no5", 0x415, Triad::kOther},
    {"9sus4|9sus", 0x4a5, Triad::kOther},
    {"m", 0x089, Triad::kMinor},
    {"m#5|m+|mb6", 0x109, Triad::kOther},
    {"m11|_11", 0x4ad, Triad::kMinor},
    {"m11A 5", 0x52d, Triad::kOther},
    {"m11b5|h11|_11b5", 0x46d, Triad::kOther},
    {"m13|_13", 0x6ad, Triad::kMinor},
    {"m6|_6", 0x2a9, Triad::kMinor},
    {"m69|_69", 0x28d, Triad::kMinor},
    {"m7|minor7|_|_7", 0x489, Triad::kMinor},
    {"m7#5", 0x509, Triad::kOther},
    {"m7add11|m7add4", 0x4a9, Triad::kMinor},
    {"m7b5|half-diminished|h7|_7b5", 0x449, Triad::kDiminished},
    {"m9|_9", 0x48d, Triad::kMinor},
    {"m9#5", 0x50d, Triad::kOther},
    {"m9b5|h9|-9b5", 0x44d, Triad::kOther},
    {"mMaj7|mM7|_M7", 0x889, Triad::kMinor},
    {"mMaj7b6|mM7b6", 0x989, Triad::kMinor},
    {"mM9|mMaj9|-M9", 0x88d, Triad::kMinor},
    {"mM9b6|mMaj9b6", 0x98d, Triad::kMinor},
    {"mb6M7", 0x909, Triad::kOther},
    {"mb6b9", 0x10b, Triad::kOther},
    {"o|mb5|dim", 0x049, Triad::kDiminished},
    {"o7|diminished|m6b5|dim7", 0x249, Triad::kDiminished},
    {"o7M7", 0xa49, Triad::kDiminished},
    {"oM7", 0x849, Triad::kDiminished},
    {"sus24|sus4add9", 0x0a5, Triad::kOther},
    {"+add#9", 0x119, Triad::kAugmented},
    {"madd4", 0x0a9, Triad::kMinor},
    {"madd9", 0x08d, Triad::kMinor},
};
// clang-format on

bool among(std::string_view names, std::string_view name) {
  while (true) {
    const auto end = names.find('|');
    if (names.substr(0, end) == name) return true;
    if (end == std::string_view::npos) return false;
    names.remove_prefix(end + 1);
  }
}

const Type* find(std::string_view name) {
  if (name.empty()) name = "M";
  for (const Type& type : kTypes)
    if (among(type.names, name)) return &type;
  return nullptr;
}

// As its regular expression: a letter, accidentals of one kind. -1: no letter.
int take_root(std::string_view& text) {
  constexpr std::array<int, 7> kNatural{9, 11, 0, 2, 4, 5, 7};  // A to G
  const int letter = text.empty() ? 0 : std::toupper(static_cast<unsigned char>(text.front()));
  if (letter < 'A' || letter > 'G') return -1;
  int pitch = kNatural[static_cast<std::size_t>(letter - 'A')];
  text.remove_prefix(1);
  const char accidental = text.empty() ? ' ' : text.front();
  const int by = accidental == '#' ? 1 : accidental == 'b' ? 11 : accidental == 'x' ? 2 : 0;
  for (; by != 0 && !text.empty() && text.front() == accidental; text.remove_prefix(1)) pitch += by;
  return pitch % 12;
}

// A number there is an octave and says nothing of the chord ("C-7", "C5", "C69" are all C major), but for
// these.
bool is_type(std::string_view number) {
  return number == "6" || number == "64" || number == "7" || number == "9" || number == "11" ||
         number == "13";
}

}  // namespace

Chord parse_tonal_chord(std::string_view symbol) {
  std::string_view rest = symbol;
  const int root = take_root(rest);
  if (root < 0)
    throw std::invalid_argument("chord \"" + std::string(symbol) + "\" does not begin with a note A to G");
  std::size_t end = rest.starts_with('-') ? 1 : 0;
  while (end < rest.size() && std::isdigit(static_cast<unsigned char>(rest[end]))) ++end;
  const bool number = is_type(rest.substr(0, end));
  std::string_view tail = rest.substr(end);
  while (!tail.empty() && std::isspace(static_cast<unsigned char>(tail.front()))) tail.remove_prefix(1);
  const Type* type = find(number ? std::string(rest.substr(0, end)).append(tail) : std::string(tail));
  if (type == nullptr)
    throw std::invalid_argument("chord \"" + std::string(symbol) + "\" is of no kind that Magenta.js knows");
  Chord chord;
  chord.triad = type->triad;
  chord.pitches = type->pitches;
  chord.root = chord.bass = 0;
  return transposed(chord, root);
}

}  // namespace continuo::musicrnn
