// What a part plays of its model's code spaces: techniques by name, codes, a place on the map.
//
// Control says what is asked for (rt::CommandKind::kSpace); the worker finds the vector that the network is
// conditioned on, the same for a take and the render of its score.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/instruments/technique_contour.h"
#include "engine/instruments/voice_controls.h"
#include "engine/rt/command.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo {

inline constexpr size_t kMostSpaceFloats = 64;  // of all spaces together

// A few codes with their weights.
struct WeightedCode {
  int code = 0;
  float weight = 0;
};
struct NearCodes {
  std::array<WeightedCode, rt::kMostSpaceCodes> all{};
  size_t count = 0;
  [[nodiscard]] const WeightedCode* begin() const noexcept { return all.data(); }
  [[nodiscard]] const WeightedCode* end() const noexcept { return all.data() + count; }
};

// Any thread. The 4 codes of the map that are nearest to a place, by inverse distance; weights sum to 1. None
// when there is no map.
NearCodes near_codes(const ddsp::Space& space, float x, float y) noexcept;

// What one voice has of it; smooth in time.
struct SpaceVoice {
  bool begun = false;
  uint32_t seed = 0;
  std::array<float, kMostSpaceFloats> vector{};
  MixedContour contour;
  ContourPlayer player;
  ContourPoint moved;  // at the last frame
};

class SpacePlayer {
 public:
  using PartControls = Controls<schema::ddsp::kCount>;

  // Disk thread. All that handle() and step() touch is allocated here.
  explicit SpacePlayer(const ddsp::Model& model);

  // Worker thread, all of what follows; no allocation.
  [[nodiscard]] bool any() const noexcept { return !spaces_.empty(); }
  void handle(const rt::Command& command) noexcept;
  static void start(SpaceVoice& voice, uint32_t seed) noexcept;
  // From now on the learned space stays as it is asked for now, whatever is asked; or it does not any more.
  // Voices that sound stay as they are.
  void freeze(bool frozen, uint64_t frame) noexcept;

  // The name that most is asked of in the learned space; empty where there is none. Lives as the model does.
  [[nodiscard]] std::string_view heaviest(uint64_t frame) const noexcept;

  struct Moment {
    uint64_t frame = 0;
    double since = 0;              // seconds from the note's start
    double seconds = 0;            // from model frame to model frame
    float midi = 60;               // of the voice, before the contour moves it
    std::string_view technique{};  // an entry that the voice's player asks for in place of the part's
    int space = -1;                // and its space; -1: technique
    bool moves = true;             // the contour acts: its player does not move by himself
  };
  // The voice at its next model frame.
  void step(SpaceVoice& voice, const Moment& moment, const PartControls& controls) noexcept;

 private:
  enum class Mode : uint8_t { kNames, kCodes, kPad };
  struct Space {
    const ddsp::Space* config = nullptr;
    const float* codebook = nullptr;  // [codes, size]
    size_t first = 0, size = 0;       // its floats in a voice's vector
    std::vector<float> entries;       // [entries, size]: their mean codes
    std::vector<float> shares;        // [codes, entries]: which names a code stands for, sum 1 or 0
    Mode mode = Mode::kNames;
    std::vector<rt::Ramped> amounts;  // of the entries
    NearCodes codes;
    float x = 0.5f, y = 0.5f;
    // What codes or a place stood for, by name, when they were left at this frame: a name that comes in over
    // a time comes from there.
    std::vector<float> left;
    uint64_t left_at = UINT64_MAX;
  };
  // What is asked for at a frame: its vector, and how much of each name is in it.
  void ask(const Space& space, uint64_t frame, float* vector, float* amounts) const noexcept;
  static void mix(const Space& space, const NearCodes& codes, float* vector, float* amounts) noexcept;
  void drift(const Space& space, const SpaceVoice& voice, double since, float amount,
             float* vector) const noexcept;
  MixedContour contour_of(const Space& space, const float* amounts) const noexcept;
  static void snap(const Space& space, float amount, float* vector) noexcept;
  [[nodiscard]] static int entry_named(const Space& space, std::string_view name) noexcept;

  std::vector<Space> spaces_;
  int technique_ = -1;     // index of the learned space, whatever its name
  bool contours_ = false;  // it moves notes; a vowel and a voice are colours alone
  // What a frozen part starts new notes with.
  bool frozen_ = false;
  std::array<float, kMostSpaceFloats> kept_vector_{};
  MixedContour kept_contour_;
};

}  // namespace continuo
