// The session: from a packet to acts on the stage.
#include "engine/session/session.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/osc/pattern.h"

namespace continuo::session {
namespace {

constexpr double kHandedAheadSeconds = 10;    // what is later stays with control
constexpr double kControlLeadSeconds = 0.01;  // control's own acts may be this early
constexpr int64_t kSuggestionIntervalNs = 5'000'000;
constexpr size_t kMostPlanned = 4096;  // of one packet
constexpr int64_t kPeakIntervalNs = 50'000'000;

// Methods of parts that change nothing.
bool only_asks(std::string_view method) {
  return method == "list" || method == "{part}/meter" || method == "{part}/range" ||
         method.starts_with("{part}/input/");
}

}  // namespace

Session::Session(const SessionServices& services)
    : services_(services),
      stage_(services.engine, services.worker),
      notes_(stage_),
      feedback_(
          {}, [this](uint32_t handle, std::span<std::byte> space) { return encode_feedback(handle, space); },
          [this](const Endpoint& to, std::span<const std::byte> packet) {
            return services_.outbox.send(to, packet);
          }),
      replies_(services.outbox, feedback_),
      recorder_(services.folders.recordings(),
                [&jobs = services.jobs](Recorder::Work work, Recorder::Then then) {
                  jobs.run(std::move(work), std::move(then));
                }),
      score_(services.folders.scores(), services.engine.spec().rate,
             [&jobs = services.jobs](std::function<void()> work, ScoreWriter::Then then) {
               jobs.run(std::move(work), std::move(then));
             }),
      band_(services.engine.clock(), transport_) {
  const auto specs = schema::parameters(schema::Kind::kMaster);
  for (size_t i = 0; i < master_.size(); ++i) master_[i] = specs[i].default_value;
  now_ns_ = start_ns_ = services_.monotonic_ns();
  planned_.reserve(256);
  transport_.prepare(services_.engine.spec().rate);
  if (services_.worker.running()) band_.start(true);
}

Session::~Session() = default;

int Session::part_count() const {
  return static_cast<int>(
      std::count_if(parts_.begin(), parts_.end(), [](const auto& p) { return p.has_value(); }));
}

bool Session::plan(const osc::Message& message, const Endpoint& from) {
  if (const auto target = addresses_.find(message.address)) {
    Planned& planned = planned_.emplace_back();
    planned.message = message;
    std::string reason;
    if (check_here(message, *target, planned.request, reason)) return true;
    replies_.fail(from, message.address, reason);
    return false;
  }
  addresses_.match(message.address, matches_);
  if (matches_.empty()) {
    fail_unknown(message, from);
    return false;
  }
  if (matches_.size() > Engine::kMaxGroup || planned_.size() + matches_.size() > kMostPlanned) {
    replies_.fail(from, message.address,
                  "reaches " + std::to_string(matches_.size()) + " addresses; at most " +
                      std::to_string(Engine::kMaxGroup) + " can change together, " +
                      std::to_string(kMostPlanned) + " by one packet");
    return false;
  }
  // A pattern reaches what can take its arguments; it fails where nothing can. One that ends in a wildcard
  // reaches values only: nobody wants /part/1/* to remove the part.
  const bool values_only = osc::is_pattern(message.address.substr(message.address.rfind('/') + 1));
  const size_t before = planned_.size();
  std::string first_reason, first_address, reason;
  for (AddressSpace::Match& match : matches_) {
    if (values_only && !match.target.is_parameter()) continue;
    Planned& planned = planned_.emplace_back();
    if (check_here(message, match.target, planned.request, reason)) {
      planned.message = message;
      planned.address = std::move(match.address);
      continue;
    }
    planned_.pop_back();
    if (first_reason.empty()) first_reason = reason, first_address = std::move(match.address);
  }
  if (planned_.size() > before) return true;
  if (first_reason.empty()) {
    fail_unknown(message, from);
  } else {
    replies_.fail(from, first_address, first_reason);
  }
  return false;
}

void Session::fail_unknown(const osc::Message& message, const Endpoint& from) {
  if (from.transport == osc::Transport::none) return;
  if (const std::string hint = space_hint(message.address); !hint.empty())
    return replies_.fail(from, message.address, hint);
  std::string reason = "no such address";
  std::vector<std::string> nearest;
  if (now_ns_ - suggested_ns_ >= kSuggestionIntervalNs) {  // looking for them takes long
    suggested_ns_ = now_ns_;
    nearest = addresses_.nearest(message.address, 3);
  }
  for (size_t i = 0; i < nearest.size(); ++i) reason += (i == 0 ? "; near are " : ", ") + nearest[i];
  replies_.fail(from, message.address, reason);
}

// Housekeeping and parts: what the audio thread knows nothing of.
bool Session::only_control_can(const Request& request) {
  const Target& target = request.target;
  if (request.what == Request::What::kQuery) return true;
  if (target.is_parameter() || target.kind == schema::Kind::kSpace) return false;
  if (target.kind == schema::Kind::kTransport) return false;
  if (target.kind == schema::Kind::kMusicrnn) {
    using enum schema::musicrnn::Method;
    const auto method = static_cast<schema::musicrnn::Method>(target.index);
    return method == kModel || method == kRemove;
  }
  if (target.kind != schema::Kind::kPart) return true;
  switch (static_cast<schema::part::Method>(target.index)) {
    using enum schema::part::Method;
    case kNote:
    case kNoteNorm:
    case kNoteOff:
    case kNoteBend:
    case kNotePressure:
    case kNoteTimbre:
    case kSilence:
    case kPedal:
      return false;
    default:
      return true;
  }
}

// What lies between the readings of the two clocks would be an error of the frame: if this thread was held up
// there, they are read again.
Session::Moment Session::moment() const {
  constexpr int64_t kClose = 1000;  // ns
  Moment best;
  int64_t closest = INT64_MAX;
  for (int attempt = 0; attempt < 8 && closest > kClose; ++attempt) {
    const int64_t before = services_.monotonic_ns();
    const osc::TimeTag wall = services_.wall_clock();
    const int64_t between = services_.monotonic_ns() - before;
    if (between < closest) best = {before + between / 2, wall}, closest = between;
  }
  return best;
}

void Session::schedule(std::span<const Planned> group, const Endpoint& from) {
  const osc::TimeTag tag = group.front().message.time;
  if (tag.is_immediate()) return act(group, {{}, from, false});
  const rt::FrameClock& clock = services_.engine.clock();
  const uint64_t next = stage_.next_frame();
  const Moment now = moment();
  const int64_t tag_ns = now.monotonic_ns + std::llround(tag.seconds_since(now.wall) * 1e9);
  const double late_seconds = static_cast<double>(clock.time_of(next) - tag_ns) * 1e-9;
  if (late_seconds > 0) {
    ++late_bundles_;
    replies_.send(from, "/late", group.front().message.address, static_cast<float>(late_seconds));
    return act(group, {{}, from, false});
  }
  const uint64_t frame = clock.frame_at(tag_ns);
  const double rate = clock.rate();
  const bool ours =
      std::any_of(group.begin(), group.end(), [](const Planned& p) { return only_control_can(p.request); });
  const auto ahead = static_cast<uint64_t>((ours ? kControlLeadSeconds : kHandedAheadSeconds) * rate);
  if (frame <= next + ahead) return act(group, {{frame, true, 0}, from, true});
  Calendar::Group later{frame, from, {}};
  for (const Planned& planned : group) {
    // A pattern stands for several; the message is kept once.
    if (&planned != &group.front() && planned.message.bytes.data() == (&planned - 1)->message.bytes.data())
      continue;
    later.messages.emplace_back(planned.message.bytes.begin(), planned.message.bytes.end());
  }
  if (!calendar_.add(frame - ahead, std::move(later))) {
    replies_.fail(from, group.front().shown(), "too much is scheduled already; nothing was done");
  }
}

void Session::act(std::span<const Planned> group, const Act& how) {
  if (group.size() > Engine::kMaxGroup) {
    return replies_.fail(how.from, group.front().shown(),
                         "reaches " + std::to_string(group.size()) + " addresses at one moment; at most " +
                             std::to_string(Engine::kMaxGroup) + " can change together");
  }
  undo_.clear();
  space_undo_.clear();
  refused_.clear();
  posted_ = false;
  When when = how.when;
  if (services_.offline && when.frame == 0) when.frame = services_.engine.clock().read().next_frame;
  const bool scored = writing_score_;
  if (scored) when.sequence = ++sequence_;
  stage_.begin(when);
  for (const Planned& planned : group) execute(planned, how);
  if (stage_.commit()) {
    if (scored) write_score(group, when.sequence);
    return;
  }
  ++full_;
  const bool only_values = std::all_of(group.begin(), group.end(), [](const Planned& p) {
    return p.request.what == Request::What::kSet &&
           p.request.target.parameter().acts != schema::Acts::kSession;
  });
  if (only_values && how.when.frame == 0) {
    for (const Planned& p : group) {
      retry_[p.request.target.with(Face::kUnit).handle()] = {p.request.value, p.request.seconds};
    }
    return;
  }
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) store(undo->target, undo->value, {});
  for (auto undo = space_undo_.rbegin(); undo != space_undo_.rend(); ++undo) {
    if (auto& part = parts_[static_cast<size_t>(undo->slot)]) part->spaces[undo->space] = undo->setting;
  }
  replies_.fail(how.from, group.front().shown(), "the engine's queue is full; nothing was done");
}

void Session::execute(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Target& target = request.target;
  if (request.what == Request::What::kNothing) return;
  if (target.kind == schema::Kind::kMusicrnn) {
    if (!players_[target.part]) return;
  } else if (target.part != Target::kNoPart) {  // an earlier message may have changed what is there
    const auto& part = parts_[target.part];
    const bool common = target.kind == schema::Kind::kPart || target.kind == schema::Kind::kStrip ||
                        target.kind == schema::Kind::kSpace;
    if (!part || (!common && target.kind != part->instrument)) return;
  }
  if (target.is_parameter()) {
    if (request.what == Request::What::kQuery) {
      answer_value(target, planned.shown(), how.from);
    } else {
      set_value(request, how);
    }
    return;
  }
  switch (target.kind) {
    case schema::Kind::kPart:
      call_part(planned, how);
      break;
    case schema::Kind::kSpace:
      call_space(planned, how);
      break;
    case schema::Kind::kRecord:
      call_record(planned, how);
      break;
    case schema::Kind::kSession:
      call_session(planned, how);
      break;
    case schema::Kind::kTransport:
      call_transport(planned, how);
      break;
    case schema::Kind::kPlayer:
      call_players(planned, how);
      break;
    case schema::Kind::kMusicrnn:
      call_player(planned, how);
      break;
    case schema::Kind::kModel:
      call_model(planned, how);
      break;
    case schema::Kind::kMaster:
      replies_.send(how.from, planned.shown(), master_peak_ > 0 ? 20 * std::log10(master_peak_) : -120.f);
      break;
    default:
      call_engine(planned, how);
      break;
  }
}

// What was accepted goes to the score with the frame at which it acted: audio tells it, where audio takes
// part.
void Session::write_score(std::span<const Planned> group, uint32_t sequence) {
  Waiting waiting;
  const std::byte* last = nullptr;
  for (const Planned& planned : group) {
    const Target& target = planned.request.target;
    // What players play is in the score as notes of their parts (play_note).
    if (target.kind == schema::Kind::kMusicrnn) continue;
    const bool kept = planned.request.what == Request::What::kSet ||
                      (planned.request.what == Request::What::kCall && target.kind == schema::Kind::kPart &&
                       !only_asks(target.method().name)) ||
                      (planned.request.what == Request::What::kCall && target.kind == schema::Kind::kSpace &&
                       !target.method().arguments.empty());
    if (!kept || planned.message.bytes.data() == last) continue;
    if (std::find(refused_.begin(), refused_.end(), &planned) != refused_.end()) continue;
    last = planned.message.bytes.data();
    waiting.messages.emplace_back(planned.message.bytes.begin(), planned.message.bytes.end());
  }
  if (waiting.messages.empty()) return;
  if (posted_) {
    score_waiting_.emplace(sequence, std::move(waiting));
  } else {
    write_score(waiting, stage_.next_frame());
  }
}

void Session::write_score(const Waiting& waiting, uint64_t frame) {
  for (size_t i = 0; i < waiting.messages.size(); ++i) score_.message(frame, waiting.messages[i], i > 0);
}

void Session::tick() {
  now_ns_ = services_.monotonic_ns();
  stage_.poll(
      [this](const rt::Event& event) {
        if (event.kind == rt::EventKind::kApplied) {
          const auto found = score_waiting_.find(event.sequence);
          if (found == score_waiting_.end()) return;
          write_score(found->second, event.frame);
          score_waiting_.erase(found);
        } else if (event.kind == rt::EventKind::kTapStopped) {
          recorder_.tap_stopped(event.pointer);
        } else if (event.kind == rt::EventKind::kBarrier) {
          if (ending_score_ && ending_score_->barrier == event.sequence) return end_score(event.frame);
          const auto found = barriers_.find(event.sequence);
          if (found == barriers_.end()) return;
          replies_.send(found->second.to, "/synced", found->second.id);
          barriers_.erase(found);
        }
      },
      [this](std::shared_ptr<const void> retired) {
        services_.jobs.run([held = std::move(retired)] {}, nullptr);  // freed on the disk thread
      });
  play_due_groups();
  tell_inputs();
  tend_players();
  tell_beat();
  retry_values();
  if (now_ns_ - peaks_ns_ >= kPeakIntervalNs) {
    peaks_ns_ = now_ns_;
    for (int slot = 0; slot < kParts; ++slot) {
      if (parts_[static_cast<size_t>(slot)])
        peaks_[static_cast<size_t>(slot)] = services_.engine.take_peak(slot);
    }
    master_peak_ = services_.engine.take_master_peak();
    tell_meters();
    tell_ranges();
    close_stems();
    tell_outputs();
    recorder_.tick();
    score_.tick();
  }
  feedback_.run(now_ns_);
  autosave();
  watch_models();
}

}  // namespace continuo::session
