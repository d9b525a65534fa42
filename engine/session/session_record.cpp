// The session: recordings and scores.
#include <algorithm>
#include <memory>
#include <utility>

#include "engine/session/names.h"
#include "engine/session/session.h"

namespace continuo::session {
namespace {

constexpr double kStemTailSeconds = 0.1;  // a part that goes fades out first

}  // namespace

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
      [this, to, slots, stems](const std::string& error, Recording* take) {
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
        recording_stems_ = stems;
        stems_.clear();
        for (const int slot : *slots) {
          stems_.push_back({slot, ++stem_ids_, true, std::nullopt});
          if (!parts_[static_cast<size_t>(slot)]) end_stem(slot);
        }
        for (int slot = 0; slot < kParts; ++slot) {  // what came while the files were made
          const bool known = std::find(slots->begin(), slots->end(), slot) != slots->end();
          if (parts_[static_cast<size_t>(slot)] && !known) add_stem(slot);
        }
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
  recording_stems_ = false;
  // The taps leave in a group of their own, after the one that is open.
  services_.jobs.run([] {},
                     [this](const std::string&) {
                       stage_.begin({});
                       stage_.set_tap(rt::kMasterTap, nullptr);
                       for (const Stem& stem : stems_) {
                         if (stem.tapped) stage_.set_tap(static_cast<uint16_t>(stem.slot), nullptr);
                       }
                       stems_.clear();
                       if (!stage_.commit())
                         services_.log("the engine's queue is full: the recording goes on");
                     });
}

// A part that comes while stems are recorded gets its file, with silence before.
void Session::add_stem(int slot) {
  if (!recording_stems_) return;
  const uint32_t id = ++stem_ids_;
  stems_.push_back({slot, id, false, std::nullopt});
  const std::string& name = parts_[static_cast<size_t>(slot)]->name;
  recorder_.add({name, 2}, [this, slot, id, name](const std::string& error, RecorderTap* tap) {
    const auto stem = std::find_if(stems_.begin(), stems_.end(), [id](const Stem& s) { return s.id == id; });
    if (!error.empty()) services_.log("part " + name + " has no stem: " + error);
    const bool wanted = tap != nullptr && stem != stems_.end() && !stem->until;
    if (wanted) {
      stage_.begin({});
      stage_.set_tap(static_cast<uint16_t>(slot), tap);
      if (stage_.commit()) {
        stem->tapped = true;  // in place of the tap of the part that was there before
        std::erase_if(stems_, [&](const Stem& s) { return s.slot == slot && s.id != id; });
        return;
      }
      services_.log("the engine's queue is full: part " + name + " has no stem");
    }
    if (stem != stems_.end()) stems_.erase(stem);
    if (tap != nullptr) recorder_.tap_stopped(static_cast<BlockSink*>(tap));
  });
}

void Session::end_stem(int slot) {
  const auto tail = static_cast<uint64_t>(kStemTailSeconds * services_.engine.spec().rate);
  for (Stem& stem : stems_) {
    if (stem.slot == slot && !stem.until) stem.until = stage_.next_frame() + tail;
  }
}

// The stems of parts that have gone are closed when these have faded.
void Session::close_stems() {
  const uint64_t next = stage_.next_frame();
  std::erase_if(stems_, [&](const Stem& stem) {
    if (!stem.tapped || !stem.until || next < *stem.until) return false;
    stage_.begin({});
    stage_.set_tap(static_cast<uint16_t>(stem.slot), nullptr);
    return stage_.commit();
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
  score_.start(name, first, services_.worker.lead_frames(), [this, to](const std::string& error) {
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
        score_.message(first, encode(target, addresses_.canonical(target), buffer));
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
    if (part->instrument == schema::Kind::kDdsp && !part->song.empty() && part->song != default_song()) {
      const std::string address = "/part/" + part->name + "/sing/model";
      score_.message(first,
                     osc::MessageWriter(buffer, address, "s").add(std::string_view(part->song)).bytes());
    }
    write_values(schema::Kind::kStrip, slot);
    write_values(part->instrument, slot);
    for (const Target& target : spaces_in_use(slot))
      score_.message(first, encode(target, addresses_.canonical(target), buffer));
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
