// The session: recordings and scores.
#include <memory>
#include <utility>

#include "engine/session/names.h"
#include "engine/session/session.h"

namespace continuo::session {

// The first frames are those of the next block: files and rings are there by then, so nothing is lost.
void Session::start_recording(const std::string& name, bool stems, const Endpoint& to) {
  RecordSpec spec;
  spec.name = name;
  spec.rate = static_cast<uint32_t>(services_.engine.spec().rate);
  spec.tracks.push_back({"", services_.engine.spec().outputs});
  auto slots = std::make_shared<std::vector<int>>();
  for (int slot = 0; stems && slot < kParts; ++slot) {
    const auto& part = parts_[static_cast<size_t>(slot)];
    if (!part) continue;
    slots->push_back(slot);
    spec.tracks.push_back({part->name, 2});
  }
  const bool begun = recorder_.start(
      std::move(spec),
      [this, to, slots](const std::string& error, Recording* take) {
        if (!error.empty()) return replies_.fail(to, "/record/start", error);
        const uint64_t frame = stage_.next_frame();
        take->arm(frame);
        stage_.begin({frame, false, 0});
        stage_.set_tap(rt::kMasterTap, &take->tap(0));
        for (size_t i = 0; i < slots->size(); ++i)
          stage_.set_tap(static_cast<uint16_t>((*slots)[i]), &take->tap(i + 1));
        if (!stage_.commit()) {
          recorder_.stop([](const std::string&) {});
          return replies_.fail(to, "/record/start", "the engine's queue is full");
        }
        tapped_ = *slots;
        replies_.done(to, "/record/start", take->name());
      },
      [this](const std::string& error) {
        services_.log("recording stops: " + error);
        stop_recording({});
      });
  if (!begun) replies_.fail(to, "/record/start", "a recording is running already; /record/stop ends it");
}

void Session::stop_recording(const Endpoint& to) {
  const bool ending = recorder_.stop([this, to](const std::string& error) {
    const std::string name = recorder_.take() != nullptr ? recorder_.take()->name() : std::string();
    if (error.empty()) return replies_.done(to, "/record/stop", name);
    replies_.fail(to, "/record/stop", error);
  });
  if (!ending) return replies_.fail(to, "/record/stop", "no recording is running");
  // The taps leave in a group of their own, after the one that is open.
  services_.jobs.run([] {},
                     [this](const std::string&) {
                       stage_.begin({});
                       stage_.set_tap(rt::kMasterTap, nullptr);
                       for (const int slot : tapped_) stage_.set_tap(static_cast<uint16_t>(slot), nullptr);
                       tapped_.clear();
                       if (!stage_.commit())
                         services_.log("the engine's queue is full: the recording goes on");
                     });
}

// A score begins with the session as it is, so that rendering needs nothing but the file.
void Session::start_score(const std::string& name, const Endpoint& to) {
  if (writing_score_)
    return replies_.fail(to, "/record/score", "a score is being written already; /record/score/stop ends it");
  // From a whole tick on, so that what is rendered from 0 is cut like what is heard.
  const uint64_t next = stage_.next_frame();
  const uint64_t first = (next + rt::kTickFrames - 1) / rt::kTickFrames * rt::kTickFrames;
  writing_score_ = true;
  score_.start(name, first, [this, to](const std::string& error) {
    if (error.empty()) return replies_.done(to, "/record/score", score_.writing());
    writing_score_ = false;
    replies_.fail(to, "/record/score", error);
  });
  stage_.reset_seeds();
  std::array<std::byte, 1024> buffer;
  const auto write_values = [&](schema::Kind kind, uint8_t part) {
    const auto specs = schema::parameters(kind);
    for (uint16_t i = 0; i < specs.size(); ++i) {
      const Target target{kind, Face::kUnit, part, i};
      if (value(target) != specs[i].default_value)
        score_.message(first, encode(target, AddressSpace::canonical(target), buffer));
    }
  };
  // Parts take the first free number, so gaps are filled and emptied again.
  std::vector<std::string> gaps;
  write_values(schema::Kind::kMaster, Target::kNoPart);
  for (int slot_number = 0, left = part_count(); left > 0; ++slot_number) {
    const auto slot = static_cast<uint8_t>(slot_number);
    const auto& part = parts_[slot];
    if (!part) {
      score_.message(
          first,
          osc::MessageWriter(buffer, "/part/new", "s").add(schema::name(schema::Kind::kAdditive)).bytes());
      gaps.push_back(std::string("/part/").append(std::to_string(slot_number + 1)).append("/remove"));
      continue;
    }
    --left;
    osc::MessageWriter made(buffer, "/part/new", part->model.empty() ? "ss" : "sss");
    made.add(schema::name(part->instrument)).add(std::string_view(part->name));
    if (!part->model.empty()) made.add(std::string_view(part->model));
    score_.message(first, made.bytes());
    write_values(schema::Kind::kStrip, slot);
    write_values(part->instrument, slot);
  }
  for (const std::string& gap : gaps) score_.message(first, osc::MessageWriter(buffer, gap, "").bytes());
}

void Session::stop_score(const Endpoint& to) {
  if (!writing_score_) return replies_.fail(to, "/record/score/stop", "no score is being written");
  writing_score_ = false;
  // What was just played still waits for its frame; the barrier comes back behind it.
  ending_score_ = {++sequence_, to};
  stage_.begin({});
  stage_.barrier(sequence_);
  if (!stage_.commit()) end_score(stage_.next_frame());
}

void Session::end_score(uint64_t frame) {
  const Endpoint to = ending_score_->to;
  ending_score_.reset();
  score_waiting_.clear();
  score_.stop(frame, [this, to, name = score_.writing()](const std::string& error) {
    if (error.empty()) return replies_.done(to, "/record/score/stop", name);
    replies_.fail(to, "/record/score/stop", error);
  });
}

}  // namespace continuo::session
