// The session: parts, values and listeners, played by OSC and MIDI. Everything that a message can do happens
// here.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/audio/recorder.h"
#include "engine/midi/parser.h"
#include "engine/osc/feedback.h"
#include "engine/osc/packet.h"
#include "engine/players/band.h"
#include "engine/session/address_space.h"
#include "engine/session/calendar.h"
#include "engine/session/notes.h"
#include "engine/session/part.h"
#include "engine/session/player_slot.h"
#include "engine/session/replies.h"
#include "engine/session/request.h"
#include "engine/session/score/score_writer.h"
#include "engine/session/services.h"
#include "engine/session/session_file.h"
#include "engine/sync/tap_tempo.h"
#include "engine/sync/transport.h"

namespace continuo::session {

// "ok", or where it lies beyond what a model was trained on: "high_pitch loud" (flags: RangeFlag).
std::string range_text(uint8_t flags);

// Control thread, all of it; no call takes longer than a millisecond. It opens no file and no socket.
class Session {
 public:
  explicit Session(const SessionServices& services);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // At start. Opens a session of the library; the default one when it is not there, or broken (the reason is
  // logged and the file kept aside as NAME.broken.json, -2, ...).
  void open(const std::string& name);
  // An empty session: what a score is rendered in.
  void open_empty();

  // A packet has come. Replies go to `from` by the outbox. What a large one asks for is cut into turns.
  void handle_packet(std::span<const std::byte> packet, const osc::Endpoint& from);
  // Packets, or a session that loads, are not done yet: work() wants turns of its own.
  [[nodiscard]] bool busy() const { return loading_ || !incoming_.empty(); }
  void work();
  // The same, to act at `frame`: a score is played.
  void handle_at(uint64_t frame, std::span<const std::byte> packet, const osc::Endpoint& from = {});
  // A MIDI message of up to 3 bytes: channel n plays part n if there is one, else the first part. Each input
  // has its own bend ranges and MPE zones.
  void handle_midi(std::span<const uint8_t> message, uint16_t input = 0);
  // Each 5 ms, and after the jobs' answers.
  void tick();

  // The device went away or came back.
  void announce_device();
  // A permanent listener of the command line, HOST:PORT[,slow].
  void add_listener(const std::string& target);
  // A TCP connection has ended.
  void closed(const osc::Endpoint& connection);
  // Saves now, if something has changed (at exit: run what the jobs then hold).
  void save_if_changed();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::optional<Part>& part(int slot) const { return parts_[static_cast<size_t>(slot)]; }
  [[nodiscard]] int part_count() const;
  [[nodiscard]] const AddressSpace& addresses() const { return addresses_; }
  [[nodiscard]] std::optional<float> value(Target target) const;
  [[nodiscard]] std::optional<float> value(std::string_view address) const;
  [[nodiscard]] SessionData data() const;
  [[nodiscard]] Stage& stage() { return stage_; }

 private:
  using Endpoint = osc::Endpoint;
  static constexpr int kParts = static_cast<int>(rt::kMaxParts);

  // One message and one address that it means.
  struct Planned {
    Request request;
    osc::Message message;
    std::string address;  // as it was matched; empty: the message's own
    [[nodiscard]] std::string_view shown() const { return address.empty() ? message.address : address; }
  };
  // What holds while a group of messages acts.
  struct Act {
    When when;
    Endpoint from;
    bool deferred = false;  // its values are told when their frame comes
  };
  struct Waiting {  // for the frame at which a group acted
    std::vector<std::vector<std::byte>> messages;
  };
  struct Undo {
    Target target;
    float value;
  };

  // session_incoming.cpp: packets in their order, in turns
  // A packet, or the messages of a calendar's group.
  struct Incoming {
    std::vector<std::vector<std::byte>> packets;
    Endpoint from;
    std::optional<uint64_t> frame;  // the calendar's
    [[nodiscard]] size_t bytes() const;
  };
  // What is to be done of the first of them.
  struct Progress {
    size_t packet = 0;                        // the next to read
    std::optional<osc::PacketReader> reader;  // of the one before it
    bool good = true, planned = false;
    size_t acted = 0;  // of planned_
  };
  [[nodiscard]] bool advance(const Incoming& incoming, int64_t until_ns);
  void plan_next(const osc::Message& message, const Endpoint& from);
  void schedule_next(const Endpoint& from);
  void refuse(const Endpoint& from, const std::string& reason);
  void play_due_groups();

  // session.cpp: from packet to acts
  bool plan(const osc::Message& message, const Endpoint& from);
  void fail_unknown(const osc::Message& message, const Endpoint& from);
  void schedule(std::span<const Planned> group, const Endpoint& from);
  void act(std::span<const Planned> group, const Act& how);
  void execute(const Planned& planned, const Act& how);
  [[nodiscard]] static bool only_control_can(const Request& request);
  // Both clocks at one moment.
  struct Moment {
    int64_t monotonic_ns = 0;
    osc::TimeTag wall;
  };
  [[nodiscard]] Moment moment() const;
  void write_score(std::span<const Planned> group, uint32_t sequence);
  void write_score(const Waiting& waiting, uint64_t frame);

  void call_note(const Planned& planned, const Act& how);

  // session_values.cpp
  // check(), and what this device adds to it.
  [[nodiscard]] bool check_here(const osc::Message& message, Target target, Request& request,
                                std::string& reason) const;
  // Once for each part whose channel the device does not have.
  void tell_outputs();
  void set_value(const Request& request, const Act& how);
  void send_to_stage(Target target, float value, float seconds);
  void store(Target target, float value, const Endpoint& from);
  void answer_value(Target target, std::string_view address, const Endpoint& to);
  void retry_values();

  // session_parts.cpp
  using Answer = std::function<void(const std::string& error)>;  // empty: it went well
  void call_part(const Planned& planned, const Act& how);
  void new_part(const Planned& planned, const Act& how);
  void add_part(int slot, const std::string& name, schema::Kind kind, const std::string& model);
  // Has it made on the disk thread; `then` runs if the part is still there and nothing newer was asked.
  void make(int slot, schema::Kind kind, const std::string& model, uint32_t only_model_of_hop,
            std::function<void(const std::string& error, MadeInstrument made)> then);
  // Makes what the part is and installs it.
  void bring(int slot, const Answer& answer);
  void install(int slot, MadeInstrument made);
  void remove_part(int slot);
  void change_instrument(int slot, schema::Kind kind, const Answer& answer);
  void change_model(int slot, const std::string& model, const Answer& answer);
  [[nodiscard]] std::optional<std::filesystem::path> model_path(const std::string& name) const;
  [[nodiscard]] std::string default_model(schema::Kind kind) const;

  // session_sing.cpp
  [[nodiscard]] std::optional<std::filesystem::path> song_path(const std::string& name) const;
  [[nodiscard]] std::string default_song() const;
  void change_song(int slot, const std::string& name, const Answer& answer);
  void stream(const Planned& planned, const Act& how);
  void nothing_sounds(int slot);

  // session_methods.cpp
  void call_engine(const Planned& planned, const Act& how);
  void call_record(const Planned& planned, const Act& how);
  void call_session(const Planned& planned, const Act& how);
  void call_model(const Planned& planned, const Act& how);
  void answer_status(const Endpoint& to);
  void sync(int32_t id, const Endpoint& to, int rounds = 3);
  void panic();
  void show_traffic(const osc::Message& message, const Endpoint& from);

  // session_spaces.cpp
  [[nodiscard]] bool check_space(const Request& request, std::string& reason) const;
  [[nodiscard]] std::string space_hint(std::string_view address) const;
  [[nodiscard]] std::string unknown_space(std::string_view tree) const;
  void call_space(const Planned& planned, const Act& how);
  void report_space(const Planned& planned, const Endpoint& to);
  void send_space(int slot, size_t space);
  void bring_spaces(int slot, std::shared_ptr<const std::vector<ddsp::Space>> spaces);
  [[nodiscard]] std::vector<Target> spaces_in_use(int slot) const;
  [[nodiscard]] std::vector<Target> space_values(int slot) const;
  void tell_space(int slot, size_t space, const SpaceSetting& before, Target by, const Endpoint& from);
  std::span<const std::byte> encode_space(Target target, std::string_view address,
                                          std::span<std::byte> buffer) const;

  // session_players.cpp
  [[nodiscard]] std::optional<std::filesystem::path> player_path(const std::string& name) const;
  void call_players(const Planned& planned, const Act& how);
  void call_player(const Planned& planned, const Act& how);
  void add_player(int player);
  void remove_player(int player);
  void change_player_model(int player, const std::string& name, const Answer& answer);
  void set_chords(const Planned& planned, const Act& how);
  std::string send_chords(int player, const std::string& symbols, float beats, const Act& how);
  bool post(int player, players::Order&& order, const Act& how);
  void instruct(int player);
  [[nodiscard]] double heard_frame(const Act& how) const;
  void hear(int player, int pitch, float velocity, double frame);
  // A human's note on a part, for the players that hear it.
  void heard_on_part(int slot, float pitch, float velocity, const Act& how);
  void play_note(const players::Deed& deed);
  void tend_players();

  // session_transport.cpp
  void call_transport(const Planned& planned, const Act& how);
  void tell_tempo();
  void tell_band(players::Order::What what, double frame);
  void tell_beat();

  // session_record.cpp
  void start_recording(const std::string& name, bool stems, const Endpoint& to);
  void stop_recording(const Endpoint& to);
  void add_stem(int slot);
  void end_stem(int slot);
  void close_stems();
  void start_score(const std::string& name, const Endpoint& to);
  void stop_score(const Endpoint& to);
  void end_score(uint64_t frame);

  // session_input.cpp
  // What the parts hear, told to clients and to the MIDI output; voices that lost their place come back.
  void tell_inputs();
  void tell_ranges();
  void hear_name(int slot, const InputEvent& event);
  void tell_input(int slot, const InputEvent& event);
  void end_midi_note(Part& part);
  void open_midi(int slot, bool on);

  // session_midi.cpp
  void handle_event(const midi::Event& event);
  [[nodiscard]] int part_of_channel(uint8_t channel) const;
  template <typename... Arguments>
  void play_midi(int slot, std::string_view name, const Arguments&... arguments);

  // session_storage.cpp
  void load(const std::string& name, const Answer& answer);
  void take(SessionData data, const Answer& answer);
  bool take_next();
  void take_part(const PartData& entry);
  void take_player(const PlayerData& entry);
  void begin_default();
  void bring_room();
  void clear();
  // The session has this name once it is saved.
  void save(const std::string& name, const Answer& answer);
  void autosave();
  void watch_models();
  void tell_fault(const ModelFile& model);
  void changed() { changed_ns_ = changed_ns_ != 0 ? changed_ns_ : now_ns_; }

  // session_feedback.cpp
  [[nodiscard]] static uint32_t feedback_handle(Target target);
  [[nodiscard]] Target feedback_target(uint32_t handle) const;
  std::span<const std::byte> encode_feedback(uint32_t handle, std::span<std::byte> space) const;
  std::span<const std::byte> encode(Target target, std::string_view address,
                                    std::span<std::byte> buffer) const;
  void tell(Target target, const Endpoint& from);
  void tell_method(int slot, schema::part::Method method, const Endpoint& from);
  void tell_part(int slot);  // every value of it
  void tell_meters();
  void notify(const Request& request, const Endpoint& from);
  void add_listener(const std::string& target, const Answer& answer);
  void remove_listener(const std::string& target, const Endpoint& from);
  [[nodiscard]] std::vector<std::string> listener_names() const;
  void start_dump(std::string_view pattern, const Endpoint& to);
  template <typename... Arguments>
  void announce(std::string_view address, const Arguments&... arguments) {
    feedback_.post(replies_.encode(address, arguments...));
  }

  SessionServices services_;
  Stage stage_;
  Notes notes_;
  AddressSpace addresses_;
  osc::Feedback feedback_;
  Replies replies_;
  Calendar calendar_;
  Recorder recorder_;
  ScoreWriter score_;
  std::array<std::optional<Part>, rt::kMaxParts> parts_;
  std::array<float, schema::master::kCount> master_{};
  sync::Transport transport_;
  sync::TapTempo taps_;
  int64_t pulse_ = INT64_MIN;  // that was told last
  std::array<std::optional<PlayerSlot>, players::kMostPlayers> players_;
  struct Played {  // to be told when it sounds
    uint64_t frame;
    int player, pitch;
    uint8_t velocity;
  };
  std::vector<Played> played_;
  players::Band band_;
  std::string name_ = "default";
  std::string midi_inputs_ = "all";

  struct Listener {
    std::string name;  // HOST:PORT[,slow]
    Endpoint to;
  };
  std::vector<Listener> listeners_;  // the permanent ones
  struct Stem {
    int slot;
    uint32_t id;
    bool tapped;                    // audio has its tap
    std::optional<uint64_t> until;  // its part has gone
  };
  std::vector<Stem> stems_;
  std::array<int, rt::kMaxParts> told_output_{};  // the channel that was missed, 0: none
  uint32_t stem_ids_ = 0;
  bool recording_stems_ = false;
  std::map<uint16_t, midi::Parser> midi_parsers_;  // by input
  std::array<int, 16> midi_key_{};                 // of the newest note of an MPE channel

  struct Loading {
    SessionData data;
    size_t parts = 0;  // that are there
    Answer answer;
  };
  std::optional<Loading> loading_;
  std::deque<Incoming> incoming_;
  size_t incoming_bytes_ = 0;
  Progress progress_;
  std::vector<Planned> planned_;
  std::vector<AddressSpace::Match> matches_;
  std::vector<Undo> undo_;
  struct SpaceUndo {
    int slot;
    size_t space;
    SpaceSetting setting;
  };
  std::vector<SpaceUndo> space_undo_;
  std::vector<const Planned*> refused_;                // of the group that acts
  std::map<uint32_t, std::pair<float, float>> retry_;  // target -> value, seconds: the queue was full

  std::map<uint32_t, Waiting> score_waiting_;
  struct Barrier {
    Endpoint to;
    int32_t id;
  };
  std::map<uint32_t, Barrier> barriers_;
  uint32_t sequence_ = 0;
  bool posted_ = false;  // audio takes part in the group that acts

  std::map<Endpoint, int> traffic_;  // /dumpOSC 2: who gets it
  bool print_traffic_ = false;

  std::vector<ModelFile> models_;
  bool watching_ = false, models_known_ = false, saving_ = false;
  std::array<uint32_t, rt::kMaxParts> asked_{};  // counts what was asked of the disk thread for a slot
  int64_t now_ns_ = 0, start_ns_ = 0, changed_ns_ = 0, watched_ns_ = 0, refused_ns_ = INT64_MIN / 2,
          suggested_ns_ = INT64_MIN / 2, peaks_ns_ = 0;
  bool own_reverb_ = false, writing_score_ = false;  // a model brought its room
  struct EndingScore {                               // its barrier is on the way
    uint32_t barrier;
    Endpoint to;
  };
  std::optional<EndingScore> ending_score_;
  uint64_t late_bundles_ = 0, refused_packets_ = 0, messages_ = 0, full_ = 0;
  std::array<float, rt::kMaxParts> peaks_{};
  float master_peak_ = 0;
};

}  // namespace continuo::session
