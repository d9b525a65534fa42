// The stage as control sees it.
#include "engine/session/stage.h"

#include <algorithm>
#include <cmath>

namespace continuo::session {

namespace {

// Notes of models start on this grid, so that the keys of a chord, which come one after the other, share a
// batch of the network.
constexpr uint64_t kNoteGrid = 16;  // frames
uint64_t on_grid(uint64_t frame) {
  return (frame + kNoteGrid - 1) / kNoteGrid * kNoteGrid;
}

constexpr float kLegatoSeconds = 0.01;  // the shortest change of pitch that is no click

}  // namespace

void Stage::begin(When when) {
  when_ = when;
  to_audio_.clear();
  to_worker_.clear();
  has_note_ = false;
}

uint64_t Stage::next_frame() const {
  return engine_.clock().read().next_frame;
}

uint32_t Stage::lead_frames(int part) const {
  return slots_[part].has_model ? worker_.note_lead_frames() : 0;
}

uint32_t Stage::frames_of(float seconds) const {
  return static_cast<uint32_t>(std::lround(std::clamp(seconds, 0.f, 3600.f) * engine_.spec().rate));
}

bool Stage::commit() {
  uint64_t frame = when_.frame;
  if (frame == 0) {
    frame = next_frame();
    // What a worker must see too has to reach it before its clock gets there. Offline it waits for us.
    const uint64_t now = worker_.running() ? engine_.clock().frame_at(rt::monotonic_ns()) : 0;
    if (has_note_) frame = std::max(frame, on_grid(now + worker_.note_lead_frames()));
    if (!to_worker_.empty()) frame = std::max(frame, now + worker_.margin_frames());
    for (const rt::Command& command : to_audio_) {
      const bool barrier = command.kind == rt::CommandKind::kBarrier;
      frame = std::max(frame, barrier ? last_untimed_ : slots_[command.part].ready_frame);
    }
    last_untimed_ = std::max(last_untimed_, frame);
  }
  for (const rt::Command& command : to_audio_) {
    if (command.kind == rt::CommandKind::kNoteOn) slots_[command.part].voices.starts(command.voice, frame);
    if (command.kind == rt::CommandKind::kInstall) slots_[command.part].ready_frame = frame;
  }
  // What a new part begins with is heard by its first note, too, whose first steps stand before its frame.
  for (rt::Command& command : to_worker_) command.ahead |= frame <= slots_[command.part].ready_frame;
  const auto stamp = [&](std::vector<rt::Command>& commands) {
    for (rt::Command& command : commands) {
      command.frame = frame;
      command.scheduled = when_.scheduled;
      command.last_of_group = &command == &commands.back();
      command.ahead = command.ahead || has_note_;
    }
  };
  stamp(to_audio_);
  stamp(to_worker_);
  if (!to_audio_.empty()) to_audio_.back().sequence = std::max(to_audio_.back().sequence, when_.sequence);
  const bool posted =
      worker_.has_room(to_worker_.size()) && engine_.post(to_audio_) && worker_.post(to_worker_);
  to_audio_.clear();
  to_worker_.clear();
  return posted;
}

rt::Command Stage::make(rt::CommandKind kind, int part) const {
  rt::Command command;
  command.kind = kind;
  command.part = static_cast<uint8_t>(part);
  return command;
}

void Stage::post(const rt::Command& command, bool audio, bool worker) {
  if (audio) to_audio_.push_back(command);
  if (worker && slots_[command.part].has_model) to_worker_.push_back(command);
}

void Stage::set_strip(int part, uint16_t parameter, float value, float seconds) {
  rt::Command command = make(rt::CommandKind::kStripParameter, part);
  command.index = parameter;
  command.value = value;
  command.ramp_frames = frames_of(seconds);
  post(command, true, parameter == schema::strip::kRails);
}

void Stage::set_master(uint16_t parameter, float value, float seconds) {
  rt::Command command = make(rt::CommandKind::kMasterParameter, 0);
  command.index = parameter;
  command.value = value;
  command.ramp_frames = frames_of(seconds);
  post(command, true, false);
}

void Stage::set_parameter(int part, uint16_t parameter, float value, float seconds, bool model) {
  rt::Command command = make(rt::CommandKind::kParameter, part);
  command.index = parameter;
  command.value = value;
  command.ramp_frames = frames_of(seconds);
  post(command, true, model);
}

void Stage::set_space(int part, uint16_t space, rt::SpaceMove::What what, uint16_t number, float x, float y,
                      float seconds) {
  rt::Command command = make(rt::CommandKind::kSpace, part);
  command.index = space;
  command.voice = number;
  command.space = {what, x, y, frames_of(seconds)};
  post(command, true, true);
}

// A legato note goes on with another key.
void Stage::change_key(int part, VoiceAllocator::Voice& voice, const Key& key) {
  Slot& slot = slots_[part];
  voice.id = key.id;
  voice.pitch = key.pitch;
  slot.velocity = key.velocity;
  const auto change = [&](rt::Expression what, float value, float seconds) {
    rt::Command command = make(rt::CommandKind::kExpression, part);
    command.index = static_cast<uint16_t>(what);
    command.voice = slot.voices.slot_of(&voice);
    command.value = value;
    command.ramp_frames = frames_of(std::max(seconds, kLegatoSeconds));
    command.generation = voice.generation;
    post(command, true, true);
  };
  change(rt::Expression::kPitch, key.pitch, slot.glide_seconds);
  change(rt::Expression::kVelocity, key.velocity, 0);
}

void Stage::note_on(int part, int32_t id, float pitch, float velocity) {
  Slot& slot = slots_[part];
  if (slot.voices.held(id) != nullptr) note_off(part, id);
  if (slot.legato) {
    if (VoiceAllocator::Voice* voice = slot.voices.newest_held()) {
      slot.keys.push_back({voice->id, voice->pitch, slot.velocity});
      change_key(part, *voice, {id, pitch, velocity});
      slot.last_pitch = pitch;
      return;
    }
  }
  const bool glides = slot.glide_seconds > 0 && slot.last_pitch >= 0;
  start_voice(
      part, id,
      {pitch, velocity, 0, 0, glides ? slot.last_pitch : pitch, glides ? frames_of(slot.glide_seconds) : 0},
      VoiceSource::kKey);
  slot.last_pitch = pitch;
  slot.velocity = velocity;
}

void Stage::driven_on(int part, int32_t id, float pitch, VoiceSource source) {
  if (slots_[part].voices.held(id) != nullptr) note_off(part, id);
  start_voice(part, id, {pitch, 0.8f, 0, 0, pitch, 0}, source);
}

// Fills in the note's generation and seed.
void Stage::start_voice(int part, int32_t id, const rt::Note& note, VoiceSource source) {
  Slot& slot = slots_[part];
  const VoiceAllocator::Started started = slot.voices.start(id, note.pitch, source != VoiceSource::kKey);
  if (started.stolen) {
    rt::Command kill = make(rt::CommandKind::kKillVoice, part);
    kill.voice = *started.stolen;
    kill.value = 0;
    kill.ramp_frames = 0;
    kill.generation = started.stolen_generation;
    post(kill, true, true);
  }
  rt::Command command = make(rt::CommandKind::kNoteOn, part);
  command.voice = started.voice;
  command.index = static_cast<uint16_t>(source);
  command.ahead = true;
  command.note = note;
  command.note.generation = started.generation;
  command.note.seed = slot.seeds++;
  has_note_ |= slot.has_model;
  post(command, true, true);
}

void Stage::note_off(int part, int32_t id) {
  Slot& slot = slots_[part];
  const auto key = std::find_if(slot.keys.begin(), slot.keys.end(), [&](const Key& k) { return k.id == id; });
  if (key != slot.keys.end()) {
    slot.keys.erase(key);
    return;
  }
  VoiceAllocator::Voice* voice = slot.voices.held(id);
  if (voice == nullptr) return;
  if (!slot.keys.empty()) {
    const Key back = slot.keys.back();
    slot.keys.pop_back();
    change_key(part, *voice, back);
    return;
  }
  voice->held = false;
  rt::Command command = make(rt::CommandKind::kNoteOff, part);
  command.voice = slot.voices.slot_of(voice);
  command.ahead = true;
  command.value = 0;
  command.ramp_frames = 0;
  command.generation = voice->generation;
  has_note_ |= slot.has_model;
  post(command, true, true);
}

void Stage::note_expression(int part, int32_t id, rt::Expression expression, float value, float seconds) {
  Slot& slot = slots_[part];
  VoiceAllocator::Voice* voice = slot.voices.sounding(id);
  if (voice == nullptr) return;
  // A note that has not begun yet would not hear it: it waits as long as the note does.
  has_note_ |= slot.has_model && voice->start_frame > next_frame();
  rt::Command command = make(rt::CommandKind::kExpression, part);
  command.index = static_cast<uint16_t>(expression);
  command.voice = slot.voices.slot_of(voice);
  command.value = value;
  command.ramp_frames = frames_of(seconds);
  command.generation = voice->generation;
  post(command, true, true);
}

bool Stage::sounding(int part, int32_t id) const {
  return const_cast<VoiceAllocator&>(slots_[part].voices).sounding(id) != nullptr;
}

bool Stage::held(int part, int32_t id) const {
  return const_cast<VoiceAllocator&>(slots_[part].voices).held(id) != nullptr;
}

int Stage::voices(int part) const {
  return slots_[part].voices.count();
}

void Stage::all_notes_off(int part) {
  slots_[part].voices.release_all();
  slots_[part].keys.clear();
  rt::Command command = make(rt::CommandKind::kAllNotesOff, part);
  command.ahead = true;
  has_note_ |= slots_[part].has_model;
  post(command, true, true);
}

void Stage::silence(int part) {
  slots_[part].voices.release_all();
  slots_[part].keys.clear();
  has_note_ |= slots_[part].has_model;  // after the notes that are on their way
  post(make(rt::CommandKind::kSilence, part), true, true);
}

void Stage::set_polyphony(int part, int voices) {
  slots_[part].voices.set_polyphony(std::clamp(voices, 1, static_cast<int>(rt::kMaxPolyphony)));
}

void Stage::set_glide(int part, float seconds, bool legato) {
  slots_[part].glide_seconds = seconds;
  slots_[part].legato = legato;
}

void Stage::hold(const void* pointer, std::shared_ptr<const void> owner) {
  held_.push_back({pointer, std::move(owner)});
}

void Stage::install(int part, InstrumentPair pair, std::shared_ptr<const void> keep) {
  Slot& slot = slots_[part];
  const bool had_model = slot.has_model;
  has_note_ |= had_model;  // after the notes that are on their way
  const int polyphony = slot.voices.polyphony();
  slot.voices = VoiceAllocator{};
  slot.voices.set_polyphony(polyphony);
  slot.keys.clear();
  slot.has_model = pair.model != nullptr;
  if (keep != nullptr) hold(keep.get(), keep);

  rt::Command to_audio = make(rt::CommandKind::kInstall, part);
  to_audio.pointer = pair.audio.get();
  hold(pair.audio.get(), std::shared_ptr<Instrument>(std::move(pair.audio)));
  post(to_audio, true, false);

  rt::Command to_worker = make(pair.model ? rt::CommandKind::kInstall : rt::CommandKind::kRemove, part);
  to_worker.ahead = true;
  to_worker.pointer = pair.model.get();
  if (pair.model != nullptr) hold(pair.model.get(), std::shared_ptr<ModelHalf>(std::move(pair.model)));
  if (slot.has_model || had_model) to_worker_.push_back(to_worker);
}

void Stage::remove(int part) {
  Slot& slot = slots_[part];
  rt::Command command = make(rt::CommandKind::kRemove, part);
  has_note_ |= slot.has_model;  // after the notes that are on their way
  command.ahead = true;
  command.pointer = nullptr;
  post(command, true, true);
  slot = Slot{};
}

void Stage::swap_model(int part, std::shared_ptr<void> model) {
  rt::Command command = make(rt::CommandKind::kSwapModel, part);
  command.ahead = true;
  command.pointer = model.get();
  hold(model.get(), model);
  post(command, true, true);
}

void Stage::set_source(int part, VoiceSource kind, std::shared_ptr<FrameSource> source) {
  if (!slots_[part].has_model) return;
  rt::Command command = make(rt::CommandKind::kSource, part);
  command.ahead = true;
  command.index = static_cast<uint16_t>(kind);
  command.pointer = source.get();
  if (source != nullptr) hold(source.get(), source);
  post(command, false, true);
}

void Stage::set_send_reverb(std::shared_ptr<SendReverb> reverb) {
  rt::Command command = make(rt::CommandKind::kSendImpulse, 0);
  command.pointer = reverb.get();
  if (reverb != nullptr) hold(reverb.get(), reverb);
  post(command, true, false);
}

void Stage::set_tap(uint16_t part_or_master, void* tap) {
  rt::Command command = make(rt::CommandKind::kTap, part_or_master == rt::kMasterTap ? 0 : part_or_master);
  command.index = part_or_master;
  command.pointer = tap;
  post(command, true, false);
}

void Stage::reset_seeds() {
  for (Slot& slot : slots_) slot.seeds = 0;
}

void Stage::clear_scheduled() {
  const rt::Command command = make(rt::CommandKind::kClearScheduled, 0);
  to_audio_.push_back(command);
  to_worker_.push_back(command);
}

void Stage::barrier(uint32_t sequence) {
  rt::Command command = make(rt::CommandKind::kBarrier, 0);
  command.sequence = sequence;
  post(command, true, false);
}

void Stage::poll(const std::function<void(const rt::Event&)>& on_event,
                 const std::function<void(std::shared_ptr<const void>)>& retire) {
  const auto release = [&](const void* pointer) {
    const auto found =
        std::find_if(held_.begin(), held_.end(), [&](const Held& h) { return h.pointer == pointer; });
    if (found == held_.end()) return;
    retire(std::move(found->owner));
    held_.erase(found);
  };
  rt::Event event;
  while (engine_.poll(event)) {
    if (event.kind == rt::EventKind::kRetired) release(event.pointer);
    if (event.kind == rt::EventKind::kVoiceEnded)
      slots_[event.part].voices.ended(event.voice, event.generation);
    on_event(event);
  }
  while (worker_.poll(event)) {
    if (event.kind == rt::EventKind::kRetired) release(event.pointer);
    on_event(event);
  }
}

}  // namespace continuo::session
