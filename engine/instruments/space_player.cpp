// What a part plays of its model's code spaces.
#include "engine/instruments/space_player.h"

#include <algorithm>
#include <cmath>

#include "engine/dsp/fixed_chance.h"

namespace continuo {
namespace {

constexpr double kSmoothSeconds = 0.03;
constexpr double kWanderSeconds = 2.5;  // from place to place
constexpr float kWander = 0.6f;         // how far a full drift goes towards where it wanders

}  // namespace

SpacePlayer::SpacePlayer(const ddsp::Model& model) {
  const ddsp::Config& config = model.config();
  size_t first = 0;
  for (size_t s = 0; s < config.spaces.size(); ++s) {
    const ddsp::Space& from = config.spaces[s];
    Space space;
    space.config = &from;
    space.codebook = model.codebook(static_cast<int>(s)).data();
    space.first = first;
    space.size = static_cast<size_t>(from.size);
    first += space.size;
    const size_t count = from.entries.size();
    const auto codes = static_cast<size_t>(from.codes);
    space.entries.assign(count * space.size, 0.f);
    space.shares.assign(codes * count, 0.f);
    space.amounts.assign(count, rt::Ramped(0));
    space.left.assign(count, 0.f);
    for (size_t e = 0; e < count; ++e) {
      for (size_t k = 0; k < codes; ++k) {
        space.shares[k * count + e] = from.entries[e].weights[k];
        for (size_t i = 0; i < space.size; ++i)
          space.entries[e * space.size + i] +=
              from.entries[e].weights[k] * space.codebook[k * space.size + i];
      }
    }
    for (size_t k = 0; k < codes; ++k) {
      float sum = 0;
      for (size_t e = 0; e < count; ++e) sum += space.shares[k * count + e];
      for (size_t e = 0; e < count && sum > 0; ++e) space.shares[k * count + e] /= sum;
    }
    spaces_.push_back(std::move(space));
  }
  technique_ = ddsp::learned_space(config.spaces);
  if (technique_ >= 0) {
    const std::string& name = config.spaces[static_cast<size_t>(technique_)].name;
    contours_ = name != "vowel" && name != "voice";
  }
}

void SpacePlayer::handle(const rt::Command& command) noexcept {
  if (command.index >= spaces_.size()) return;
  Space& space = spaces_[command.index];
  const rt::SpaceMove& move = command.space;
  switch (move.what) {
    case rt::SpaceMove::What::kClear:
      if (space.mode != Mode::kNames) {
        std::array<float, kMostSpaceFloats> unused{};
        ask(space, command.frame, unused.data(), space.left.data());
        space.left_at = command.frame;
      }
      for (rt::Ramped& amount : space.amounts) amount.set(0);
      space.codes.count = 0;
      space.mode = Mode::kNames;
      break;
    case rt::SpaceMove::What::kEntry:
      space.mode = Mode::kNames;
      if (space.left_at == command.frame && move.ramp_frames > 0) {
        for (size_t e = 0; e < space.amounts.size(); ++e) {
          space.amounts[e].set(space.left[e]);
          space.amounts[e].go(0, command.frame, move.ramp_frames);
        }
        space.left_at = UINT64_MAX;
      }
      if (command.voice < space.amounts.size())
        space.amounts[command.voice].go(move.x, command.frame, move.ramp_frames);
      break;
    case rt::SpaceMove::What::kCode:
      space.mode = Mode::kCodes;
      if (command.voice < space.config->codes && space.codes.count < space.codes.all.size())
        space.codes.all[space.codes.count++] = {command.voice, move.x};
      break;
    case rt::SpaceMove::What::kPad:
      if (space.config->map.empty()) break;
      space.mode = Mode::kPad;
      space.x = move.x, space.y = move.y;
      break;
  }
}

void SpacePlayer::start(SpaceVoice& voice, uint32_t seed) noexcept {
  voice.begun = false;
  voice.seed = seed;
  voice.moved = {};
  voice.player.start(seed);
}

void SpacePlayer::freeze(bool frozen, uint64_t frame) noexcept {
  if (frozen && !frozen_ && technique_ >= 0) {
    const Space& space = spaces_[static_cast<size_t>(technique_)];
    std::array<float, ddsp::kMostEntries> amounts{};
    ask(space, frame, kept_vector_.data() + space.first, amounts.data());
    kept_contour_ = contour_of(space, amounts.data());
  }
  frozen_ = frozen;
}

std::string_view SpacePlayer::heaviest(uint64_t frame) const noexcept {
  if (technique_ < 0) return {};
  const Space& space = spaces_[static_cast<size_t>(technique_)];
  std::array<float, kMostSpaceFloats> unused{};
  std::array<float, ddsp::kMostEntries> amounts{};
  ask(space, frame, unused.data(), amounts.data());
  const auto& entries = space.config->entries;
  const auto most = std::max_element(amounts.begin(), amounts.begin() + static_cast<long>(entries.size()));
  if (entries.empty() || *most <= 0) return {};
  return entries[static_cast<size_t>(most - amounts.begin())].name;
}

MixedContour SpacePlayer::contour_of(const Space& space, const float* amounts) const noexcept {
  ContourMixer mixer;
  for (size_t e = 0; contours_ && e < space.config->entries.size(); ++e)
    mixer.add(space.config->entries[e].contour, amounts[e]);
  return mixer.mixed();
}

int SpacePlayer::entry_named(const Space& space, std::string_view name) noexcept {
  const auto& entries = space.config->entries;
  for (size_t e = 0; e < entries.size(); ++e) {
    if (entries[e].name == name) return static_cast<int>(e);
  }
  return -1;
}

// The nearest places of the map, by inverse distance less that of the next one, so that a code comes in from
// nothing (Franke and Nielson's weights).
NearCodes near_codes(const ddsp::Space& space, float x, float y) noexcept {
  constexpr size_t kMost = rt::kMostSpaceCodes;
  constexpr float kTouch = 1e-3f;
  std::array<WeightedCode, kMost + 1> nearest{};  // weight: the distance
  size_t count = 0;
  for (size_t k = 0; k < space.map.size(); ++k) {
    const float d = std::hypot(space.map[k][0] - x, space.map[k][1] - y);
    if (count == nearest.size() && d >= nearest[count - 1].weight) continue;
    if (count < nearest.size()) ++count;
    size_t at = count - 1;
    for (; at > 0 && nearest[at - 1].weight > d; --at) nearest[at] = nearest[at - 1];
    nearest[at] = {static_cast<int>(k), d};
  }
  const float beyond = count > kMost ? 1 / (nearest[kMost].weight + kTouch) : 0;
  NearCodes out;
  out.count = std::min(count, kMost);
  float sum = 0;
  for (size_t i = 0; i < out.count; ++i) {
    out.all[i] = {nearest[i].code, 1 / (nearest[i].weight + kTouch) - beyond};
    sum += out.all[i].weight;
  }
  for (size_t i = 0; i < out.count; ++i)
    out.all[i].weight = sum > 0 ? out.all[i].weight / sum : 1 / static_cast<float>(out.count);
  return out;
}

// Weights above 1 are brought to it; what is below is filled by the default.
void SpacePlayer::mix(const Space& space, const NearCodes& codes, float* vector, float* amounts) noexcept {
  const size_t names = space.config->entries.size();
  float sum = 0;
  for (const auto& [code, weight] : codes) sum += weight;
  const float scale = sum > 1 ? 1 / sum : 1;
  for (const auto& [code, weight] : codes) {
    const float w = scale * weight;
    const auto k = static_cast<size_t>(code);
    for (size_t d = 0; d < space.size; ++d) vector[d] += w * space.codebook[k * space.size + d];
    for (size_t e = 0; e < names; ++e) amounts[e] += w * space.shares[k * names + e];
  }
}

void SpacePlayer::ask(const Space& space, uint64_t frame, float* vector, float* amounts) const noexcept {
  const size_t names = space.config->entries.size();
  std::fill_n(vector, space.size, 0.f);
  std::fill_n(amounts, names, 0.f);
  float sum = 0;
  if (space.mode == Mode::kNames) {
    for (size_t e = 0; e < names; ++e) sum += amounts[e] = space.amounts[e].at(frame);
    const float scale = sum > 1 ? 1 / sum : 1;
    for (size_t e = 0; e < names; ++e) {
      amounts[e] *= scale;
      if (amounts[e] <= 0) continue;
      for (size_t d = 0; d < space.size; ++d) vector[d] += amounts[e] * space.entries[e * space.size + d];
    }
  } else if (space.mode == Mode::kCodes) {
    mix(space, space.codes, vector, amounts);
    for (const auto& [code, weight] : space.codes) sum += weight;
  } else {
    mix(space, near_codes(*space.config, space.x, space.y), vector, amounts);
    sum = 1;
  }
  const float rest = 1 - sum;
  if (space.config->default_entry < 0 || rest <= 0) return;
  const auto e = static_cast<size_t>(space.config->default_entry);
  amounts[e] += rest;
  for (size_t d = 0; d < space.size; ++d) vector[d] += rest * space.entries[e * space.size + d];
}

// A place that wanders over the map, or from code to code where there is none.
void SpacePlayer::drift(const Space& space, const SpaceVoice& voice, double since, float amount,
                        float* vector) const noexcept {
  const double time = since / kWanderSeconds;
  const auto cell = static_cast<uint32_t>(time);
  const auto along = static_cast<float>(time - cell);
  const float smooth = along * along * (3 - 2 * along);
  const uint32_t key = voice.seed * 0x9e3779b9u + 0x3c6ef372u;
  std::array<float, kMostSpaceFloats> place{};
  std::array<float, ddsp::kMostEntries> unused{};
  NearCodes codes;
  if (!space.config->map.empty()) {
    const auto coordinate = [&](uint32_t stream) {
      const float a = dsp::unit_chance(key + stream + 2 * cell),
                  b = dsp::unit_chance(key + stream + 2 * (cell + 1));
      return a + (b - a) * smooth;
    };
    const float x = coordinate(0), y = coordinate(1);
    codes = near_codes(*space.config, x, y);
  } else {
    const auto code = [&](uint32_t c) {
      return std::min(space.config->codes - 1,
                      static_cast<int>(dsp::unit_chance(key + c) * static_cast<float>(space.config->codes)));
    };
    codes.count = 2;
    codes.all[0] = {code(cell), 1 - smooth};
    codes.all[1] = {code(cell + 1), smooth};
  }
  mix(space, codes, place.data(), unused.data());
  for (size_t d = 0; d < space.size; ++d) vector[d] += kWander * amount * (place[d] - vector[d]);
}

void SpacePlayer::snap(const Space& space, float amount, float* vector) noexcept {
  const float* best = nullptr;
  float least = 0;
  for (int k = 0; k < space.config->codes; ++k) {
    const float* code = space.codebook + static_cast<size_t>(k) * space.size;
    float distance = 0;
    for (size_t d = 0; d < space.size; ++d) distance += (code[d] - vector[d]) * (code[d] - vector[d]);
    if (best != nullptr && distance >= least) continue;
    best = code, least = distance;
  }
  for (size_t d = 0; d < space.size; ++d) vector[d] += amount * (best[d] - vector[d]);
}

void SpacePlayer::step(SpaceVoice& voice, const Moment& moment, const PartControls& controls) noexcept {
  namespace knob = schema::ddsp;
  const auto share = voice.begun ? static_cast<float>(1 - std::exp(-moment.seconds / kSmoothSeconds)) : 1.f;
  const bool freezes = controls.at(knob::kTechniqueFreeze, moment.frame) >= 0.5f;
  if (freezes != frozen_) freeze(freezes, moment.frame);
  std::array<float, kMostSpaceFloats> target{};
  std::array<float, ddsp::kMostEntries> amounts{};
  const int led = moment.space < 0 ? technique_ : moment.space;  // by the voice's player
  for (size_t s = 0; s < spaces_.size(); ++s) {
    const Space& space = spaces_[s];
    float* vector = target.data() + space.first;
    const bool technique = static_cast<int>(s) == technique_;
    const int asked =
        static_cast<int>(s) != led || moment.technique.empty() ? -1 : entry_named(space, moment.technique);
    if (technique && frozen_ && asked < 0) {
      const float* held = voice.begun ? voice.vector.data() : kept_vector_.data();
      std::copy_n(held + space.first, space.size, vector);
      continue;
    }
    ask(space, moment.frame, vector, amounts.data());
    if (asked >= 0) {
      amounts.fill(0);
      amounts[static_cast<size_t>(asked)] = 1;
      std::copy_n(space.entries.data() + static_cast<size_t>(asked) * space.size, space.size, vector);
    }
    if (!technique) continue;
    const float drifts = controls.at(knob::kTechniqueDrift, moment.frame);
    if (drifts > 0) drift(space, voice, moment.since, drifts, vector);
    const float snaps = controls.at(knob::kTechniqueSnap, moment.frame);
    if (snaps > 0) snap(space, snaps, vector);
    const MixedContour contour = contour_of(space, amounts.data());
    voice.contour.approach(contour, share);
    if (share == 1) voice.contour = contour;
  }
  if (frozen_) {
    voice.contour.approach(kept_contour_, share);
    if (share == 1) voice.contour = kept_contour_;
  }
  for (size_t i = 0; i < target.size(); ++i) voice.vector[i] += share * (target[i] - voice.vector[i]);
  if (share == 1) voice.vector = target;
  voice.begun = true;
  voice.moved = {};
  if (!moment.moves || technique_ < 0) return;
  voice.moved = voice.player.step(voice.contour, moment.midi, moment.since, moment.seconds);
  const float amount = controls.at(knob::kTechniqueContour, moment.frame);
  voice.moved.cents *= amount;
  voice.moved.db *= amount;
  voice.moved.pulses *= amount;
}

}  // namespace continuo
