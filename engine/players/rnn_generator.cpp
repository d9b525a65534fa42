#include "engine/players/rnn_generator.h"

#include <algorithm>
#include <bit>
#include <sstream>
#include <stdexcept>

#include "models/musicrnn/events/drum_kit.h"

namespace continuo::players {
namespace {

using musicrnn::Event;
using musicrnn::Vocabulary;

constexpr float kDensity = 3;      // nats, for an onset, at the end of the knob
constexpr float kDrumDensity = 1;  // for each drum that is hit
constexpr float kRepetition = 2;   // for a pitch of late

// 4 bits for root and bass each, 0: none; 3 for the triad; 12 for the pitches; and one that says that it is
// one.
uint32_t packed(const musicrnn::Chord& chord) {
  return 1u << 31 | static_cast<uint32_t>(chord.root + 1) | static_cast<uint32_t>(chord.bass + 1) << 4 |
         static_cast<uint32_t>(chord.triad) << 8 | static_cast<uint32_t>(chord.pitches) << 12;
}

musicrnn::Chord unpacked(uint32_t chord) {
  if (chord == 0) return {};
  return {static_cast<int8_t>(static_cast<int>(chord & 15) - 1),
          static_cast<int8_t>(static_cast<int>(chord >> 4 & 15) - 1),
          static_cast<musicrnn::Triad>(chord >> 8 & 7), static_cast<uint16_t>(chord >> 12 & 0xfff)};
}

}  // namespace

std::vector<uint32_t> pack_chords(const std::string& symbols) {
  std::vector<uint32_t> chords;
  std::istringstream in(symbols);
  for (std::string symbol; in >> symbol;) {
    try {
      chords.push_back(packed(musicrnn::parse_chord(symbol)));
    } catch (const std::exception& error) {
      throw std::runtime_error("chord " + std::to_string(chords.size() + 1) + ": " + error.what());
    }
  }
  if (chords.empty()) throw std::runtime_error("expected chord symbols, as \"C Am F G7\", or \"-\" for none");
  return chords;
}

RnnGenerator::RnnGenerator(std::shared_ptr<const musicrnn::Model> model)
    : model_(std::move(model)), now_(model_->representation(), model_->start()) {
  if (settings().vocabulary != Vocabulary::kMelody && settings().vocabulary != Vocabulary::kDrums)
    throw std::runtime_error("model " + model_->config().name + ": a player plays melodies or drums, not " +
                             settings().name);
  active_.resize(static_cast<size_t>(model_->representation().most_active()));
  elements_.resize(active_.size());
  scratch_.assign(model_->scratch_floats(), 0);
  logits_.assign(static_cast<size_t>(model_->representation().labels()), 0);
}

void RnnGenerator::forget() {
  std::fill(now_.state.memory.begin(), now_.state.memory.end(), 0.f);
  now_.stream.reset();
  now_.sounds = false;
  now_.seen = true;
  now_.played = 0;
}

int RnnGenerator::fold(int pitch) const {
  while (pitch < settings().min_pitch) pitch += 12;
  while (pitch > settings().max_pitch) pitch -= 12;
  return pitch;
}

void RnnGenerator::push(Event event) {
  if (!now_.seen) see({});
  now_.stream.push(event);
  now_.seen = false;
  if (drums()) return;
  if (event.code >= 0) now_.recent[now_.played++ % kRecent] = event.code;
  if (event.code != musicrnn::kNoEvent) now_.sounds = event.code >= 0;
}

void RnnGenerator::see(const musicrnn::Chord& next) {
  const size_t count = now_.stream.input(active_, next);
  for (size_t i = 0; i < count; ++i) elements_[i] = {active_[i].index, active_[i].value};
  model_->step({elements_.data(), count}, now_.state, scratch_.data());
  now_.seen = true;
}

void RnnGenerator::hear(std::span<const StepNote> notes, bool sounds) {
  if (drums()) {
    int hits = 0;
    for (const StepNote& note : notes) {
      if (const int drum = musicrnn::drum_class(note.pitch); drum >= 0) hits |= 1 << drum;
    }
    return push(Event(hits));
  }
  int top = -1;
  for (const StepNote& note : notes) top = std::max(top, note.pitch);
  push(Event(top >= 0 ? fold(top) : now_.sounds && !sounds ? musicrnn::kNoteOff : musicrnn::kNoEvent));
}

float RnnGenerator::wished(float logit, Event event, const Wishes& wishes) const {
  if (drums())
    return logit + kDrumDensity * wishes.density *
                       static_cast<float>(std::popcount(static_cast<unsigned>(event.code)));
  if (!now_.stream.legal(event)) return musicrnn::kNever;
  if (event.code < 0) return logit;
  const bool may = event.code >= wishes.lowest && event.code <= wishes.highest &&
                   (wishes.scale >> event.code % 12 & 1) != 0;
  if (!may) return musicrnn::kNever;
  const auto recent = std::span(now_.recent).first(std::min(now_.played, kRecent));
  const auto lately = static_cast<float>(std::count(recent.begin(), recent.end(), event.code));
  return logit + kDensity * wishes.density - kRepetition * wishes.repetition * lately;
}

int RnnGenerator::play(const Wishes& wishes, std::span<StepNote, kMostNotes> notes, bool& ends) {
  if (now_.stream.position() == 0) push(model_->representation().default_event());
  if (!now_.seen) see(unpacked(wishes.chord));
  for (size_t label = 0; label < logits_.size(); ++label)
    logits_[label] = wished(now_.state.logits[label], now_.stream.event(static_cast<int>(label)), wishes);
  const int label = musicrnn::choose(logits_, wishes.temperature, wishes.top_p, chance_);
  const Event event = label < 0 ? model_->representation().default_event() : now_.stream.event(label);
  ends = !drums() && event.code != musicrnn::kNoEvent;
  push(event);
  if (drums()) {
    int count = 0;
    for (int drum = 0; drum < musicrnn::kDrumClasses; ++drum) {
      if ((event.code >> drum & 1) != 0)
        notes[static_cast<size_t>(count++)] = {musicrnn::drum_pitch(drum), -1, 0, 1.0 / steps_a_beat()};
    }
    return count;
  }
  if (event.code < 0) return 0;
  notes[0] = {event.code, -1, 0, -1};
  return 1;
}

std::unique_ptr<Memory> RnnGenerator::remember() const {
  return std::make_unique<Now>(now_);
}

void RnnGenerator::recall(const Memory& memory) {
  now_ = static_cast<const Now&>(memory);
}

}  // namespace continuo::players
