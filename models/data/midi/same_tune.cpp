#include "models/data/midi/same_tune.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <unordered_map>

namespace continuo::symbolic {

namespace {

constexpr std::size_t kRun = 10, kMarks = 96, kFewestDifferent = 4, kFewestShared = 6;
constexpr double kShare = 0.25, kMostChords = 0.1;
constexpr std::size_t kCommon = 200;  // what more pieces have is a commonplace

// A voice's top notes, one an onset; empty when it is made of chords.
std::vector<int> line_of(std::span<const Note* const> notes) {
  std::vector<int> line;
  std::int64_t tick = -1;
  std::size_t chords = 0;
  bool counted = false;
  for (const Note* note : notes) {
    if (note->start_tick != tick) {
      line.push_back(note->pitch);
      counted = false;
    } else {
      line.back() = std::max<int>(line.back(), note->pitch);
      chords += !counted;
      counted = true;
    }
    tick = note->start_tick;
  }
  if (static_cast<double>(chords) > kMostChords * static_cast<double>(line.size())) line.clear();
  return line;
}

std::uint64_t scrambled(std::uint64_t x) {  // splitmix64's last step
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}

void add_marks(const std::vector<int>& line, std::set<std::uint64_t>& marks) {
  for (std::size_t i = 0; i + kRun < line.size(); ++i) {
    std::uint64_t hash = 0;
    std::array<int, kRun> run{};
    for (std::size_t k = 0; k < kRun; ++k) {
      run[k] = line[i + k + 1] - line[i + k];
      hash = hash * 257 + static_cast<std::uint64_t>(run[k] + 128);
    }
    std::sort(run.begin(), run.end());
    if (std::unique(run.begin(), run.end()) - run.begin() < static_cast<std::ptrdiff_t>(kFewestDifferent))
      continue;
    hash = scrambled(hash);
    if (marks.size() == kMarks && hash > *marks.rbegin()) continue;
    marks.insert(hash);
    if (marks.size() > kMarks) marks.erase(std::prev(marks.end()));
  }
}

std::size_t root(std::vector<std::size_t>& of, std::size_t i) {
  while (of[i] != i) i = of[i] = of[of[i]];
  return i;
}

// Of two pieces whose smallest hashes are known, only those below the lower of both ends compare.
std::size_t comparable(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  const auto end = [](const auto& marks) { return marks.size() < kMarks ? ~std::uint64_t{0} : marks.back(); };
  const std::uint64_t limit = std::min(end(a), end(b));
  const auto below = [&](const auto& marks) {
    return static_cast<std::size_t>(std::upper_bound(marks.begin(), marks.end(), limit) - marks.begin());
  };
  return std::min(below(a), below(b));
}

}  // namespace

std::vector<std::uint64_t> tune_marks(const Sequence& sequence) {
  std::vector<std::vector<const Note*>> voices(sequence.instruments.size());
  for (const Note& note : sequence.notes) {
    if (!sequence.instruments[note.instrument].drums) voices[note.instrument].push_back(&note);
  }
  std::set<std::uint64_t> marks;
  for (const auto& voice : voices) add_marks(line_of(voice), marks);
  return {marks.begin(), marks.end()};
}

std::vector<std::size_t> tune_groups(std::span<const std::vector<std::uint64_t>> pieces,
                                     std::span<const std::string> names) {
  std::vector<std::size_t> of(pieces.size());
  std::iota(of.begin(), of.end(), std::size_t{0});
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> holders;
  std::unordered_map<std::size_t, std::size_t> shared;
  std::unordered_map<std::string, std::size_t> named;
  const auto join = [&](std::size_t i, std::size_t j) {
    const std::size_t a = root(of, i), b = root(of, j);
    of[std::max(a, b)] = std::min(a, b);
  };
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    join(i, named.try_emplace(names[i], i).first->second);
    shared.clear();
    for (const std::uint64_t mark : pieces[i]) {
      auto& all = holders[mark];
      if (all.size() < kCommon) {
        for (const std::uint32_t j : all) ++shared[j];
        all.push_back(static_cast<std::uint32_t>(i));
      }
    }
    for (const auto& [j, n] : shared) {
      const double most = static_cast<double>(comparable(pieces[i], pieces[j]));
      if (n >= kFewestShared && static_cast<double>(n) >= kShare * most) join(i, j);
    }
  }
  for (std::size_t i = 0; i < of.size(); ++i) of[i] = root(of, i);
  return of;
}

}  // namespace continuo::symbolic
