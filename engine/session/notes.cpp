// Notes of the parts on their way to the stage.
#include "engine/session/notes.h"

namespace continuo::session {

constexpr size_t kMaxDown = 128;

void Notes::on(int part, int32_t id, float pitch, float velocity) {
  if (velocity <= 0) return off(part, id);
  parts_[part].sustained.erase(id);  // struck again: the stage ends the one before
  if (parts_[part].down.size() < kMaxDown) parts_[part].down.insert(id);
  stage_.note_on(part, id, pitch, velocity);
}

void Notes::off(int part, int32_t id) {
  parts_[part].down.erase(id);
  if (parts_[part].pedal && stage_.sounding(part, id)) {
    parts_[part].sustained.insert(id);
  } else {
    stage_.note_off(part, id);
  }
}

void Notes::all_off(int part) {
  parts_[part].sustained.clear();
  parts_[part].down.clear();
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

}  // namespace continuo::session
