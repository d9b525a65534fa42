// One item as a row of a card: where it is, how to hear it, and a small picture of it.
#include <algorithm>
#include <cmath>

#include "models/data/card/facts.h"
#include "models/data/card/tracks.h"

namespace continuo::data {

namespace {

constexpr std::size_t kContourPoints = 96;

// Pitch and level over time, the median of each stretch; null where nothing sounds.
Facts contour_of(const Tracks& tracks) {
  Facts midi = Facts::array(), db = Facts::array();
  const std::size_t points = std::min(kContourPoints, tracks.frames());
  for (std::size_t p = 0; p < points; ++p) {
    const std::size_t begin = p * tracks.frames() / points, end = (p + 1) * tracks.frames() / points;
    std::vector<float> pitches;
    double loudest = -80;
    for (std::size_t j = begin; j < end; ++j) {
      loudest = std::max<double>(loudest, tracks.db[j]);
      if (tracks.pitched(j)) pitches.push_back(tracks.f0_hz[j]);
    }
    if (pitches.size() * 2 < end - begin || pitches.empty()) {
      midi.push_back(nullptr);
    } else {
      std::nth_element(pitches.begin(), pitches.begin() + static_cast<std::ptrdiff_t>(pitches.size() / 2),
                       pitches.end());
      midi.push_back(rounded(69 + 12 * std::log2(pitches[pitches.size() / 2] / 440.0), 2));
    }
    db.push_back(rounded(loudest, 1));
  }
  return {{"midi", midi}, {"db", db}};
}

}  // namespace

Facts item_facts(const Item& item, const std::string& kind, const std::filesystem::path& folder) {
  Facts facts = {{"id", item.id},
                 {"file", item.file},
                 {"source", item.source},
                 {"begin_s", rounded(item.begin_s, 2)},
                 {"end_s", rounded(item.end_s, 2)}};
  if (!item.label.empty()) facts["label"] = item.label;
  if (kind == "midi") return facts;
  const std::string audio = "items/" + item.id + ".flac";
  if (std::filesystem::exists(folder / audio)) facts["listen"] = audio;
  try {
    if (const auto tracks = read_tracks(folder, item.id); tracks && tracks->frames() > 0)
      facts["contour"] = contour_of(*tracks);
  } catch (const std::exception&) {
    // A broken file is told once, under "unreadable"; the row stands without its picture.
  }
  return facts;
}

}  // namespace continuo::data
