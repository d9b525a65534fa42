// The session: what the parts hear from the device.
#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/session/session.h"

namespace continuo::session {

using schema::Kind;
using Method = schema::part::Method;

namespace {

constexpr float kBendSemitones = 2;
constexpr int kCentre = 8192;

}  // namespace

std::string range_text(uint8_t flags) {
  std::string text;
  for (const auto& [flag, name] : {std::pair{kPitchLow, "low_pitch"}, std::pair{kPitchHigh, "high_pitch"},
                                   std::pair{kPowerLow, "soft"}, std::pair{kPowerHigh, "loud"}}) {
    if ((flags & flag) != 0) text += (text.empty() ? "" : " ") + std::string(name);
  }
  return text.empty() ? "ok" : text;
}

void Session::tell_inputs() {
  for (int slot = 0; slot < kParts; ++slot) {
    auto& part = parts_[static_cast<size_t>(slot)];
    if (!part || part->input == nullptr || part->instrument != Kind::kDdsp) continue;
    InputEvent event;
    while (part->input->poll(event)) tell_input(slot, event);
    const bool listens = part->installed && part->values[schema::ddsp::kInputChannel] >= 0.5f;
    if (!listens || stage_.held(slot, Notes::kInputId)) continue;
    stage_.begin({});  // all notes were ended, or a note took its place
    notes_.listen(slot, true);
    (void)stage_.commit();
  }
}

// What notes, songs and streams did since the last look.
void Session::tell_ranges() {
  for (int slot = 0; slot < kParts; ++slot) {
    auto& part = parts_[static_cast<size_t>(slot)];
    if (!part || part->played == nullptr) continue;
    const uint8_t range = part->played->exchange(0, std::memory_order_relaxed);
    if (std::exchange(part->range, range) != range) tell_method(slot, Method::kRange, {});
  }
}

void Session::tell_input(int slot, const InputEvent& event) {
  Part& part = *parts_[static_cast<size_t>(slot)];
  const std::string address = "/part/" + std::to_string(slot + 1) + "/input/";
  const bool midi = part.values[schema::ddsp::kInputMidi] >= 0.5f;
  const auto channel = static_cast<uint8_t>(slot % 16);
  switch (event.kind) {
    case InputEvent::Kind::kOnset:
      announce(address + "onset", event.midi, static_cast<int32_t>(event.velocity));
      if (!midi) break;
      end_midi_note(part);
      part.heard.midi_note = event.note;
      part.heard.midi_channel = channel;
      services_.send_midi(0x90 | channel, event.note, event.velocity);
      break;
    case InputEvent::Kind::kOffset:
      announce(address + "offset", event.midi);
      end_midi_note(part);
      break;
    case InputEvent::Kind::kState:
      if (event.sounding && event.midi != part.heard.midi) {
        part.heard.midi = event.midi;
        tell_method(slot, Method::kInputPitch, {});
      }
      hear_name(slot, event);
      part.heard.db = event.db;
      tell_method(slot, Method::kInputPower, {});
      if (event.flags != part.heard.range) {
        part.heard.range = event.flags;
        tell_method(slot, Method::kInputRange, {});
      }
      break;
  }
  if (part.heard.midi_note < 0) return;
  const float semitones =
      std::clamp(event.midi - static_cast<float>(part.heard.midi_note), -kBendSemitones, kBendSemitones);
  const int bend = std::clamp(kCentre + static_cast<int>(semitones / kBendSemitones * kCentre), 0, 16383);
  if (std::abs(bend - part.heard.midi_bend) < 40) return;  // half a cent
  part.heard.midi_bend = bend;
  services_.send_midi(0xe0 | channel, bend & 0x7f, static_cast<uint8_t>(bend >> 7));
}

void Session::hear_name(int slot, const InputEvent& event) {
  Part& part = *parts_[static_cast<size_t>(slot)];
  std::string name = "none";
  if (event.entry >= 0 && part.model_spaces && static_cast<size_t>(event.space) < part.model_spaces->size()) {
    const auto& entries = (*part.model_spaces)[static_cast<size_t>(event.space)].entries;
    if (static_cast<size_t>(event.entry) < entries.size())
      name = entries[static_cast<size_t>(event.entry)].name;
  }
  part.heard.share = name == "none" ? 0 : event.share;
  if (name == part.heard.name) return;
  part.heard.name = std::move(name);
  tell_method(slot, Method::kInputHeard, {});
}

// The output opens with the first message; it says how far a bend goes.
void Session::open_midi(int slot, bool on) {
  if (!on) return end_midi_note(*parts_[static_cast<size_t>(slot)]);
  const auto control = static_cast<uint8_t>(0xb0 | slot % 16);
  services_.send_midi(control, 101, 0);
  services_.send_midi(control, 100, 0);
  services_.send_midi(control, 6, static_cast<uint8_t>(kBendSemitones));
  services_.send_midi(control, 38, 0);
  services_.send_midi(static_cast<uint8_t>(0xe0 | slot % 16), 0, kCentre >> 7);
}

void Session::end_midi_note(Part& part) {
  if (part.heard.midi_note >= 0)
    services_.send_midi(0x80 | part.heard.midi_channel, static_cast<uint8_t>(part.heard.midi_note), 0);
  part.heard.midi_note = -1;
}

}  // namespace continuo::session
