// What is asked of a code space becomes the vector that the network hears.
#include <catch2/catch.hpp>

#include "engine/instruments/space_player.h"
#include "engine/session/space_setting.h"
#include "models/ddsp/inference/random_model.h"

using namespace continuo;
using What = rt::SpaceMove::What;

namespace {

struct Played {
  Played() : player(*model) { SpacePlayer::start(voice, 7); }
  void ask(uint16_t space, What what, uint16_t number = 0, float x = 0, float y = 0) {
    rt::Command command;
    command.kind = rt::CommandKind::kSpace;
    command.index = space;
    command.voice = number;
    command.space = {what, x, y, 0};
    player.handle(command);
  }
  void set(uint16_t index, float value) {
    rt::Command command;
    command.kind = rt::CommandKind::kParameter;
    command.index = index;
    command.value = value;
    command.ramp_frames = 0;
    controls.handle(command);
  }
  // The vector after `seconds`, 10 ms a step.
  std::vector<float> after(double seconds, std::string_view technique = {}) {
    for (double t = 0; t < seconds; t += 0.01, time += 0.01) {
      SpacePlayer::Moment moment;
      moment.frame = static_cast<uint64_t>(std::lround(time * 48000));
      moment.since = time;
      moment.seconds = 0.01;
      moment.technique = technique;
      player.step(voice, moment, controls);
    }
    return {voice.vector.begin(), voice.vector.begin() + model->config().space_size()};
  }
  [[nodiscard]] std::vector<float> code(int space, int k) const {
    const auto size = model->config().spaces[static_cast<size_t>(space)].size;
    const auto book =
        model->codebook(space).subspan(static_cast<size_t>(k * size), static_cast<size_t>(size));
    return {book.begin(), book.end()};
  }
  [[nodiscard]] std::vector<float> mix(std::initializer_list<std::pair<int, float>> codes) const {
    std::vector<float> sum(static_cast<size_t>(model->config().spaces[0].size), 0.f);
    for (const auto& [k, w] : codes) {
      const auto vector = code(0, k);
      for (size_t d = 0; d < sum.size(); ++d) sum[d] += w * vector[d];
    }
    return sum;
  }

  static ddsp::RandomModelSpec with_spaces() {
    ddsp::RandomModelSpec spec;
    spec.spaces = true;
    return spec;
  }
  std::shared_ptr<const ddsp::Model> model =
      ddsp::Model::from(io::Safetensors::parse("random", ddsp::random_model(with_spaces()).bytes()));
  SpacePlayer player;
  SpaceVoice voice;
  Controls<schema::ddsp::kCount> controls{schema::parameters(schema::Kind::kDdsp)};
  double time = 0;
};

void check_near(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() >= b.size());
  for (size_t d = 0; d < b.size(); ++d) CHECK(a[d] == Approx(b[d]).margin(2e-4));
}

}  // namespace

// The random model: entry e has 0.75 of code 2e and 0.25 of code 2e + 1; the default is straight, entry 4.
TEST_CASE("names are mixed, the default fills the rest, more than 1 is shared") {
  Played p;
  check_near(p.after(0.01), p.mix({{8, 0.75f}, {9, 0.25f}}));
  p.ask(0, What::kEntry, 1, 0.4f);
  check_near(p.after(1), p.mix({{2, 0.3f}, {3, 0.1f}, {8, 0.45f}, {9, 0.15f}}));
  p.ask(0, What::kEntry, 1, 1);
  p.ask(0, What::kEntry, 0, 1);
  check_near(p.after(1), p.mix({{0, 0.375f}, {1, 0.125f}, {2, 0.375f}, {3, 0.125f}}));
  p.ask(0, What::kClear);
  check_near(p.after(1), p.mix({{8, 0.75f}, {9, 0.25f}}));
}

TEST_CASE("codes, the map, snap and a player's own technique") {
  Played p;
  p.ask(0, What::kClear);
  p.ask(0, What::kCode, 3, 0.5f);
  p.ask(0, What::kCode, 5, 0.5f);
  check_near(p.after(1), p.mix({{3, 0.5f}, {5, 0.5f}}));
  p.ask(0, What::kPad, 0, 1, 1.f / 3);  // at code 7, exactly
  const auto at_seven = p.after(1), seven = p.code(0, 7);
  double off = 0, size = 0;
  for (size_t d = 0; d < seven.size(); ++d) {
    off += static_cast<double>((at_seven[d] - seven[d]) * (at_seven[d] - seven[d]));
    size += static_cast<double>(seven[d] * seven[d]);
  }
  CHECK(off < 1e-3 * size);
  p.ask(0, What::kPad, 0, 0.95f, 0.36f);
  p.set(schema::ddsp::kTechniqueSnap, 1);
  check_near(p.after(1), p.code(0, 7));
  p.set(schema::ddsp::kTechniqueSnap, 0);
  check_near(p.after(1, "fry"), p.mix({{4, 0.75f}, {5, 0.25f}}));
  CHECK(p.voice.contour.fry == Approx(1).margin(0.01));
}

TEST_CASE("the vector moves smoothly, freezes and drifts within bounds") {
  Played p;
  const auto straight = p.after(0.5);
  p.ask(0, What::kEntry, 1, 1);
  const auto soon = p.after(0.01);
  const auto breathy = p.mix({{2, 0.75f}, {3, 0.25f}});
  for (size_t d = 0; d < breathy.size(); ++d) {  // 1 - exp(-10 / 30) of the way
    CHECK(soon[d] - straight[d] == Approx(0.2835f * (breathy[d] - straight[d])).margin(1e-4));
  }
  check_near(p.after(1), breathy);
  p.set(schema::ddsp::kTechniqueFreeze, 1);
  p.after(0.02);
  p.ask(0, What::kEntry, 1, 0);
  check_near(p.after(1), breathy);
  SpaceVoice other;  // a note that begins meanwhile has it, too
  SpacePlayer::start(other, 9);
  p.player.step(other, {.frame = 200000, .since = 0, .seconds = 0.01}, p.controls);
  check_near({other.vector.begin(), other.vector.begin() + 8}, breathy);
  p.set(schema::ddsp::kTechniqueFreeze, 0);
  check_near(p.after(1), straight);

  p.set(schema::ddsp::kTechniqueDrift, 1);
  float most = 0, step = 0, before = p.after(0.01)[0];
  for (int i = 0; i < 3000; ++i) {
    const float now = p.after(0.01)[0];
    step = std::max(step, std::fabs(now - before));
    most = std::max(most, std::fabs(now - straight[0]));
    before = now;
  }
  CHECK(most > 0.02f);
  CHECK(most < 4);
  CHECK(step < 0.2f);
}

TEST_CASE("a name that comes in over a time comes from the code that sounded, not from the default") {
  Played p;
  p.ask(0, What::kCode, 2, 1);
  p.after(0.5);
  rt::Command command;
  command.kind = rt::CommandKind::kSpace;
  command.frame = 24000;
  command.space.what = What::kClear;
  p.player.handle(command);
  command.space.what = What::kEntry;
  command.voice = 0;
  command.space.x = 1;
  command.space.ramp_frames = 48000;
  p.player.handle(command);
  const auto breathy = p.mix({{2, 0.75f}, {3, 0.25f}});  // what code 2 stands for
  Played belted;
  belted.ask(0, What::kEntry, 0, 1);
  const auto belt = belted.after(1);
  const auto near = [&](const std::vector<float>& vector, float along) {
    for (size_t d = 0; d < breathy.size(); ++d)
      CHECK(vector[d] == Approx(breathy[d] + along * (belt[d] - breathy[d])).margin(0.1));
  };
  near(p.after(0.2), 0.16f);  // smoothed over 30 ms
  near(p.after(0.5), 0.66f);
  near(p.after(0.6), 1);
}

TEST_CASE("what is frozen while nothing sounds is what was asked for then") {
  Played p;
  auto straight = p.after(0.5);
  straight.resize(8);  // of the first space
  p.player.freeze(true, 100000);
  p.set(schema::ddsp::kTechniqueFreeze, 1);
  p.ask(0, What::kEntry, 1, 1);
  SpaceVoice next;
  SpacePlayer::start(next, 9);
  p.player.step(next, {.frame = 200000, .since = 0, .seconds = 0.01}, p.controls);
  check_near({next.vector.begin(), next.vector.begin() + 8}, straight);
  // Off and on again between two notes: what is asked for now, not what it was.
  p.player.freeze(false, 210000);
  p.player.freeze(true, 210001);
  SpacePlayer::start(next, 10);
  p.player.step(next, {.frame = 220000, .since = 0, .seconds = 0.01}, p.controls);
  check_near({next.vector.begin(), next.vector.begin() + 8}, p.mix({{2, 0.75f}, {3, 0.25f}}));
}

TEST_CASE("control knows the weights that the worker mixes") {
  Played p;
  const ddsp::Space& space = p.model->config().spaces[0];
  session::SpaceSetting setting;
  setting.names["breathy"] = 0.4f;
  auto weights = session::code_weights(space, setting);
  CHECK(weights[2] == Approx(0.3f));
  CHECK(weights[8] == Approx(0.45f));
  setting = {};
  setting.by = session::SpaceSetting::By::kPad;
  setting.pad = {0.5f, 0.5f};
  weights = session::code_weights(space, setting);
  for (const int k : {5, 6, 9, 10}) CHECK(weights[static_cast<size_t>(k)] == Approx(0.25f).margin(1e-3));
  CHECK(session::perplexity({0.25f, 0.25f, 0.25f, 0.25f, 0}) == Approx(4));
}
