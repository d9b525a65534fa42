// The session: files, and the models of the library.
#include <algorithm>
#include <memory>
#include <utility>

#include "engine/session/names.h"
#include "engine/session/session.h"

namespace continuo::session {
namespace {

constexpr int64_t kAutosaveNs = 2'000'000'000;
constexpr int64_t kWatchNs = 2'000'000'000;

using schema::Kind;

std::filesystem::path file_of(const LibraryFolders& folders, const std::string& name) {
  return folders.sessions() / (name + ".json");
}

std::optional<uint16_t> index_of(Kind kind, const std::string& name) {
  const auto specs = schema::parameters(kind);
  for (uint16_t i = 0; i < specs.size(); ++i) {
    if (specs[i].name == name) return i;
  }
  return std::nullopt;
}

// The models, with what is wrong with each; those that have not changed are not opened again. Disk thread.
std::vector<ModelFile> look_for_models(const LibraryFolders& folders, InstrumentMaker& maker,
                                       const std::vector<ModelFile>& known = {}) {
  std::vector<ModelFile> models = list_models(folders);
  for (ModelFile& model : models) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const ModelFile& m) {
      return m.path == model.path && m.changed == model.changed && m.bytes == model.bytes;
    });
    model.fault = same != known.end() ? same->fault : maker.fault(model.path);
    model.kind = same != known.end() ? same->kind : maker.kind(model.path);
  }
  return models;
}

}  // namespace

SessionData Session::data() const {
  SessionData out;
  const auto put = [](std::map<std::string, float>& values, Kind kind, std::span<const float> now) {
    const auto specs = schema::parameters(kind);
    for (size_t i = 0; i < specs.size(); ++i) values[std::string(specs[i].name)] = now[i];
  };
  for (int slot = 0; slot < kParts; ++slot) {
    const auto& part = parts_[static_cast<size_t>(slot)];
    if (!part) continue;
    PartData entry{slot + 1, part->name, part->instrument, part->model, {}, {}, {}};
    if (part->instrument == Kind::kDdsp) entry.song = part->song;
    put(entry.values, Kind::kStrip, part->strip);
    put(entry.values, part->instrument, part->values);
    entry.values.erase("gate");  // no note sounds after a restart; what sings by itself goes on
    for (size_t s = 0; s < kSpaces; ++s) {
      if (!part->spaces[s].untouched()) entry.spaces[part->space_names[s]] = part->spaces[s];
    }
    entry.spaces.insert(part->waiting_spaces.begin(), part->waiting_spaces.end());
    out.parts.push_back(std::move(entry));
  }
  for (size_t p = 0; p < players_.size(); ++p) {
    if (!players_[p]) continue;
    PlayerData entry{
        static_cast<int>(p) + 1, players_[p]->model, {}, players_[p]->chords, players_[p]->chord_beats};
    put(entry.values, Kind::kMusicrnn, players_[p]->values);
    out.players.push_back(std::move(entry));
  }
  const sync::Timeline& line = transport_.timeline();
  out.bpm = line.bpm, out.metre_beats = line.metre.beats, out.metre_unit = line.metre.unit;
  put(out.master, Kind::kMaster, master_);
  out.listeners = listener_names();
  out.midi_inputs = midi_inputs_;
  return out;
}

// Takes everything away. In a group of its own.
void Session::clear() {
  stage_.begin({});
  for (int slot = kParts - 1; slot >= 0; --slot) {  // from the end: no alias has to be numbered anew
    if (parts_[static_cast<size_t>(slot)]) remove_part(slot);
  }
  for (size_t p = 0; p < players_.size(); ++p) remove_player(static_cast<int>(p));
  transport_.stop(heard_frame({}));
  const auto specs = schema::parameters(Kind::kMaster);
  for (uint16_t i = 0; i < master_.size(); ++i) {
    send_to_stage({Kind::kMaster, Face::kUnit, Target::kNoPart, i}, specs[i].default_value, 0);
    master_[i] = specs[i].default_value;
  }
  if (!stage_.commit()) services_.log("the engine's queue is full: the old parts may sound on");
  calendar_.clear();
  retry_.clear();
  for (const Listener& listener : listeners_) feedback_.remove_listener(listener.to);
  listeners_.clear();
}

// What comes in meanwhile waits until all of it is there.
void Session::take(SessionData data, const Answer& answer) {
  clear();
  stage_.begin({});
  for (const auto& [name, value] : data.master) {
    const auto index = index_of(Kind::kMaster, name);
    if (!index) continue;
    const Target target{Kind::kMaster, Face::kUnit, Target::kNoPart, *index};
    send_to_stage(target, value, 0);
    store(target, value, {});
  }
  if (!stage_.commit()) services_.log("the engine's queue is full: the master's values are not all heard");
  loading_ = Loading{std::move(data), 0, answer};
  work();
}

// One part of the session that is being taken, or the rest of it; true: that was all.
bool Session::take_next() {
  const SessionData& data = loading_->data;
  if (loading_->parts < data.parts.size()) {
    take_part(data.parts[loading_->parts++]);
    return false;
  }
  for (const PlayerData& player : data.players) take_player(player);
  transport_.set_tempo(heard_frame({}), data.bpm);
  transport_.set_metre(heard_frame({}), {data.metre_beats, data.metre_unit});
  for (const std::string& listener : data.listeners) add_listener(listener);
  midi_inputs_ = data.midi_inputs;
  services_.select_midi(midi_inputs_, false);
  changed_ns_ = 0;
  const Answer answer = std::move(loading_->answer);
  loading_.reset();
  if (answer) answer({});
  return true;
}

void Session::take_part(const PartData& entry) {
  const int slot = entry.number - 1;
  std::string name = entry.name.empty() ? std::string(schema::name(entry.instrument)) : entry.name;
  name = free_name(name, [this](const std::string& n) { return !addresses_.name_is_free(n); });
  add_part(slot, name, entry.instrument, entry.model);
  Part& part = *parts_[static_cast<size_t>(slot)];
  part.song = entry.song;
  for (const auto& [value_name, value] : entry.values) {
    for (Kind kind : {Kind::kStrip, entry.instrument}) {
      if (const auto index = index_of(kind, value_name)) part.set(kind, *index, value);
    }
  }
  for (const auto& [space, setting] : entry.spaces) {
    const auto common = std::find(kSpaceNames.begin(), kSpaceNames.end(), space);
    if (common != kSpaceNames.end()) {
      part.spaces[static_cast<size_t>(common - kSpaceNames.begin())] = setting;
    } else {
      part.waiting_spaces[space] = setting;
    }
  }
  bring(slot, [this, slot, name](const std::string& error) {
    if (error.empty()) return;
    services_.log("part " + std::to_string(slot + 1) + " (" + name + ") is silent: " + error);
  });
}

void Session::take_player(const PlayerData& entry) {
  const int player = entry.number - 1;
  add_player(player);
  PlayerSlot& slot = *players_[static_cast<size_t>(player)];
  for (const auto& [name, value] : entry.values) {
    if (const auto index = index_of(Kind::kMusicrnn, name)) slot.values[*index] = value;
  }
  slot.chords = entry.chords, slot.chord_beats = entry.chord_beats;
  slot.model = entry.model;
  change_player_model(player, entry.model, [this, player](const std::string& error) {
    if (!error.empty()) services_.log("player " + std::to_string(player + 1) + " does not play: " + error);
  });
}

void Session::begin_default() {
  const std::string model = default_model(Kind::kDdsp);
  SessionData data;
  PartData part;
  part.instrument = model.empty() ? Kind::kAdditive : Kind::kDdsp;
  part.name = schema::name(part.instrument);
  part.model = model;
  part.values["send"] = -18;
  data.parts.push_back(std::move(part));
  take(std::move(data), {});
}

// The send's reverb until a model brings its own.
void Session::bring_room() {
  auto room = std::make_shared<std::shared_ptr<SendReverb>>();
  services_.jobs.run([room, rate = services_.engine.spec().rate] { *room = SendReverb::room(rate); },
                     [this, room](const std::string&) {
                       if (own_reverb_ || !*room) return;
                       stage_.begin({});
                       stage_.set_send_reverb(std::move(*room));
                       if (!stage_.commit()) services_.log("the engine's queue is full: there is no reverb");
                     });
}

void Session::open_empty() {
  bring_room();
  auto models = std::make_shared<std::vector<ModelFile>>();
  services_.jobs.run([models, folders = services_.folders,
                      maker = &services_.maker] { *models = look_for_models(folders, *maker); },
                     [this, models](const std::string&) {
                       models_ = std::move(*models);
                       clear();
                     });
}

void Session::open(const std::string& wanted) {
  name_ = fit_name(wanted).empty() ? "default" : fit_name(wanted);
  struct Found {
    std::vector<ModelFile> models;
    std::optional<SessionData> data;
    std::vector<std::string> notes;
  };
  auto found = std::make_shared<Found>();
  services_.jobs.run(
      [found, folders = services_.folders, name = name_, maker = &services_.maker] {
        found->models = look_for_models(folders, *maker);
        const auto path = file_of(folders, name);
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) return;
        try {
          found->data = from_json(read_whole(path), found->notes);
        } catch (const std::exception& error) {
          auto aside = folders.sessions() / (name + ".broken.json");
          for (int n = 2; std::filesystem::exists(aside, ignored); ++n)
            aside = folders.sessions() / (name + ".broken-" + std::to_string(n) + ".json");
          std::filesystem::rename(path, aside, ignored);
          found->notes.push_back("session " + name + " cannot be opened: " + path.string() + ": " +
                                 error.what() + ". It is kept as " + aside.string() +
                                 "; the default session starts instead");
        }
      },
      [this, found](const std::string& error) {
        for (const std::string& note : found->notes) services_.log(note);
        if (!error.empty()) services_.log(error);
        models_ = std::move(found->models);
        models_known_ = true;
        for (const ModelFile& model : models_) tell_fault(model);
        bring_room();
        if (found->data) {
          take(std::move(*found->data), {});
        } else {
          begin_default();
        }
      });
}

void Session::load(const std::string& wanted, const Answer& answer) {
  struct Found {
    SessionData data;
    std::vector<std::string> notes;
  };
  auto found = std::make_shared<Found>();
  save_if_changed();
  services_.jobs.run(
      [found, path = file_of(services_.folders, wanted), wanted] {
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) {
          throw std::runtime_error("there is no session \"" + wanted +
                                   "\"; /session/list names those that are");
        }
        const std::string text = read_whole(path);
        try {
          found->data = from_json(text, found->notes);
        } catch (const SessionFileError& wrong) {
          throw SessionFileError(path.filename().string() + ": " + wrong.what());
        }
      },
      [this, found, wanted, answer](const std::string& error) {
        if (!error.empty()) return answer(error);
        for (const std::string& note : found->notes) services_.log(note);
        name_ = wanted;
        take(std::move(found->data), [this, answer](const std::string&) {
          announce("/session/loaded", name_);
          answer({});
        });
      });
}

void Session::save(const std::string& name, const Answer& answer) {
  saving_ = true;
  const int64_t since = std::exchange(changed_ns_, 0);
  services_.jobs.run(
      [path = file_of(services_.folders, name), data = data()] { write_atomically(path, to_json(data)); },
      [this, name, since, answer](const std::string& error) {
        saving_ = false;
        if (error.empty()) name_ = name;
        if (!error.empty() && name != name_ && changed_ns_ == 0)
          changed_ns_ = since;  // the old one is not saved
        answer(error);
      });
}

void Session::save_if_changed() {
  if (changed_ns_ == 0 || services_.offline) return;
  save(name_, [this](const std::string& error) {
    if (!error.empty()) services_.log("the session is not saved: " + error);
  });
}

void Session::autosave() {
  if (changed_ns_ != 0 && !saving_ && now_ns_ - changed_ns_ >= kAutosaveNs) save_if_changed();
}

void Session::tell_fault(const ModelFile& model) {
  if (!model.fault.empty()) services_.log("model " + model.name + " is not offered: " + model.fault);
}

// New, changed and vanished model files are announced.
void Session::watch_models() {
  if (!models_known_ || watching_ || now_ns_ - watched_ns_ < kWatchNs) return;
  watching_ = true;
  watched_ns_ = now_ns_;
  auto found = std::make_shared<std::vector<ModelFile>>();
  services_.jobs.run([found, folders = services_.folders, maker = &services_.maker,
                      known = models_] { *found = look_for_models(folders, *maker, known); },
                     [this, found](const std::string& error) {
                       watching_ = false;
                       if (!error.empty()) return;
                       const auto has = [](const std::vector<ModelFile>& list, const std::string& name) {
                         return std::any_of(list.begin(), list.end(), [&](const ModelFile& m) {
                           return m.name == name && m.fault.empty();
                         });
                       };
                       for (const ModelFile& model : *found) {
                         if (std::find(models_.begin(), models_.end(), model) != models_.end()) continue;
                         tell_fault(model);
                         if (model.fault.empty()) announce("/model/added", model.name);
                       }
                       for (const ModelFile& model : models_) {
                         if (model.fault.empty() && !has(*found, model.name))
                           announce("/model/removed", model.name);
                       }
                       models_ = std::move(*found);
                     });
}

}  // namespace continuo::session
