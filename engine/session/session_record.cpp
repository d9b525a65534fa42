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
  if (services_.score == nullptr) return replies_.fail(to, "/record/score", "there is no score writer here");
  if (!services_.score->writing().empty()) {
    return replies_.fail(to, "/record/score", "a score is being written already; /record/score/stop ends it");
  }
  const uint64_t first = stage_.next_frame();
  services_.score->start(name, first, [this, to, name](const std::string& error) {
    if (error.empty()) return replies_.done(to, "/record/score", name);
    replies_.fail(to, "/record/score", error);
  });
  stage_.reset_seeds();
  std::array<std::byte, 1024> buffer;
  for (int slot = 0; slot < kParts; ++slot) {
    const auto& part = parts_[static_cast<size_t>(slot)];
    if (!part) continue;
    osc::MessageWriter made(buffer, "/part/new", part->model.empty() ? "ss" : "sss");
    made.add(schema::name(part->instrument)).add(std::string_view(part->name));
    if (!part->model.empty()) made.add(std::string_view(part->model));
    services_.score->message(first, made.bytes());
  }
  const auto write_values = [&](schema::Kind kind, uint8_t part) {
    const auto specs = schema::parameters(kind);
    for (uint16_t i = 0; i < specs.size(); ++i) {
      const Target target{kind, Face::kUnit, part, i};
      if (value(target) == specs[i].default_value) continue;
      services_.score->message(first, encode(target, AddressSpace::canonical(target), buffer));
    }
  };
  write_values(schema::Kind::kMaster, Target::kNoPart);
  for (int slot = 0; slot < kParts; ++slot) {
    const auto& part = parts_[static_cast<size_t>(slot)];
    if (!part) continue;
    write_values(schema::Kind::kStrip, static_cast<uint8_t>(slot));
    write_values(part->instrument, static_cast<uint8_t>(slot));
  }
}

void Session::stop_score(const Endpoint& to) {
  if (services_.score == nullptr || services_.score->writing().empty()) {
    return replies_.fail(to, "/record/score/stop", "no score is being written");
  }
  const std::string name = services_.score->writing();
  services_.score->stop(stage_.next_frame(), [this, to, name](const std::string& error) {
    if (error.empty()) return replies_.done(to, "/record/score/stop", name);
    replies_.fail(to, "/record/score/stop", error);
  });
}

}  // namespace continuo::session
