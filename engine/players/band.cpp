#include "engine/players/band.h"

#include <chrono>
#include <utility>

#include "engine/rt/thread.h"

namespace continuo::players {
namespace {

constexpr auto kTurn = std::chrono::milliseconds(2);
constexpr double kOfflineTurn_s = 0.005;

}  // namespace

Band::Band(const rt::FrameClock& clock, const sync::Transport& transport)
    : clock_(clock), transport_(transport) {}

Band::~Band() {
  stop();
}

void Band::start(bool real_time) {
  running_.store(true, std::memory_order_relaxed);
  thread_ = std::thread([this, real_time] { run(real_time); });
}

void Band::stop() {
  if (!thread_.joinable()) return;
  running_.store(false, std::memory_order_release);
  wake_.release();
  thread_.join();
}

bool Band::post(Order&& order) {
  if (!orders_.try_enqueue(std::move(order))) return false;
  if (running_.load(std::memory_order_relaxed)) wake_.release();
  return true;
}

void Band::run(bool real_time) {
  rt::set_name("continuo-band");
  if (real_time) (void)rt::set_priority(rt::Priority::kWorker);
  while (running_.load(std::memory_order_acquire)) {
    (void)wake_.try_acquire_for(kTurn);
    turn(static_cast<double>(clock_.read().next_frame));
  }
}

void Band::advance_to(uint64_t frame) {
  const double step = kOfflineTurn_s * clock_.rate();
  for (; advanced_ < static_cast<double>(frame); advanced_ += step) turn(advanced_);
}

void Band::take(Order& order) {
  Place& place = places_[static_cast<size_t>(order.player)];
  const sync::Timeline line = transport_.read();
  const double beat = line.beat_at(order.frame);
  using enum Order::What;
  if (order.what == kInstall || order.what == kRemove) {
    if (place.improviser) {
      place.improviser->panic();
      std::array<OutNote, 64> out;
      const size_t count = place.improviser->advance(beat, 0, {}, out, 0);
      for (size_t i = 0; i < count; ++i) {
        Deed deed;
        deed.player = order.player;
        deed.frame = order.frame;
        deed.note = out[i];
        (void)deeds_.try_enqueue(std::move(deed));
      }
    }
    std::swap(place.improviser, order.improviser);
    place.playing = false;
  }
  if (Improviser* improviser = place.improviser.get()) {
    switch (order.what) {
      case kNoteOn:
        improviser->note_on(beat, order.pitch, order.value);
        break;
      case kNoteOff:
        improviser->note_off(beat, order.pitch);
        break;
      case kEndCall:
        improviser->end_call(beat);
        break;
      case kAsk:
        improviser->ask(beat, static_cast<double>(order.value));
        break;
      case kMutate:
        improviser->mutate(static_cast<double>(order.value));
        break;
      case kStop:
        improviser->stop();
        break;
      case kPanic:
        improviser->panic();
        break;
      case kRestart:
        improviser->restart();
        break;
      case kSeed:
        improviser->seed(order.seed);
        break;
      case kTurns:
        improviser->set(order.turns);
        break;
      case kManner:
        improviser->set(order.manner);
        break;
      case kChords:
        improviser->swap(order.chords);
        break;
      default:
        break;
    }
  }
  if (order.improviser || order.chords) {
    Deed deed;
    deed.what = Deed::What::kRetired;
    deed.player = order.player;
    deed.improviser = std::move(order.improviser);
    deed.chords = std::move(order.chords);
    (void)deeds_.try_enqueue(std::move(deed));
  }
}

void Band::turn(double frame) {
  Order order;
  // Notes of later frames wait in order: nobody hears the future.
  while (orders_.peek() != nullptr && orders_.peek()->frame <= frame && orders_.try_dequeue(order))
    take(order);
  const sync::Timeline line = transport_.read();
  const double beat = line.beat_at(frame);
  const double ahead = lead_.load(std::memory_order_relaxed) / line.frames_a_beat();
  const Bars bars{line.bar_beat, line.metre.bar()};
  for (int p = 0; p < kMostPlayers; ++p) {
    Place& place = places_[static_cast<size_t>(p)];
    if (!place.improviser) continue;
    std::array<OutNote, 32> out;
    const size_t count = place.improviser->advance(beat, ahead, bars, out);
    for (size_t i = 0; i < count; ++i) {
      Deed deed;
      deed.player = p;
      deed.frame = line.frame_at(out[i].beat);
      deed.note = out[i];
      (void)deeds_.try_enqueue(std::move(deed));
    }
    const auto& turn = place.improviser->turns().turn();
    if (turn.has_value() != place.playing) {
      place.playing = turn.has_value();
      Deed deed;
      deed.what = Deed::What::kTurn;
      deed.player = p;
      deed.playing = place.playing;
      deed.frame = turn ? line.frame_at(turn->answer_begin) : frame;
      deed.beats = turn ? turn->answer_end - turn->answer_begin : 0;
      (void)deeds_.try_enqueue(std::move(deed));
    }
  }
}

}  // namespace continuo::players
