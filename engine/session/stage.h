// The stage as control sees it: parts, parameters and notes, posted to the audio thread and the workers as
// one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/audio/engine.h"
#include "engine/instruments/frame_source.h"
#include "engine/instruments/instrument.h"
#include "engine/instruments/worker.h"
#include "engine/rt/command.h"
#include "engine/session/voice_allocator.h"

namespace continuo::session {

// When a message acts. Untimed: parameters at the next block, notes after the part's lead.
struct When {
  uint64_t frame = 0;      // 0: untimed
  bool scheduled = false;  // by a time tag
  uint32_t sequence = 0;   // not 0: the frame at which it acted comes back as an Event kApplied
};

// Control thread, all of it. Calls between begin() and commit() form one group: they act at one frame, or,
// when a queue is full, not at all.
class Stage {
 public:
  Stage(Engine& engine, Worker& worker) : engine_(engine), worker_(worker) {}

  void begin(When when);
  // False: a queue is full; nothing of the group was posted.
  [[nodiscard]] bool commit();
  // The frame at which an untimed message of this moment acts.
  [[nodiscard]] uint64_t next_frame() const;
  // Frames between an untimed note and its sound: one block and 0.65 ms where a model plays, else 0.
  [[nodiscard]] uint32_t lead_frames(int part) const;

  void set_strip(int part, uint16_t parameter, float value, float seconds = 0);
  void set_master(uint16_t parameter, float value, float seconds = 0);
  // `model`: the parameter is read by the network too (schema: "acts").
  void set_parameter(int part, uint16_t parameter, float value, float seconds, bool model);

  // What the part plays of a code space of its model. `space`: its place in the model's config; `number`: of
  // the name or code.
  void set_space(int part, uint16_t space, rt::SpaceMove::What what, uint16_t number = 0, float x = 0,
                 float y = 0, float seconds = 0);

  // Notes are known by (part, id). A second note-on of an id releases the first.
  void note_on(int part, int32_t id, float pitch, float velocity);  // MIDI number, 0..1 (not 0)
  // A voice that a source plays, from the nominal pitch `pitch`.
  void driven_on(int part, int32_t id, float pitch, VoiceSource source);
  void note_off(int part, int32_t id);
  void note_expression(int part, int32_t id, rt::Expression expression, float value, float seconds = 0);
  [[nodiscard]] bool sounding(int part, int32_t id) const;
  [[nodiscard]] bool held(int part, int32_t id) const;  // and not released yet
  [[nodiscard]] int voices(int part) const;             // how many sound
  void all_notes_off(int part);
  void silence(int part);
  void set_polyphony(int part, int voices);  // 1..kMaxPolyphony
  void set_glide(int part, float seconds, bool legato);

  // Parts: the pair was made off this thread. `keep` (a model's runtime) lives as long as its pair. The old
  // pair comes back through `retire` of poll().
  void install(int part, InstrumentPair pair, std::shared_ptr<const void> keep);
  void remove(int part);
  // The stage keeps `model` alive until the worker has let go of it.
  void swap_model(int part, std::shared_ptr<void> model);
  // The part's player of that kind; the stage keeps it alive until the worker has let go of it.
  void set_source(int part, VoiceSource kind, std::shared_ptr<FrameSource> source);
  void set_send_reverb(std::shared_ptr<SendReverb> reverb);
  void set_tap(uint16_t part_or_master, void* tap);
  void reset_seeds();
  void clear_scheduled();
  void barrier(uint32_t sequence);

  // Takes what audio and workers have sent. `retire` gets things to be destroyed on the disk thread.
  void poll(const std::function<void(const rt::Event&)>& on_event,
            const std::function<void(std::shared_ptr<const void>)>& retire);

 private:
  struct Key {  // held under a legato note, to be returned to
    int32_t id;
    float pitch, velocity;
  };
  struct Slot {
    VoiceAllocator voices;
    std::vector<Key> keys;
    bool has_model = false, legato = false;
    float glide_seconds = 0, last_pitch = -1, velocity = 0;
    uint32_t seeds = 0;
    uint64_t ready_frame = 0;  // when its instrument is there: nothing untimed acts before
  };
  struct Held {  // alive until its pointer comes back
    const void* pointer;
    std::shared_ptr<const void> owner;
  };
  rt::Command make(rt::CommandKind kind, int part) const;
  void post(const rt::Command& command, bool audio, bool worker);
  void start_voice(int part, int32_t id, const rt::Note& note, VoiceSource source);
  void change_key(int part, VoiceAllocator::Voice& voice, const Key& key);
  void hold(const void* pointer, std::shared_ptr<const void> owner);
  [[nodiscard]] uint32_t frames_of(float seconds) const;

  Engine& engine_;
  Worker& worker_;
  Slot slots_[rt::kMaxParts];
  When when_;
  std::vector<rt::Command> to_audio_, to_worker_;
  std::vector<Held> held_;
  bool has_note_ = false;      // of the open group: a part with a model plays a note in it
  uint64_t last_untimed_ = 0;  // the latest frame of an untimed group: a barrier comes no earlier
};

}  // namespace continuo::session
