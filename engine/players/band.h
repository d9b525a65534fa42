// All players on a thread of their own: what they hear comes with frames, what they play leaves with frames.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "engine/players/improviser.h"
#include "engine/rt/frame_clock.h"
#include "engine/rt/queues.h"
#include "engine/sync/transport.h"

namespace continuo::players {

inline constexpr int kMostPlayers = 8;

struct Order {
  enum class What : uint8_t {
    kInstall,  // player: takes the place; the one before comes back
    kRemove,
    kNoteOn,   // frame, pitch, value: velocity
    kNoteOff,  // frame, pitch
    kEndCall,  // frame
    kAsk,      // frame, value: bars
    kMutate,   // value: how much
    kStop,     // the answer ends
    kPanic,
    kRestart,  // the transport begins anew
    kSeed,     // seed
    kTurns,    // turns
    kManner,   // manner
    kChords,   // chords: of the model's numbering, each for so many beats; none: no chords
  };
  What what = What::kPanic;
  int player = 0;  // 0..kMostPlayers-1
  double frame = 0;
  int pitch = 60;
  float value = 0;
  uint32_t seed = 0;
  TurnSettings turns;
  Manner manner;
  std::unique_ptr<Improviser> improviser;
  std::unique_ptr<Progression> chords;
};

struct Deed {
  enum class What : uint8_t {
    kNote,     // frame, note
    kTurn,     // playing: an answer begins or has ended; frame, beats: of its length
    kRetired,  // improviser, chords: to be destroyed off stage
  };
  What what = What::kNote;
  int player = 0;
  double frame = 0;
  OutNote note;
  bool playing = false;
  double beats = 0;
  std::unique_ptr<Improviser> improviser;
  std::unique_ptr<Progression> chords;
};

// Control thread, but for what it runs itself.
class Band {
 public:
  Band(const rt::FrameClock& clock, const sync::Transport& transport);
  ~Band();
  Band(const Band&) = delete;
  Band& operator=(const Band&) = delete;

  // Frames between a note's leaving the band and its sounding: what control and the stage need.
  void set_lead(uint32_t frames) noexcept { lead_.store(frames, std::memory_order_relaxed); }
  // Live. Asks for the priority of the model workers.
  void start(bool real_time);
  void stop();
  [[nodiscard]] bool running() const noexcept { return thread_.joinable(); }
  // Offline, no thread: all turns up to `frame`, each 5 ms.
  void advance_to(uint64_t frame);

  // False: the queue is full; nothing happened.
  [[nodiscard]] bool post(Order&& order);
  [[nodiscard]] bool poll(Deed& deed) { return deeds_.try_dequeue(deed); }

 private:
  struct Place {
    std::unique_ptr<Improviser> improviser;
    bool playing = false;
  };
  void run(bool real_time);
  void turn(double frame);
  void take(Order& order);

  const rt::FrameClock& clock_;
  const sync::Transport& transport_;
  std::array<Place, kMostPlayers> places_;
  rt::SpscQueue<Order> orders_{1024};
  rt::SpscQueue<Deed> deeds_{4096};
  std::atomic<uint32_t> lead_{1440};
  std::atomic<bool> running_{false};
  std::binary_semaphore wake_{0};
  std::thread thread_;
  double advanced_ = 0;
};

}  // namespace continuo::players
