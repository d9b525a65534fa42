// A small training from start to end on notes made here: the loss falls, a resumed run goes on where it
// stopped.
#include "models/ddsp/trainer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numbers>

#include "models/data/audio_file.h"
#include "models/ddsp/report.h"
#include "models/ddsp/statistics.h"
#include "models/ddsp/table.h"

namespace fs = std::filesystem;
using namespace continuo;
using namespace continuo::ddsp;

namespace {

// Ten recordings of a reed-like tone, 1.5 s each, softer ones duller, with an onset and a release.
fs::path make_recordings() {
  const fs::path folder = fs::temp_directory_path() / "continuo_trainer_test" / "reed";
  fs::remove_all(folder.parent_path());
  fs::create_directories(folder);
  for (int i = 0; i < 10; ++i) {
    std::vector<float> audio(36000);
    const double hz = 196 * std::exp2(i / 12.0), soft = i % 2;
    for (std::size_t n = 0; n < audio.size(); ++n) {
      const double t = static_cast<double>(n) / 24000;
      const double envelope = std::min({1.0, t / 0.05, (1.5 - t) / 0.1});
      double sum = 0;
      for (int k = 1; k <= 12; ++k)
        sum += std::sin(2 * std::numbers::pi * k * hz * t) / std::pow(k, 1 + soft);
      audio[n] = static_cast<float>(envelope * (soft > 0 ? 0.08 : 0.2) * sum);
    }
    data::write_wav(folder / ("reed" + std::to_string(i) + ".wav"), audio, 24000);
  }
  return folder;
}

const Dataset& recordings() {
  static const Dataset set = [] {
    DatasetSpec spec;
    spec.phrase_share = 1;
    return load_dataset({make_recordings()}, spec, [](const std::string&) {});
  }();
  return set;
}

TrainSpec small_spec(int64_t warm, int64_t steps) {
  TrainSpec spec;
  spec.warm_steps = warm;
  spec.steps = steps;
  spec.crops = 2;
  spec.crop_frames = 60;
  return spec;
}

NetworkShape small_shape() {
  NetworkShape shape;
  shape.channels = 16;
  shape.hidden = 16;
  return shape;
}

}  // namespace

TEST_CASE("recordings become clips: some held out, copies detuned, notes joined") {
  const Dataset& set = recordings();
  CHECK(set.train.size() + set.held_out.size() == 10);
  CHECK(set.held_out.size() >= 1);
  CHECK(set.augmented.size() == set.train.size() + 1);
  for (const Clip& clip : set.train) {
    REQUIRE(clip.audio.size() == clip.frames() * 240);
    REQUIRE(clip.controls.amplitudes.size() == clip.frames() * 96);
    REQUIRE(clip.db.front() == -80.f);
  }
}

TEST_CASE("what cannot be used is named") {
  const fs::path folder = fs::temp_directory_path() / "continuo_trainer_bad";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::vector<std::string> reports;
  const auto report = [&](const std::string& line) { reports.push_back(line); };
  std::ofstream(folder / "text.wav") << "no sound";
  data::write_wav(folder / "short.wav", std::vector<float>(2400, 0.1f), 24000);
  data::write_wav(folder / "silent.wav", std::vector<float>(48000, 0.f), 24000);
  std::vector<float> noise(48000);
  for (std::size_t n = 0; n < noise.size(); ++n) noise[n] = 0.2f * std::sin(static_cast<float>(n * n % 7919));
  data::write_wav(folder / "noise.wav", noise, 24000);
  CHECK_THROWS_WITH(load_dataset({folder}, {}, report), Catch::Contains("0 s of usable audio"));
  CHECK(reports.size() == 4);
  CHECK_THROWS_WITH(load_dataset({folder / "nowhere"}, {}, report), Catch::Contains("no such folder"));
}

TEST_CASE("training lowers the loss and beats silence; the report says so") {
  Trainer trainer(small_shape(), small_spec(60, 30), recordings());
  const double before = trainer.evaluate(trainer.best());
  const std::atomic<bool> stop{false};
  trainer.run(stop, [](const Progress&) {});
  CHECK(trainer.progress().step == 30);
  CHECK(trainer.skipped_steps() == 0);
  CHECK(trainer.progress().best_loss < before - 1);

  Network& network = trainer.best();
  const Renderer model = [&](const Clip& clip) { return render(network, clip.midi, clip.db, 1); };
  Table table;
  table.fit(recordings().train);
  const Renderer peer = [&](const Clip& clip) {
    return synthesise(table.look_up(clip.midi, clip.db, 24000), clip.midi, 240, 24000, 1);
  };
  const Report report = make_report(recordings(), 24000, 240, model, peer);
  CHECK(report.table.spectral_loss < before);
  CHECK(report.table.within_10_cents > 90);
  CHECK(verdict(report).size() >= 4);
}

TEST_CASE("a stopped training goes on from its checkpoint") {
  const fs::path file = fs::temp_directory_path() / "continuo_trainer_test" / "checkpoint";
  std::atomic<bool> stop{false};
  Trainer first(small_shape(), small_spec(5, 4), recordings());
  first.run(stop, [](const Progress&) {});
  first.save(file);
  Trainer second(small_shape(), small_spec(5, 7), recordings());
  second.load(file);
  CHECK(second.progress().step == 4);
  CHECK(second.evaluate(second.best()) == Approx(first.evaluate(first.best())));
  second.run(stop, [](const Progress&) {});
  CHECK(second.progress().step == 7);

  NetworkShape other = small_shape();
  other.hidden = 20;
  Trainer third(other, small_spec(5, 7), recordings());
  CHECK_THROWS_WITH(third.load(file), Catch::Contains("checkpoint"));
  CHECK_THROWS_WITH(third.load("/nowhere/checkpoint"), Catch::Contains("no such checkpoint"));
}

TEST_CASE("the model's notes are described as the inference reads them") {
  const nlohmann::json about = describe(recordings().train, 100);
  CHECK(about["statistics"]["pitch_midi"]["p50"].get<double>() == Approx(59.5).margin(3));
  REQUIRE(about["notes"]["registers"].size() >= 1);
  for (const auto& one : about["notes"]["registers"]) {
    for (const auto& level : one["levels"]) {
      CHECK(level["onset_db"].size() == 30);
      CHECK(level["release_db"].size() >= 1);
      CHECK(level["release_db"].back().get<double>() < -30);
    }
  }
}
