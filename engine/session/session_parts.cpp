// The session: parts come, change and go.
#include <cmath>
#include <utility>

#include "engine/session/names.h"
#include "engine/session/session.h"

namespace continuo::session {

using schema::Kind;
using Method = schema::part::Method;

std::optional<std::filesystem::path> Session::model_path(const std::string& name) const {
  for (const ModelFile& model : models_) {
    if (model.name == name && model.kind == "ddsp") return model.path;
  }
  return std::nullopt;
}

// The alto saxophone where it is there, else the first model; nothing for instruments without one.
std::string Session::default_model(Kind kind) const {
  if (kind != Kind::kDdsp) return {};
  std::string first;
  for (const ModelFile& model : models_) {
    if (!model.fault.empty() || model.kind != "ddsp") continue;
    if (model.name == "alto-sax") return model.name;
    if (first.empty()) first = model.name;
  }
  return first;
}

void Session::call_part(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const int slot = request.target.part;
  const std::string shown(planned.shown());
  const Endpoint to = how.from;
  const auto text = [&](size_t i) { return std::string(request.arguments[i].text); };
  const auto method = static_cast<Method>(request.target.index);
  if (method == Method::kNew) return new_part(planned, how);
  if (method == Method::kList) {
    for (int s = 0; s < kParts; ++s) {
      const auto& part = parts_[static_cast<size_t>(s)];
      if (part)
        replies_.send(to, "/part/list", s + 1, part->name, schema::name(part->instrument), part->model);
    }
    replies_.done(to, "/part/list", part_count());
    return;
  }
  Part& part = *parts_[static_cast<size_t>(slot)];
  if (request.what == Request::What::kQuery) {
    switch (method) {
      case Method::kName:
        return replies_.send(to, shown, part.name);
      case Method::kInstrument:
        return replies_.send(to, shown, schema::name(part.instrument));
      case Method::kModel:
        return replies_.send(to, shown, part.model);
      case Method::kSingModel:
        return replies_.send(to, shown, part.song);
      default:
        return replies_.send(to, shown, notes_.pedal(slot) ? 1 : 0);
    }
  }
  const Answer answer = [this, to, shown, said = text(0)](const std::string& error) {
    if (error.empty()) return replies_.done(to, shown, said);
    replies_.fail(to, shown, error);
  };
  switch (method) {
    case Method::kRemove:
      remove_part(slot);
      replies_.done(to, shown, slot + 1);
      break;
    case Method::kName: {
      std::string name = fit_name(text(0));
      if (name.empty()) return replies_.fail(to, shown, "a name needs letters or digits");
      if (name != part.name) {
        name = free_name(name, [this](const std::string& n) { return !addresses_.name_is_free(n); });
        addresses_.rename_part(slot, name);
        part.name = name;
        changed();
        announce("/part/renamed", slot + 1, name);
        tell_method(slot, method, to);
      }
      replies_.done(to, shown, name);
      break;
    }
    case Method::kInstrument:
      change_instrument(slot, schema::instruments()[static_cast<size_t>(request.arguments[0].number)],
                        answer);
      break;
    case Method::kModel:
      change_model(slot, text(0), answer);
      break;
    case Method::kSingModel:
      change_song(slot, text(0), answer);
      break;
    case Method::kStream:
      stream(planned, how);
      break;
    case Method::kInputPitch:
      return replies_.send(to, shown, part.heard.midi);
    case Method::kInputPower:
      return replies_.send(to, shown, part.heard.db);
    case Method::kRange:
      return replies_.send(to, shown, range_text(part.range));
    case Method::kInputHeard:
      return replies_.send(to, shown, part.heard.name, part.heard.share);
    case Method::kInputRange:
      return replies_.send(to, shown, range_text(part.heard.range));
    case Method::kMeter: {
      const float peak = peaks_[static_cast<size_t>(slot)];
      replies_.send(to, shown, peak > 0 ? 20 * std::log10(peak) : -120.f);
      break;
    }
    default:
      call_note(planned, how);
      if (method == Method::kPedal) tell_method(slot, method, to);
      break;
  }
}

void Session::call_note(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const int slot = request.target.part;
  const auto number = [&](size_t i) { return static_cast<float>(request.arguments[i].number); };
  const auto id = [&](size_t i) { return static_cast<int32_t>(request.arguments[i].number); };
  const auto fail = [&](const std::string& reason) {
    refused_.push_back(&planned);
    replies_.fail(how.from, planned.shown(), reason);
  };
  const auto note = [&](float velocity) {
    if (velocity > 0 && !parts_[static_cast<size_t>(slot)]->installed) {
      return fail("the part is not ready yet: /sync says when");
    }
    const int32_t key = request.arguments[2].given ? id(2) : static_cast<int32_t>(std::lround(number(0)));
    notes_.on(slot, key, number(0), velocity);
    heard_on_part(slot, number(0), velocity, how);
  };
  const auto method = static_cast<Method>(request.target.index);
  // A note that was stolen is known while its key is down: what its player does is no mistake.
  const bool of_note = method == Method::kNoteOff || method == Method::kNoteBend ||
                       method == Method::kNotePressure || method == Method::kNoteTimbre;
  if (of_note && request.arguments[0].given && !notes_.down(slot, id(0)) && !stage_.sounding(slot, id(0))) {
    return fail("argument 1 (id) is " + std::to_string(id(0)) + ": no such note sounds in this part");
  }
  posted_ = true;
  switch (method) {
    case Method::kNote:
      note(number(1) / 127);
      break;
    case Method::kNoteNorm:
      note(number(1));
      break;
    case Method::kNoteOff:
      if (request.arguments[0].given) {
        notes_.off(slot, id(0));
        heard_on_part(slot, number(0), 0, how);
      } else {
        notes_.all_off(slot);
        nothing_sounds(slot);
      }
      break;
    case Method::kNoteBend:
      stage_.note_expression(slot, id(0), rt::Expression::kBend, number(1), number(2));
      break;
    case Method::kNotePressure:
      stage_.note_expression(slot, id(0), rt::Expression::kPressure, number(1), number(2));
      break;
    case Method::kNoteTimbre:
      stage_.note_expression(slot, id(0), rt::Expression::kTimbre, number(1), number(2));
      break;
    case Method::kSilence:
      notes_.forget(slot);
      stage_.silence(slot);
      nothing_sounds(slot);
      break;
    case Method::kPedal:
      notes_.pedal(slot, request.arguments[0].number >= 0.5);
      break;
    default:
      break;
  }
}

void Session::new_part(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Endpoint to = how.from;
  const auto fail = [&](const std::string& reason) { replies_.fail(to, "/part/new", reason); };
  const Kind kind = schema::instruments()[static_cast<size_t>(request.arguments[0].number)];
  int slot = 0;
  while (slot < kParts && parts_[static_cast<size_t>(slot)]) ++slot;
  if (slot == kParts) return fail("all " + std::to_string(kParts) + " parts are taken");
  const std::string model =
      request.arguments[2].given ? std::string(request.arguments[2].text) : default_model(kind);
  if (!model.empty() && !model_path(model))
    return fail("there is no model \"" + model + "\"; /model/list names those that are");
  if (model.empty() && kind == Kind::kDdsp)
    return fail("there is no model yet: train one with continuo-train");
  std::string name = fit_name(request.arguments[1].text);
  if (name.empty()) name = model.empty() ? std::string(schema::name(kind)) : fit_name(model);
  if (name.empty()) name = "part";
  name = free_name(name, [this](const std::string& n) { return !addresses_.name_is_free(n); });
  add_part(slot, name, kind, model);
  bring(slot, [this, slot, to](const std::string& error) {
    const auto& part = parts_[static_cast<size_t>(slot)];
    if (error.empty()) {
      replies_.done(to, "/part/new", slot + 1, part->name);
    } else {
      remove_part(slot);
      replies_.fail(to, "/part/new", error);
    }
  });
}

void Session::add_part(int slot, const std::string& name, Kind kind, const std::string& model) {
  auto& part = parts_[static_cast<size_t>(slot)];
  part.emplace(name, kind);
  part->model = model;
  ++asked_[static_cast<size_t>(slot)];
  addresses_.add_part(slot, name, kind);
  changed();
  announce("/part/added", slot + 1, name, schema::name(kind));
  add_stem(slot);
}

void Session::make(int slot, Kind kind, const std::string& model, uint32_t only_model_of_hop,
                   std::function<void(const std::string&, MadeInstrument)> then) {
  std::filesystem::path path;
  if (!model.empty()) {
    const auto found = model_path(model);
    if (!found) return then("there is no model \"" + model + "\"; /model/list names those that are", {});
    path = *found;
  }
  Part& part = *parts_[static_cast<size_t>(slot)];
  if (kind == Kind::kDdsp && (part.song.empty() || !song_path(part.song))) {
    const std::string wanted = std::exchange(part.song, default_song());
    if (!wanted.empty()) {
      services_.log("part " + std::to_string(slot + 1) + " (" + part.name + "): there is no song model \"" +
                    wanted + "\"; " + (part.song.empty() ? "it does not sing" : "it sings " + part.song));
    }
  }
  const auto song = kind == Kind::kDdsp && only_model_of_hop == 0 ? song_path(part.song) : std::nullopt;
  InstrumentSpec spec;
  spec.rate = services_.engine.spec().rate;
  spec.lead_frames = services_.worker.lead_frames();
  spec.part = static_cast<uint8_t>(slot);
  spec.metrics = &services_.engine.metrics();
  const uint32_t asked = ++asked_[static_cast<size_t>(slot)];
  auto made = std::make_shared<MadeInstrument>();
  services_.jobs.run(
      [made, kind, path, spec, song, only_model_of_hop, maker = &services_.maker] {
        *made = maker->make(kind, path, spec, only_model_of_hop);
        if (made->pair.model == nullptr) return;
        try {
          if (song) made->song = maker->make_song(*song, spec);
        } catch (const std::exception&) {  // it plays all the same; /sing says that there is no song
        }
      },
      [this, made, slot, asked, then = std::move(then)](const std::string& error) {
        if (asked_[static_cast<size_t>(slot)] == asked && parts_[static_cast<size_t>(slot)]) {
          return then(error, std::move(*made));
        }
        services_.jobs.run([made]() mutable { *made = {}; },
                           nullptr);  // too late: freed where it was made
      });
}

void Session::bring(int slot, const Answer& answer) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  make(slot, part.instrument, part.model, 0,
       [this, slot, answer](const std::string& error, MadeInstrument made) {
         if (error.empty()) install(slot, std::move(made));
         answer(error);
       });
}

// Control has the values; what was made starts from the schema's defaults. They go in one group.
void Session::install(int slot, MadeInstrument made) {
  Part& part = *parts_[static_cast<size_t>(slot)];
  part.hop_frames = made.hop_frames;
  part.installed = true;
  notes_.forget(slot);
  stage_.begin({});
  stage_.install(slot, std::move(made.pair), std::move(made.runtime));
  part.can_sing = made.song != nullptr;
  bring_spaces(slot, std::move(made.spaces));
  if (made.song) stage_.set_source(slot, VoiceSource::kSong, std::move(made.song));
  part.played = std::move(made.played);
  part.input = made.input;
  if (made.input) stage_.set_source(slot, VoiceSource::kInput, std::move(made.input));
  if (made.stream) stage_.set_source(slot, VoiceSource::kStream, std::move(made.stream));
  if (made.reverb) {
    stage_.set_send_reverb(std::move(made.reverb));
    own_reverb_ = true;
  }
  if (part.voice(schema::voice::kGate) >= 0.5f) part.values[schema::voice::kGate] = 0;
  const bool ddsp = part.instrument == Kind::kDdsp;
  const bool sings = ddsp && part.values[schema::ddsp::kSing] >= 0.5f && part.can_sing;
  if (ddsp) part.values[schema::ddsp::kSing] = sings ? 1 : 0;
  for (const Kind kind : {Kind::kStrip, part.instrument}) {
    const auto count = static_cast<uint16_t>(schema::parameters(kind).size());
    for (uint16_t i = 0; i < count; ++i) {
      if (kind == Kind::kDdsp && i == schema::ddsp::kSing) continue;
      send_to_stage({kind, Face::kUnit, static_cast<uint8_t>(slot), i}, part.value(kind, i), 0);
    }
  }
  if (sings) notes_.sing(slot, true);  // after what it is to sing by
  if (!stage_.commit())
    services_.log("part " + std::to_string(slot + 1) + ": the engine's queue is full, it stays silent");
  tell_part(slot);
}

void Session::remove_part(int slot) {
  auto& part = parts_[static_cast<size_t>(slot)];
  ++asked_[static_cast<size_t>(slot)];
  notes_.forget(slot);
  end_midi_note(*part);
  if (part->installed) {
    stage_.remove(slot);
    posted_ = true;
  }
  end_stem(slot);
  addresses_.remove_part(slot);
  announce("/part/removed", slot + 1, part->name);
  part.reset();
  changed();
}

void Session::change_instrument(int slot, Kind kind, const Answer& answer) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  if (kind == part.instrument) return answer("");
  const std::string model = default_model(kind);
  if (model.empty() && kind == Kind::kDdsp)
    return answer("there is no model yet: train one with continuo-train");
  make(slot, kind, model, 0,
       [this, slot, kind, model, answer](const std::string& error, MadeInstrument made) {
         if (error.empty()) {
           Part& changing = *parts_[static_cast<size_t>(slot)];
           changing.change_instrument(kind);
           changing.model = model;
           addresses_.change_instrument(slot, kind);
           install(slot, std::move(made));
           changed();
         }
         answer(error);
       });
}

void Session::change_model(int slot, const std::string& model, const Answer& answer) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  if (part.instrument != Kind::kDdsp)
    return answer("an " + std::string(schema::name(part.instrument)) + " part has no model");
  make(slot, part.instrument, model, part.hop_frames,
       [this, slot, model, answer](const std::string& error, MadeInstrument made) {
         if (error.empty()) {
           Part& changing = *parts_[static_cast<size_t>(slot)];
           if (changing.model != model) {  // its codes mean something else
             for (SpaceSetting& setting : changing.spaces) {
               if (setting.by == SpaceSetting::By::kCodes) setting = {};
             }
             std::erase_if(changing.waiting_spaces,
                           [](const auto& s) { return s.second.by == SpaceSetting::By::kCodes; });
           }
           changing.model = model;
           if (made.pair.audio) {
             install(slot, std::move(made));
           } else {
             stage_.begin({});
             stage_.swap_model(slot, std::move(made.runtime));
             bring_spaces(slot, std::move(made.spaces));
             if (made.reverb) stage_.set_send_reverb(std::move(made.reverb));
             if (!stage_.commit()) return answer("the engine's queue is full; nothing was done");
             for (const Target& target : space_values(slot)) tell(target, {});
           }
           tell_method(slot, Method::kModel, {});
           changed();
         }
         answer(error);
       });
}

}  // namespace continuo::session
