// What the network sees, against vectors written out by the rules of the reference (4.2).
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <random>

#include "models/musicrnn/events/representation.h"

using namespace continuo::musicrnn;

namespace {

using Dense = std::vector<float>;

Dense seen(const Stream& stream, const Representation& r, const Chord& chord = {}) {
  std::vector<Active> active(static_cast<std::size_t>(r.most_active()));
  Dense dense(static_cast<std::size_t>(r.inputs()));
  const auto n = stream.input(active, chord);
  for (std::size_t i = 0; i < n; ++i) dense[static_cast<std::size_t>(active[i].index)] += active[i].value;
  return dense;
}

Dense hot(int width, std::initializer_list<int> places) {
  Dense dense(static_cast<std::size_t>(width));
  for (const int p : places) dense[static_cast<std::size_t>(p)] = 1;
  return dense;
}

std::vector<int> tune(int steps, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int> events;
  for (int i = 0; i < steps; ++i) {
    const auto dice = random() % 10;
    if (i >= 16 && random() % 2 != 0)
      events.push_back(events[static_cast<std::size_t>(i) - 16]);
    else
      events.push_back(dice < 5 ? kNoEvent : dice < 6 ? kNoteOff : 48 + static_cast<int>(random() % 36));
  }
  return events;
}

int at(const std::vector<int>& events, int i) {
  return i < 0 ? kNoEvent : events[static_cast<std::size_t>(i)];
}

Dense lookback_input(const std::vector<int>& events, int p) {
  Dense v(121);
  const auto put = [&](int i, float value) { v[static_cast<std::size_t>(i)] = value; };
  const auto one_hot = [](int e) { return e < 0 ? e + 2 : e - 48 + 2; };
  put(one_hot(at(events, p)), 1);
  put(38 + one_hot(at(events, p - 15)), 1);
  put(76 + one_hot(at(events, p - 31)), 1);
  for (int b = 0; b < 5; ++b) put(114 + b, ((p + 1) >> b) % 2 ? 1.f : -1.f);
  if (p >= 16) put(119, at(events, p) == at(events, p - 16));
  if (p >= 32) put(120, at(events, p) == at(events, p - 32));
  return v;
}

std::array<bool, 12> keys_of(const std::vector<int>& pitches) {
  std::array<int, 12> votes{};
  for (const int p : pitches)
    for (int key = 0; key < 12; ++key)
      for (const int degree : {0, 2, 4, 5, 7, 9, 11})
        if ((key + degree) % 12 == p % 12) ++votes[static_cast<std::size_t>(key)];
  std::array<bool, 12> keys{};
  for (std::size_t k = 0; k < 12; ++k) keys[k] = votes[k] == *std::max_element(votes.begin(), votes.end());
  return keys;
}

Dense key_input(const std::vector<int>& events, int p) {
  Dense v(74);
  const auto put = [&](int i, float value) { v[static_cast<std::size_t>(i)] = value; };
  int current = 0, direction = 0;
  bool attack = false;
  std::deque<int> last;
  std::vector<int> notes;
  for (int i = 0; i <= p; ++i) {
    const int e = at(events, i);
    if (e == kNoEvent) {
      attack = false;
    } else if (e == kNoteOff) {
      current = 0;
    } else {
      attack = true;
      current = e;
      notes.push_back(e);
      if (!last.empty() && e != last.back()) direction = e > last.back() ? 1 : -1;
      const auto found = std::find(last.begin(), last.end(), e);
      if (found != last.end()) last.erase(found);
      last.push_back(e);
      if (last.size() > 3) last.pop_front();
    }
  }
  if (current) put(current - 48, 1);
  put(current ? 36 : 37, 1);
  put(38, attack);
  put(39, static_cast<float>(direction));
  if (p >= 16) put(40, at(events, p) == at(events, p - 16));
  if (p >= 32) put(41, at(events, p) == at(events, p - 32));
  for (int b = 0; b < 7; ++b) put(42 + b, ((p + 1) >> b) % 2 ? 1.f : -1.f);
  put(49, (p + 1) % 16 == 0);
  const auto all = keys_of(notes), recent = keys_of({last.begin(), last.end()});
  for (int k = 0; k < 12; ++k) {
    put(50 + k, all[static_cast<std::size_t>(k)]);
    put(62 + k, recent[static_cast<std::size_t>(k)]);
  }
  return v;
}

// classes: of an event by itself.
int label_of(const std::vector<int>& events, int p, bool key) {
  const int e = at(events, p);
  if (p < 32 && e == kNoEvent) return 39;
  if (p >= 32 && e == at(events, p - 32)) return 39;
  if (p >= 16 && e == at(events, p - 16)) return 38;
  if (key) return e >= 0 ? e - 48 : e == kNoEvent ? 36 : 37;
  return e >= 0 ? e - 48 + 2 : e + 2;
}

}  // namespace

TEST_CASE("lookback_rnn and attention_rnn see and learn what they do in Magenta", "[musicrnn]") {
  for (const bool key : {false, true}) {
    const Representation r(preset(key ? "key" : "lookback"));
    for (unsigned seed = 0; seed < 5; ++seed) {
      const auto events = tune(150, seed);
      Stream stream(r);
      for (int p = 0; p < static_cast<int>(events.size()); ++p) {
        INFO("key " << key << ", seed " << seed << ", position " << p);
        REQUIRE(stream.label(at(events, p)) == label_of(events, p, key));
        stream.push(at(events, p));
        REQUIRE(seen(stream, r) == (key ? key_input(events, p) : lookback_input(events, p)));
      }
    }
  }
}

TEST_CASE("an attack lasts over a note-off, and pitch 0 is silence: Magenta's quirks", "[musicrnn]") {
  Settings s = preset("key");
  s.min_pitch = 0;
  const Representation r(s);  // 84 pitches: 84 any note, 85 silence, 86 attack
  Stream stream(r);
  stream.push(60);
  stream.push(kNoteOff);
  CHECK(seen(stream, r)[86] == 1);
  stream.push(0);
  CHECK(seen(stream, r)[0] == 0);
  CHECK(seen(stream, r)[85] == 1);
}

TEST_CASE("drums are seen as a number or as a set", "[musicrnn]") {
  const Representation many(preset("drums_multi_hot")), one(preset("drums_one_hot")),
      counted(preset("drums"));
  Stream a(many), b(one), c(counted);
  for (const int code : {0b101, 0, 600}) {
    a.push(code);
    b.push(code);
    c.push(code);
    if (code == 0b101) {
      CHECK(seen(a, many) == hot(10, {0, 2}));
      CHECK(seen(b, one) == hot(512, {5}));
      Dense v = hot(518, {5, 512});
      for (std::size_t i = 513; i < 518; ++i) v[i] = -1;
      CHECK(seen(c, counted) == v);
    } else if (code == 0) {
      CHECK(seen(a, many) == hot(10, {9}));
      CHECK(seen(b, one) == hot(512, {0}));
    } else {  // more than there are: nothing of it is seen, but time goes on
      CHECK(seen(a, many) == hot(10, {}));
      CHECK(seen(b, one) == hot(512, {}));
      CHECK(seen(c, counted)[512] == 1);
      CHECK(seen(c, counted)[513] == 1);
    }
  }
}

TEST_CASE("the chord of the next event stands before the event", "[musicrnn]") {
  const Representation triad(preset("improv")), pitches(preset("chord_pitches_improv"));
  Stream a(triad), b(pitches);
  a.push(60);
  b.push(60);
  CHECK(seen(a, triad, parse_chord("Am")) == hot(87, {1 + 12 + 9, 49 + 14}));
  CHECK(seen(a, triad) == hot(87, {0, 49 + 14}));
  CHECK(seen(b, pitches, parse_chord("Am/E")) == hot(75, {1 + 9, 13 + 9, 13, 13 + 4, 25 + 4, 37 + 14}));
  CHECK(seen(b, pitches) == hot(75, {0, 37 + 14}));
}

TEST_CASE("a piano roll is seen key by key", "[musicrnn]") {
  const Representation r(preset("piano_roll"));
  Stream stream(r);
  Event event;
  for (const int key : {0, 31, 32, 87}) event.set_key(key);
  stream.push(event);
  CHECK(seen(stream, r) == hot(88, {0, 31, 32, 87}));
  CHECK(stream.event(33).key(33));
}
