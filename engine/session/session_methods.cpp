// The session: housekeeping, recording, sessions and models.
#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/osc/format.h"
#include "engine/session/lists.h"
#include "engine/session/names.h"
#include "engine/session/session.h"

namespace continuo::session {

using schema::Kind;

void Session::call_engine(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Endpoint& to = how.from;
  const std::string shown(planned.shown());
  const auto on = [&](size_t i) { return request.arguments[i].number >= 0.5; };
  const std::string text(request.arguments[0].text);
  switch (static_cast<schema::engine::Method>(request.target.index)) {
    using enum schema::engine::Method;
    case kStatus:
      return answer_status(to);
    case kStatusReset:
      services_.engine.metrics().reset_times();
      return replies_.done(to, shown);
    case kNotify:
      return notify(request, to);
    case kFeedbackAdd:
      return add_listener(text, [this, to, shown, text](const std::string& error) {
        if (!error.empty()) return replies_.fail(to, shown, error);
        changed();
        replies_.done(to, shown, text);
      });
    case kFeedbackRemove:
      return remove_listener(text, to);
    case kFeedbackList:
      return send_texts(replies_, to, shown, listener_names());
    case kSync:
      return sync(static_cast<int32_t>(request.arguments[0].number), to);
    case kError:
      replies_.set_errors(to, on(0));
      return replies_.done(to, shown);
    case kClearSched:
      calendar_.clear();
      stage_.clear_scheduled();
      posted_ = true;
      return replies_.done(to, shown);
    case kDumpOSC: {
      const int mode = static_cast<int>(request.arguments[0].number);
      if (mode != 2) print_traffic_ = mode == 1;
      traffic_.erase(to);
      if (mode == 2 && traffic_.size() < 16) traffic_[to] = mode;
      return replies_.done(to, shown);
    }
    case kVersion:
      return replies_.send(to, "/version.reply", "continuo", CONTINUO_VERSION_MAJOR, CONTINUO_VERSION_MINOR,
                           CONTINUO_VERSION_PATCH);
    case kTime: {
      const auto [now_ns, now] = moment();
      const auto frame = static_cast<int64_t>(services_.engine.clock().frame_at(now_ns));
      const double rate = services_.engine.clock().rate();
      if (!request.arguments[0].given) return replies_.send(to, "/time.reply", now, frame, rate);
      const osc::Argument& echo = request.arguments[0].raw;
      switch (echo.tag) {
        case 's':
          return replies_.send(to, "/time.reply", now, frame, rate, echo.string());
        case 't':
          return replies_.send(to, "/time.reply", now, frame, rate, echo.time());
        case 'd':
          return replies_.send(to, "/time.reply", now, frame, rate, echo.float64());
        case 'f':
          return replies_.send(to, "/time.reply", now, frame, rate, echo.float32());
        default:
          return replies_.send(to, "/time.reply", now, frame, rate, echo.integer().value_or(0));
      }
    }
    case kPanic:
      panic();
      return replies_.done(to, shown);
    case kQuit:
      save_if_changed();
      replies_.done(to, shown);
      return services_.quit();
    case kDump:
      return start_dump(text, to);
    case kMidiSelect:
      if (request.what == Request::What::kQuery) return replies_.send(to, shown, midi_inputs_);
      midi_inputs_ = text;
      services_.select_midi(text, true);
      changed();
      return replies_.done(to, shown, text);
    case kCount:
      return;
  }
}

void Session::answer_status(const Endpoint& to) {
  rt::Metrics& metrics = services_.engine.metrics();
  const double rate = services_.engine.spec().rate;
  const double period_ns = services_.block_frames() * 1e9 / rate;
  const auto percent = [&](double q) {
    return static_cast<float>(100 * metrics.callback.quantile_ns(q) / period_ns);
  };
  const auto count = [](uint64_t n) { return static_cast<int32_t>(std::min<uint64_t>(n, INT32_MAX)); };
  const auto milliseconds = [](int64_t ns) { return static_cast<float>(static_cast<double>(ns) * 1e-6); };
  int voices = 0;
  for (int slot = 0; slot < kParts; ++slot) voices += stage_.voices(slot);
  const auto load = [](const std::atomic<uint64_t>& n) { return n.load(std::memory_order_relaxed); };
  Pairs pairs;
  pairs.add("version", CONTINUO_VERSION);
  pairs.add("device", services_.device_line().substr(0, 200));
  pairs.add("rate", static_cast<float>(rate));
  pairs.add("block", static_cast<int32_t>(services_.block_frames()));
  pairs.add("latency_ms", static_cast<float>(services_.latency_ms()));
  pairs.add("running_s", static_cast<float>(static_cast<double>(now_ns_ - start_ns_) * 1e-9));
  pairs.add("callback_p50_percent", percent(0.5));
  pairs.add("callback_p99_9_percent", percent(0.999));
  pairs.add("xruns", count(load(metrics.xruns)));
  pairs.add("xruns_gap", count(load(metrics.xrun_gap)));
  pairs.add("xruns_long", count(load(metrics.xrun_long)));
  pairs.add("xruns_backend", count(load(metrics.xrun_backend)));
  pairs.add("parts", part_count());
  pairs.add("voices", voices);
  pairs.add("late_bundles", count(late_bundles_));
  pairs.add("late_starts", count(load(metrics.late_starts)));
  pairs.add("late_frames", count(load(metrics.late_frames)));
  pairs.add("late_commands", count(load(metrics.late_commands)));
  pairs.add("dropped", count(full_ + load(metrics.dropped_commands) + load(metrics.dropped_events)));
  pairs.add("not_finite", count(load(metrics.not_finite)));
  pairs.add("scheduled", count(services_.engine.scheduled() + calendar_.groups()));
  pairs.add("messages", count(messages_));
  pairs.add("refused_packets", count(refused_packets_));
  pairs.add("control_turn_max_ms", milliseconds(metrics.control_turn.max_ns()));
  pairs.add("control_turn_cpu_max_ms", milliseconds(metrics.control_turn_cpu.ns()));
  pairs.add("worker_step_max_ms", milliseconds(metrics.worker_step.max_ns()));
  pairs.add("worker_step_cpu_max_ms", milliseconds(metrics.worker_step_cpu.ns()));
  pairs.add("clients", static_cast<int32_t>(feedback_.clients().size()));
  pairs.add("recording", recorder_.take() != nullptr ? recorder_.take()->name() : std::string());
  pairs.add("session", name_);
  replies_.send_encoded(to, pairs.encode("/status.reply", replies_.buffer()));
}

// First what the disk thread was asked, then what audio was told.
// A job may ask for another when it is done (a session for its models): three rounds behind one another reach
// the end.
void Session::sync(int32_t id, const Endpoint& to, int rounds) {
  services_.jobs.run([] {},
                     [this, id, to, rounds](const std::string&) {
                       if (rounds > 1) return sync(id, to, rounds - 1);
                       barriers_[++sequence_] = {to, id};
                       stage_.begin({});
                       stage_.barrier(sequence_);
                       if (stage_.commit()) return;
                       barriers_.erase(sequence_);
                       replies_.fail(to, "/sync", "the engine's queue is full");
                     });
}

void Session::panic() {
  calendar_.clear();
  retry_.clear();
  stage_.clear_scheduled();
  posted_ = true;
  for (int slot = 0; slot < kParts; ++slot) {
    auto& part = parts_[static_cast<size_t>(slot)];
    if (!part) continue;
    notes_.forget(slot);
    end_midi_note(*part);
    if (part->installed) stage_.silence(slot);
    nothing_sounds(slot);
    if (part->instrument == Kind::kDdsp && part->values[schema::ddsp::kInputChannel] >= 0.5f) {
      const Target channel{part->instrument, Face::kUnit, static_cast<uint8_t>(slot),
                           schema::ddsp::kInputChannel};
      if (part->installed) send_to_stage(channel, 0, 0);
      store(channel, 0, {});
    }
  }
}

void Session::show_traffic(const osc::Message& message, const Endpoint& from) {
  constexpr size_t kLongest = 800;
  std::string line = osc::format(message);
  if (line.size() > kLongest) line = line.substr(0, kLongest) + "...";
  const std::string sender = osc::to_text(from);
  if (print_traffic_) services_.log(sender + " " + line);
  for (const auto& [to, mode] : traffic_) {
    if (to != from || message.address != "/dumpOSC") replies_.send(to, "/dumpOSC.reply", sender, line);
  }
}

void Session::call_record(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Endpoint to = how.from;
  const std::string shown(planned.shown());
  const std::string name = fit_name(request.arguments[0].text);
  const auto needs_name = [&] {
    if (name.empty()) replies_.fail(to, shown, "a name needs letters or digits");
    return name.empty();
  };
  switch (static_cast<schema::record::Method>(request.target.index)) {
    using enum schema::record::Method;
    case kStart:
      if (!needs_name()) start_recording(name, request.arguments[1].number >= 0.5, to);
      return;
    case kStop:
      return stop_recording(to);
    case kScore:
      if (needs_name()) return;
      return start_score(name, to);
    case kScoreStop:
      return stop_score(to);
    case kCount:
      return;
  }
}

void Session::call_session(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Endpoint to = how.from;
  const std::string shown(planned.shown());
  const bool named = request.arguments[0].given;
  const std::string wanted = fit_name(request.arguments[0].text);
  if (named && wanted.empty()) return replies_.fail(to, shown, "a name needs letters or digits");
  const Answer answer = [this, to, shown](const std::string& error) {
    if (error.empty()) return replies_.done(to, shown, name_);
    replies_.fail(to, shown, error);
  };
  switch (static_cast<schema::session::Method>(request.target.index)) {
    using enum schema::session::Method;
    case kSave:
      return save(named ? wanted : name_, answer);
    case kLoad:
      return load(wanted, answer);
    case kNew:
      // The group that is open is of this message alone; what leaves and what comes go in groups of their
      // own.
      return services_.jobs.run([] {},
                                [this, wanted, named, answer](const std::string&) {
                                  save_if_changed();
                                  clear();
                                  name_ = named ? wanted : "default";  // a saved one stays as it was
                                  begin_default();
                                  changed();  // what was saved under this name is not what plays now
                                  announce("/session/loaded", name_);
                                  answer("");
                                });
    case kName:
      return replies_.send(to, shown, name_);
    case kList: {
      auto names = std::make_shared<std::vector<std::string>>();
      return services_.jobs.run(
          [names, folders = services_.folders] { *names = list_sessions(folders); },
          [this, names, to, shown](const std::string&) { send_texts(replies_, to, shown, *names); });
    }
    case kCount:
      return;
  }
}

void Session::call_model(const Planned& planned, const Act& how) {
  using enum schema::model::Method;
  const auto method = static_cast<schema::model::Method>(planned.request.target.index);
  const std::string_view kind = method == kSongs ? "song" : method == kPlayers ? "musicrnn" : "ddsp";
  std::vector<std::string> names;
  for (const ModelFile& model : models_) {
    if (model.fault.empty() && model.kind == kind) names.push_back(model.name);
  }
  send_texts(replies_, how.from, planned.shown(), names);
}

}  // namespace continuo::session
