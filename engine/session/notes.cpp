// Notes of the parts on their way to the stage.
#include "engine/session/notes.h"

#include <algorithm>

namespace continuo::session {

constexpr size_t kMaxDown = 128;
constexpr float kNominalPitch = 60;  // of driven voices

void Notes::on(int part, int32_t id, float pitch, float velocity) {
  if (velocity <= 0) return off(part, id);
  if (Held& held = parts_[part]; held.sings && held.follow && stage_.sounding(part, kSongId)) {
    std::erase_if(held.sung, [&](const Held::Key& key) { return key.id == id; });
    if (held.down.size() < kMaxDown) held.down.insert(id);
    if (held.sung.size() < kMaxDown) held.sung.push_back({id, pitch});
    return stage_.note_expression(part, kSongId, rt::Expression::kPlay, pitch);
  }
  parts_[part].sustained.erase(id);  // struck again: the stage ends the one before
  if (parts_[part].down.size() < kMaxDown) parts_[part].down.insert(id);
  stage_.note_on(part, id, pitch, velocity);
}

void Notes::off(int part, int32_t id) {
  parts_[part].down.erase(id);
  auto& sung = parts_[part].sung;
  const auto followed =
      std::find_if(sung.begin(), sung.end(), [&](const Held::Key& key) { return key.id == id; });
  if (followed != sung.end()) {
    const bool newest = followed + 1 == sung.end();
    sung.erase(followed);
    if (newest)
      stage_.note_expression(part, kSongId, rt::Expression::kPlay, sung.empty() ? -1 : sung.back().pitch);
    return;
  }
  if (parts_[part].pedal && stage_.sounding(part, id)) {
    parts_[part].sustained.insert(id);
  } else {
    stage_.note_off(part, id);
  }
}

void Notes::all_off(int part) {
  parts_[part].sustained.clear();
  parts_[part].down.clear();
  parts_[part].sung.clear();
  parts_[part].sings = parts_[part].gate = false;
  stage_.all_notes_off(part);
}

void Notes::pedal(int part, bool down) {
  Held& held = parts_[part];
  held.pedal = down;
  if (down) return;
  for (const int32_t id : held.sustained) stage_.note_off(part, id);
  held.sustained.clear();
}

void Notes::gate(int part, bool on) {
  Held& held = parts_[part];
  if (on == held.gate) return;
  held.gate = on;
  if (on) {
    stage_.note_on(part, kGateId, held.gate_pitch, kGateVelocity);
  } else {
    stage_.note_off(part, kGateId);
  }
}

void Notes::gate_pitch(int part, float pitch, float seconds) {
  parts_[part].gate_pitch = pitch;
  stage_.note_expression(part, kGateId, rt::Expression::kPitch, pitch, seconds);
}

void Notes::sing(int part, bool on) {
  Held& held = parts_[part];
  held.sings = on;
  held.sung.clear();
  if (on && !stage_.held(part, kSongId)) stage_.driven_on(part, kSongId, kNominalPitch, VoiceSource::kSong);
  if (!on) stage_.note_off(part, kSongId);
}

void Notes::follow(int part, bool on) {
  Held& held = parts_[part];
  held.follow = on;
  if (on || held.sung.empty()) return;
  held.sung.clear();
  stage_.note_expression(part, kSongId, rt::Expression::kPlay, -1);
}

void Notes::listen(int part, bool on) {
  if (!on) return stage_.note_off(part, kInputId);
  if (!stage_.held(part, kInputId)) stage_.driven_on(part, kInputId, kNominalPitch, VoiceSource::kInput);
}

void Notes::stream(int part, float pitch, float db, float seconds) {
  if (!stage_.held(part, kStreamId)) {
    if (pitch < 0) return;  // silence needs no voice
    stage_.driven_on(part, kStreamId, kNominalPitch, VoiceSource::kStream);
  }
  stage_.note_expression(part, kStreamId, rt::Expression::kPlay, pitch, seconds);
  stage_.note_expression(part, kStreamId, rt::Expression::kLevel, db, seconds);
}

}  // namespace continuo::session
