// The session: players hear what is played, and play parts, the MIDI output and OSC.
#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/session/session.h"

namespace continuo::session {

using players::Deed;
using players::Order;
using schema::Kind;
using Method = schema::musicrnn::Method;

namespace {

constexpr int32_t kPlayerIds = 1 << 24;   // ids of notes that players play: nobody else's
constexpr double kHandedAhead_s = 0.012;  // two ticks of control, and the band's turn
constexpr uint16_t kScales[] = {0xfff, 0xab5, 0x5ad, 0x6ad, 0x6b5, 0x9ad, 0x295, 0x4a9, 0x4e9};

int32_t note_id(int player, uint32_t id) {
  return kPlayerIds | player << 20 | static_cast<int32_t>(id & 0xfffff);
}

}  // namespace

std::optional<std::filesystem::path> Session::player_path(const std::string& name) const {
  for (const ModelFile& model : models_) {
    if (model.name == name && model.kind == "musicrnn") return model.path;
  }
  return std::nullopt;
}

void Session::call_players(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Endpoint to = how.from;
  if (static_cast<schema::player::Method>(request.target.index) == schema::player::Method::kList) {
    int count = 0;
    for (size_t p = 0; p < players_.size(); ++p) {
      if (!players_[p]) continue;
      ++count;
      replies_.send(to, "/player/list", static_cast<int>(p) + 1, "musicrnn", players_[p]->model);
    }
    return replies_.done(to, "/player/list", count);
  }
  const auto place = std::find_if(players_.begin(), players_.end(), [](const auto& p) { return !p; });
  if (place == players_.end())
    return replies_.fail(to, "/player/new", "all " + std::to_string(players_.size()) + " players are taken");
  std::string model(request.arguments[1].text);
  for (const ModelFile& file : models_) {
    if (model.empty() && file.kind == "musicrnn" && file.fault.empty()) model = file.name;
  }
  if (model.empty())
    return replies_.fail(to, "/player/new",
                         "there is no musicrnn model yet: train one with continuo-train musicrnn");
  const int player = static_cast<int>(place - players_.begin());
  add_player(player);
  change_player_model(player, model, [this, player, to](const std::string& error) {
    if (error.empty()) return replies_.done(to, "/player/new", player + 1);
    remove_player(player);
    replies_.fail(to, "/player/new", error);
  });
}

void Session::add_player(int player) {
  players_[static_cast<size_t>(player)].emplace();
  addresses_.add_player(player);
  changed();
  announce("/player/added", player + 1, "musicrnn");
}

void Session::remove_player(int player) {
  auto& slot = players_[static_cast<size_t>(player)];
  if (!slot) return;
  Order order;
  order.what = Order::What::kRemove;
  post(player, std::move(order), {});
  slot.reset();
  addresses_.remove_player(player);
  changed();
  announce("/player/removed", player + 1);
}

void Session::change_player_model(int player, const std::string& name, const Answer& answer) {
  const auto path = player_path(name);
  if (!path) return answer("there is no musicrnn model \"" + name + "\"; /model/list names those that are");
  auto made = std::make_shared<std::unique_ptr<players::Improviser>>();
  services_.jobs.run(
      [made, path, maker = &services_.maker] {
        auto generator = maker->make_player(*path);
        if (generator == nullptr)
          throw std::runtime_error(path->string() + ": this is no model for a player");
        *made = std::make_unique<players::Improviser>(std::move(generator));
      },
      [this, made, player, name, answer](const std::string& error) {
        auto& slot = players_[static_cast<size_t>(player)];
        if (!error.empty()) return answer(error);
        if (!slot) return answer("the player has gone meanwhile");
        Order order;
        order.what = Order::What::kInstall;
        order.improviser = std::move(*made);
        if (!post(player, std::move(order), {}))
          return answer("the players' queue is full; nothing was done");
        slot->model = name;
        slot->installed = true;
        instruct(player);
        if (!slot->chords.empty()) (void)send_chords(player, slot->chords, slot->chord_beats, {});
        changed();
        answer({});
      });
}

bool Session::post(int player, Order&& order, const Act& how) {
  order.player = player;
  order.frame = heard_frame(how);
  if (band_.post(std::move(order))) return true;
  ++full_;
  return false;
}

// When a message acts.
double Session::heard_frame(const Act& how) const {
  return static_cast<double>(how.when.frame != 0 ? how.when.frame : stage_.next_frame());
}

// All that its values say.
void Session::instruct(int player) {
  using namespace schema::musicrnn;
  const PlayerSlot& slot = *players_[static_cast<size_t>(player)];
  if (!slot.installed) return;
  Order turns;
  turns.what = Order::What::kTurns;
  turns.turns = {.mode = static_cast<players::Mode>(slot.number(kMode)),
                 .silence_beats = slot.value(kSilence),
                 .call_bars = slot.number(kCallBars),
                 .by_call_only = slot.on(kManual),
                 .answer_bars = slot.value(kBars),
                 .grid_beats = slot.value(kGrid),
                 .loop = slot.on(kLoop)};
  post(player, std::move(turns), {});
  Order manner;
  manner.what = Order::What::kManner;
  const int key = slot.number(kKey);
  const auto scale = static_cast<uint32_t>(kScales[slot.number(kScale)]);
  const auto lowest = static_cast<uint8_t>(slot.number(kLowest));
  manner.manner = {.wishes = {.temperature = slot.value(kTemperature),
                              .top_p = slot.value(kTopP),
                              .lowest = lowest,
                              .highest = std::max(lowest, static_cast<uint8_t>(slot.number(kHighest))),
                              .scale = static_cast<uint16_t>((scale << key | scale >> (12 - key)) & 0xfff),
                              .density = slot.value(kDensity),
                              .repetition = slot.value(kRepetition)},
                   .follows = slot.on(kFollow),
                   .velocity = slot.value(kVelocity) / 127,
                   .swing = slot.value(kSwing),
                   .hold = slot.on(kHold),
                   .mute = slot.on(kMute),
                   .transpose = slot.number(kTranspose)};
  post(player, std::move(manner), {});
}

void Session::call_player(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const int player = request.target.part;
  PlayerSlot& slot = *players_[static_cast<size_t>(player)];
  const Endpoint to = how.from;
  const std::string shown(planned.shown()), text(request.arguments[0].text);
  const auto number = [&](size_t i, float otherwise) {
    return request.arguments[i].given ? static_cast<float>(request.arguments[i].number) : otherwise;
  };
  const auto give = [&](Order::What what, float value = 0) {
    Order order;
    order.what = what;
    order.value = value;
    if (!post(player, std::move(order), how))
      replies_.fail(to, shown, "the players' queue is full; nothing was done");
  };
  switch (static_cast<Method>(request.target.index)) {
    case Method::kNote:
      hear(player, static_cast<int>(number(0, 60)), number(1, 0) / 127, heard_frame(how));
      slot.rounds = 0;
      return;
    case Method::kCall:
      return give(Order::What::kEndCall);
    case Method::kContinue:
      return give(Order::What::kAsk, number(0, slot.value(schema::musicrnn::kBars)));
    case Method::kStop:
      return give(Order::What::kStop);
    case Method::kMutate:
      return give(Order::What::kMutate, number(0, 0.5f));
    case Method::kPanic:
      return give(Order::What::kPanic);
    case Method::kSeed: {
      Order order;
      order.what = Order::What::kSeed;
      order.seed = static_cast<uint32_t>(static_cast<int64_t>(request.arguments[0].number));
      post(player, std::move(order), how);
      return;
    }
    case Method::kModel:
      if (request.what == Request::What::kQuery) return replies_.send(to, shown, slot.model);
      return change_player_model(player, text, [this, to, shown, text](const std::string& error) {
        if (!error.empty()) return replies_.fail(to, shown, error);
        replies_.done(to, shown, text);
      });
    case Method::kChords:
      return set_chords(planned, how);
    case Method::kRemove:
      remove_player(player);
      return replies_.done(to, shown, player + 1);
    case Method::kCount:
      return;
  }
}

void Session::set_chords(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const int player = request.target.part;
  PlayerSlot& slot = *players_[static_cast<size_t>(player)];
  const std::string shown(planned.shown());
  if (request.what == Request::What::kQuery)
    return replies_.send(how.from, shown, slot.chords.empty() ? "-" : slot.chords, slot.chord_beats);
  const std::string symbols(request.arguments[0].text);
  const float beats = request.arguments[1].given ? static_cast<float>(request.arguments[1].number) : 4.f;
  if (const std::string fault = send_chords(player, symbols == "-" ? "" : symbols, beats, how);
      !fault.empty())
    return replies_.fail(how.from, shown, fault);
  slot.chords = symbols == "-" ? "" : symbols;
  slot.chord_beats = beats;
  changed();
}

// What is wrong with them, or nothing.
std::string Session::send_chords(int player, const std::string& symbols, float beats, const Act& how) {
  Order order;
  order.what = Order::What::kChords;
  if (!symbols.empty()) {
    order.chords = std::make_unique<players::Progression>();
    order.chords->beats = static_cast<double>(beats);
    try {
      order.chords->chords = services_.maker.chords(symbols);
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  return post(player, std::move(order), how) ? "" : "the players' queue is full; nothing was done";
}

// The human hears the beat late by the output's latency, and plays with what is heard.
void Session::hear(int player, int pitch, float velocity, double frame) {
  Order order;
  order.what = velocity > 0 ? Order::What::kNoteOn : Order::What::kNoteOff;
  order.player = player;
  order.frame = std::max(0.0, frame - services_.latency_ms() * 1e-3 * services_.engine.spec().rate);
  order.pitch = std::clamp(pitch, 0, 127);
  order.value = velocity;
  if (!band_.post(std::move(order))) ++full_;
}

void Session::heard_on_part(int slot, float pitch, float velocity, const Act& how) {
  for (size_t p = 0; p < players_.size(); ++p) {
    if (!players_[p] || players_[p]->number(schema::musicrnn::kHearPart) != slot + 1) continue;
    players_[p]->rounds = 0;
    hear(static_cast<int>(p), static_cast<int>(std::lround(pitch)), velocity, heard_frame(how));
  }
}

void Session::play_note(const Deed& deed) {
  const PlayerSlot& slot = *players_[static_cast<size_t>(deed.player)];
  const players::OutNote& note = deed.note;
  const auto frame = static_cast<uint64_t>(std::max(1.0, std::round(deed.frame)));
  const int part = slot.number(schema::musicrnn::kOutPart) - 1;
  if (part >= 0 && parts_[static_cast<size_t>(part)] && parts_[static_cast<size_t>(part)]->installed) {
    const int32_t id = note_id(deed.player, note.id);
    const uint32_t sequence = writing_score_ ? ++sequence_ : 0;
    stage_.begin({frame, false, sequence});
    notes_.on(part, id, static_cast<float>(note.pitch), note.velocity);
    if (!stage_.commit()) {
      ++full_;
    } else if (sequence != 0) {
      const auto message = replies_.encode("/part/" + std::to_string(part + 1) + "/note/norm",
                                           static_cast<float>(note.pitch), note.velocity, id);
      score_waiting_.emplace(sequence, Waiting{{{message.begin(), message.end()}}});
    }
  }
  const auto velocity = static_cast<uint8_t>(std::lround(note.velocity * 127));
  if (slot.on(schema::musicrnn::kOutMidi)) {
    const auto channel = static_cast<uint8_t>(slot.number(schema::musicrnn::kOutChannel) - 1);
    const auto sounds = static_cast<int64_t>(services_.latency_ms() * 1e6);
    services_.send_midi_at(static_cast<uint8_t>((velocity > 0 ? 0x90 : 0x80) | channel),
                           static_cast<uint8_t>(note.pitch), velocity,
                           services_.engine.clock().time_of(frame) + sounds);
  }
  played_.push_back({frame, deed.player, note.pitch, velocity});
  // Who hears this player. Rounds keep two of them from going on for ever.
  for (size_t p = 0; p < players_.size(); ++p) {
    auto& other = players_[p];
    if (!other || static_cast<int>(p) == deed.player) continue;
    if (other->number(schema::musicrnn::kHearPlayer) != deed.player + 1) continue;
    const int most = other->number(schema::musicrnn::kRounds);
    if (most > 0 && other->rounds >= most && note.velocity > 0) continue;
    Order order;
    order.what = note.velocity > 0 ? Order::What::kNoteOn : Order::What::kNoteOff;
    order.player = static_cast<int>(p);
    order.frame = deed.frame;
    order.pitch = note.pitch;
    order.value = note.velocity;
    if (!band_.post(std::move(order))) ++full_;
  }
}

// What the band did since.
void Session::tend_players() {
  const auto rate = services_.engine.spec().rate;
  band_.set_lead(services_.worker.note_lead_frames() + static_cast<uint32_t>(kHandedAhead_s * rate));
  if (!band_.running()) band_.advance_to(services_.engine.clock().read().next_frame);
  Deed deed;
  while (band_.poll(deed)) {
    auto& slot = players_[static_cast<size_t>(deed.player)];
    if (deed.what == Deed::What::kRetired) {
      auto held = std::make_shared<Deed>(std::move(deed));
      services_.jobs.run([held] {}, nullptr);
      deed = {};
    } else if (!slot) {
      continue;
    } else if (deed.what == Deed::What::kNote) {
      play_note(deed);
    } else {
      if (deed.playing) ++slot->rounds;
      announce("/musicrnn/" + std::to_string(deed.player + 1) + "/turn", deed.playing ? 1 : 0,
               std::isfinite(deed.beats) ? static_cast<float>(deed.beats) : 0.f);
    }
  }
  const uint64_t now = services_.engine.clock().read().next_frame;
  std::erase_if(played_, [&](const Played& played) {
    if (played.frame > now) return false;
    announce("/musicrnn/" + std::to_string(played.player + 1) + "/played", played.pitch,
             static_cast<int>(played.velocity));
    return true;
  });
}

}  // namespace continuo::session
