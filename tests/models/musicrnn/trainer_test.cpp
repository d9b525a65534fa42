// Training in seconds: tunes that repeat themselves, learned better than by counting notes.
#include "models/musicrnn/trainer.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "models/io/safetensors.h"
#include "models/musicrnn/model_file.h"
#include "models/musicrnn/ngram.h"

using namespace continuo;
using namespace continuo::musicrnn;
namespace fs = std::filesystem;

namespace {

// Bars of a scale up and down from different notes, each said twice.
Tune tune(int from, const std::string& split) {
  Tune out{"tune", split, {}, {-2, 2}};
  for (int bar = 0; bar < 8; ++bar) {
    const int root = from + 2 * (bar / 2 % 3);
    for (int step = 0; step < 16; ++step) {
      const int degree = step < 8 ? step / 2 : 7 - step / 2;
      out.events.push_back(step % 2 == 0 ? root + 2 * degree : kNoEvent);
    }
  }
  return out;
}

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("continuo-musicrnn-" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

}  // namespace

TEST_CASE("A tiny network learns in seconds, resumes where it was, and is written") {
  at::set_num_threads(1);
  torch::manual_seed(1);
  const Folder folder;
  const Representation representation(preset("lookback"));
  TrainSpec spec;
  spec.cells = {32};
  spec.batch = 8, spec.length = 32, spec.rate = 1e-2, spec.dropout = 0.1, spec.average = 0.95;
  spec.steps = 60, spec.minutes = 5;
  std::vector<Tune> train, valid{tune(57, "valid")};
  for (const int from : {52, 55, 60, 62, 64}) train.push_back(tune(from, "train"));
  NGram unigram(1, representation.classes());
  const auto classes = [&](const Tune& t) {
    std::vector<int> out;
    for (const int event : t.events) out.push_back(representation.class_of(Event(event)));
    return out;
  };
  for (const Tune& t : train) unigram.learn(classes(t));
  std::int64_t count = 0;
  const double counted = unigram.nats(classes(valid[0]), count);

  Trainer trainer(representation, spec, train, valid);
  trainer.save_to(folder.path / "checkpoint");
  int told = 0;
  trainer.run(false, [&](const Progress&) { ++told; });
  const Figures learned = trainer.judge(trainer.best(), valid);
  CHECK(learned.steps == count);
  CHECK(learned.nats < 0.7 * counted / static_cast<double>(count));
  CHECK(learned.accuracy > 0.6);

  Trainer again(representation, spec, train, valid);
  again.save_to(folder.path / "checkpoint");
  again.load();
  CHECK(again.progress().step == trainer.progress().step);
  CHECK(again.judge(again.best(), valid).nats == Approx(learned.nats));

  const fs::path file = folder.path / "model.safetensors";
  write_model(file, trainer.best(), {{"kind", "musicrnn"}}, true);
  const auto written = io::Safetensors::read(file.string());
  CHECK(written.find("cell.0.kernel")->shape == std::vector<std::int64_t>{representation.inputs() + 32, 128});
  CHECK(written.find("out.weight")->shape == std::vector<std::int64_t>{32, representation.labels()});
  // torch's forget bias is told without TensorFlow's 1; it began at 1.
  const auto bias = written.floats("cell.0.bias", {128});
  double forget = 0;
  for (int i = 64; i < 96; ++i) forget += static_cast<double>(bias[static_cast<std::size_t>(i)]) / 32;
  CHECK(std::abs(forget) < 0.5);
}

TEST_CASE("Sets of melodies and drums as events; what is no set says so") {
  const Folder folder;
  std::ofstream(folder.path / "melodies.jsonl")
      << R"({"item":"a","split":"train","kind":"melody","start_step":0,"steps":12,"metre":[4,4],"steps_per_quarter":4,"tempo_bpm":120,"transpose":0,"transposes":[-5,5],"key":"C","tracks":[{"role":"melody","program":0,"notes":[[60,0,4,90,0],[62,4,6,90,0],[96,8,12,90,0]]}]})"
      << '\n';
  const Representation melody(preset("basic"));
  const auto tunes = read_tunes(folder.path, melody);
  REQUIRE(tunes.size() == 1);
  CHECK(tunes[0].events == std::vector<int>{60, -2, -2, -2, 62, -2, -1, -2, 72, -2, -2, -2});
  CHECK(moved(tunes[0].events, 5, melody)[0] == 65);
  CHECK(moved(tunes[0].events, 24, melody)[0] == 72);
  CHECK_THROWS_WITH(read_tunes(folder.path, Representation(preset("drums"))), Catch::Contains("data midi"));
}
