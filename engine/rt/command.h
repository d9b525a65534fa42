// What control tells the audio thread and the model workers: plain data, stamped with a frame.
#pragma once

#include <cstdint>
#include <type_traits>

namespace continuo::rt {

// The engine renders in segments of at most this many frames, cut at its multiples of the frame counter.
inline constexpr uint32_t kTickFrames = 32;
inline constexpr uint32_t kMaxParts = 32;
inline constexpr uint32_t kMaxVoices = 24;  // slots of a part: 16 that sound and 8 that fade
inline constexpr uint32_t kMaxPolyphony = 16;

enum class CommandKind : uint8_t {
  kStripParameter,   // index, value, ramp_frames: a part's strip
  kParameter,        // index, value, ramp_frames: a part's instrument
  kMasterParameter,  // index, value, ramp_frames: the master (part is not read)
  kNoteOn,           // voice, note, index = VoiceSource: who plays it (engine/instruments/frame_source.h)
  kNoteOff,          // voice, generation
  kExpression,       // voice, generation, index = Expression, value, ramp_frames
  kKillVoice,        // voice, generation: a quick fade (stolen)
  kAllNotesOff,      // every voice of a part is released
  kSilence,          // every voice of a part fades at once (panic)
  kInstall,          // pointer = Instrument*: takes the part's place; what was there comes back as an event
  kRemove,           // the part fades and comes back as an event
  kSwapModel,        // pointer = model (read by the worker): takes over for new frames
  kSource,           // pointer = FrameSource* or null, index = VoiceSource (read by the worker)
  kSpace,            // space, index = of the model's spaces, voice = entry or code (read by the worker)
  kSendImpulse,      // pointer = SendReverb* or null: the send crossfades to it
  kTap,              // pointer = RecorderTap* or null, index = part or kMasterTap: recording starts or stops
  kResetSeeds,       // the next note of every part starts from seed 0 (a score begins)
  kClearScheduled,   // drops what was scheduled by time tags and is not yet due
  kBarrier,          // comes back as an event with its sequence
};

// semitones, 0..1, 0..1, MIDI number, 0..1; to who plays a driven voice: MIDI number (below 0: none), dB
enum class Expression : uint16_t { kBend, kPressure, kTimbre, kPitch, kVelocity, kPlay, kLevel };

inline constexpr uint16_t kMasterTap = 0xffff;

struct Note {
  float pitch;            // MIDI number, fractions allowed
  float velocity;         // 0..1
  uint32_t generation;    // tells this note from the slot's earlier ones
  uint32_t seed;          // of its noise
  float glide_from;       // MIDI number
  uint32_t glide_frames;  // 0: no glide
};

// What a part is to play of a code space of its model (engine/instruments/space_player.h).
inline constexpr uint32_t kMostSpaceCodes = 4;  // that are mixed
struct SpaceMove {
  enum class What : uint32_t {
    kClear,  // nothing: the default
    kEntry,  // x: the amount of a name, within ramp_frames; names are mixed
    kCode,   // x: the weight of one more code
    kPad,    // a place on the map
  };
  What what;
  float x, y;
  uint32_t ramp_frames;
};

struct Command {
  uint64_t frame = 0;     // when it acts; 0: at once
  uint32_t sequence = 0;  // not 0: its frame is reported back (kApplied)
  CommandKind kind = CommandKind::kBarrier;
  uint8_t part = 0;
  bool scheduled = false;     // came with a time tag: /clearSched drops it
  bool last_of_group = true;  // commands up to here act together or not yet
  bool ahead = false;  // a worker acts on it one lead before its frame (notes, and what comes with them)
  uint16_t index = 0;  // parameter, expression
  uint16_t voice = 0;
  union {
    struct {
      float value;
      uint32_t ramp_frames;
      uint32_t generation;
    };
    Note note;
    SpaceMove space;
    void* pointer;
  };
  Command() : note{} {}
};
static_assert(sizeof(Command) <= 64 && std::is_trivially_copyable_v<Command>);

enum class EventKind : uint8_t {
  kApplied,     // sequence, frame
  kVoiceEnded,  // part, voice, generation
  kRetired,     // pointer: may be freed by the disk thread; index = CommandKind that brought it
  kBarrier,     // sequence, frame
  kLateStart,   // part, voice: a note's first model frame was not there
  kTapStopped,  // pointer
};

// What the audio thread tells control.
struct Event {
  uint64_t frame = 0;
  uint32_t sequence = 0;
  EventKind kind = EventKind::kApplied;
  uint8_t part = 0;
  uint16_t index = 0;
  uint16_t voice = 0;
  uint32_t generation = 0;
  void* pointer = nullptr;
};
static_assert(std::is_trivially_copyable_v<Event>);

inline Event voice_ended(uint64_t frame, uint8_t part, uint16_t voice, uint32_t generation) noexcept {
  Event event;
  event.kind = EventKind::kVoiceEnded;
  event.frame = frame;
  event.part = part;
  event.voice = voice;
  event.generation = generation;
  return event;
}

}  // namespace continuo::rt
