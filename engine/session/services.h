// What the session needs from the rest of the program: interfaces, so that it can be played in a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/audio/send_reverb.h"
#include "engine/instruments/input_source.h"
#include "engine/instruments/instrument.h"
#include "engine/osc/endpoint.h"
#include "engine/osc/time_tag.h"
#include "engine/players/generator.h"
#include "engine/session/jobs.h"
#include "engine/session/library.h"
#include "engine/session/stage.h"
#include "osc_schema/tables.h"

namespace continuo::session {

// Control thread. Never waits. False: it could not be sent now.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual bool send(const osc::Endpoint& to, std::span<const std::byte> packet) = 0;
};

// An instrument, made ready for one part off stage.
struct MadeInstrument {
  InstrumentPair pair;            // empty when only the model was asked for
  std::shared_ptr<void> runtime;  // of its model
  uint32_t hop_frames = 0;
  std::shared_ptr<SendReverb> reverb;                      // the model's own room, or null
  std::shared_ptr<PlayedRange> played;                     // tells where its notes lie; may be null
  std::shared_ptr<FrameSource> song;                       // sings by itself; null without a song model
  std::shared_ptr<InputSource> input;                      // listens; null where nothing can be driven
  std::shared_ptr<const std::vector<ddsp::Space>> spaces;  // of its model; may be null
  std::shared_ptr<FrameSource> stream;  // is played by f0 and level; null where nothing can be driven
};

// Disk thread, all of it. Throws with the reason when the model is broken or missing.
class InstrumentMaker {
 public:
  virtual ~InstrumentMaker() = default;
  // `model` is empty for an instrument without one. With `only_model_of_hop` not 0 and a model of that hop,
  // no new instrument is made: the model takes over in the one that plays.
  virtual MadeInstrument make(schema::Kind kind, const std::filesystem::path& model,
                              const InstrumentSpec& spec, uint32_t only_model_of_hop) = 0;
  // What sings by itself in a part of that spec. Null where there is no such thing.
  virtual std::shared_ptr<FrameSource> make_song(const std::filesystem::path& model,
                                                 const InstrumentSpec& spec) {
    (void)model, (void)spec;
    return nullptr;
  }
  // What a model is for, as its header says: "ddsp", "song". Does not throw.
  virtual std::string kind(const std::filesystem::path& model) {
    (void)model;
    return "ddsp";
  }
  // What a player plays with. Null where there is no such thing.
  virtual std::unique_ptr<players::Generator> make_player(const std::filesystem::path& model) {
    (void)model;
    return nullptr;
  }
  // Chord symbols as that generator takes them. Throws std::runtime_error that names what is no chord.
  virtual std::vector<uint32_t> chords(const std::string& symbols) {
    (void)symbols;
    return {};
  }
  // Why a model cannot be loaded, by its header and size alone; empty: it seems good. Does not throw.
  virtual std::string fault(const std::filesystem::path& model) {
    (void)model;
    return {};
  }
};

using Resolved = std::function<void(std::optional<osc::Endpoint>, const std::string& why)>;

struct SessionServices {
  Engine& engine;
  Worker& worker;
  Jobs& jobs;
  Outbox& outbox;
  InstrumentMaker& maker;
  LibraryFolders folders;
  // "jack: system, 48000 Hz, 64 frames", and the whole way from message to loudspeaker.
  std::function<std::string()> device_line = [] { return std::string("none"); };
  std::function<double()> latency_ms = [] { return 0.0; };
  std::function<uint32_t()> block_frames = [] { return 64u; };
  // Channels of the device.
  std::function<uint32_t()> outputs = [] { return 64u; };
  std::function<void()> quit = [] {};
  // Three bytes to the MIDI output, at once.
  std::function<void(uint8_t, uint8_t, uint8_t)> send_midi = [](uint8_t, uint8_t, uint8_t) {};
  // The same, at that time of CLOCK_MONOTONIC.
  std::function<void(uint8_t, uint8_t, uint8_t, int64_t time_ns)> send_midi_at = [](uint8_t, uint8_t, uint8_t,
                                                                                    int64_t) {};
  // Which MIDI inputs are to be open: "all", "none" or a part of their names. Asked for by /midi/select, or
  // else by a session that opens.
  std::function<void(const std::string&, bool asked)> select_midi = [](const std::string&, bool) {};
  std::function<void(const std::string&)> log = [](const std::string&) {};
  // The endpoint of HOST:PORT, names looked up without waiting; nothing, and why, when there is none.
  std::function<void(const std::string&, Resolved)> resolve = [](const std::string& target,
                                                                 const Resolved& then) {
    then(osc::parse_endpoint(target), "expected HOST:PORT");
  };
  // CLOCK_MONOTONIC in ns and the clock of the time tags; a test brings its own.
  std::function<int64_t()> monotonic_ns = rt::monotonic_ns;
  std::function<osc::TimeTag()> wall_clock = osc::TimeTag::now;
  // Rendering: untimed messages act at the next frame of the engine, whatever the clock says.
  bool offline = false;
};

}  // namespace continuo::session
