// One take at a time, its disk work posted as jobs.
#include "engine/audio/recorder.h"

#include <algorithm>
#include <utility>

namespace continuo {

bool Recorder::start(RecordSpec spec, Ready ready, Then fault) {
  if (recording()) return false;
  starting_ = true;
  stopping_ = finishing_ = draining_ = false;
  taps_.clear();
  fault_ = std::move(fault);
  auto made = std::make_shared<std::shared_ptr<Recording>>();
  const std::weak_ptr<bool> alive = alive_;
  disk_(
      [made, directory = directory_, spec = std::move(spec)] { *made = Recording::create(directory, spec); },
      [this, alive, made, ready = std::move(ready)](const std::string& error) {
        if (alive.expired()) return;
        starting_ = false;
        if (error.empty()) take_ = *made;
        for (size_t i = 0; take_ && i < take_->track_count(); ++i) taps_.push_back(&take_->tap(i));
        ready(error, take_.get());
      });
  return true;
}

void Recorder::tick() {
  if (!take_ || draining_ || finishing_) return;
  draining_ = true;
  const std::weak_ptr<bool> alive = alive_;
  // Bounded: a few seconds of sound at most, which is what the rings hold.
  disk_(
      [take = take_] {
        for (int step = 0; step < 4 && take->drain(); ++step) {
        }
      },
      [this, alive](const std::string& error) {
        if (alive.expired()) return;
        draining_ = false;
        if (!error.empty() && fault_) fault_(error);
        finish_if_stopped();
      });
}

bool Recorder::stop(Then done) {
  if (!take_ || stopping_) return false;
  stopping_ = true;
  done_ = std::move(done);
  finish_if_stopped();
  return true;
}

void Recorder::tap_stopped(const void* tap) {
  const auto found = std::find_if(taps_.begin(), taps_.end(), [tap](const RecorderTap* mine) {
    return static_cast<const void*>(static_cast<const BlockSink*>(mine)) == tap;
  });
  if (!take_ || found == taps_.end()) return;
  const RecorderTap* const stopped = *found;
  taps_.erase(found);
  if (stopping_) return finish_if_stopped();
  const std::weak_ptr<bool> alive = alive_;
  disk_([take = take_, stopped] { take->close(stopped); },
        [this, alive](const std::string& error) {
          if (!alive.expired() && !error.empty() && fault_) fault_(error);
        });
}

void Recorder::add(RecordTrack track, Added ready) {
  if (!take_ || stopping_) return;
  ++adding_;
  auto made = std::make_shared<RecorderTap*>(nullptr);
  const std::weak_ptr<bool> alive = alive_;
  disk_([made, take = take_, track = std::move(track)] { *made = take->add(track); },
        [this, alive, made, ready = std::move(ready)](const std::string& error) {
          if (alive.expired()) return;
          --adding_;
          if (stopping_) return finish_if_stopped();  // its file is silence
          if (*made) taps_.push_back(*made);
          ready(error, *made);
        });
}

void Recorder::finish_if_stopped() {
  if (!stopping_ || finishing_ || draining_ || adding_ > 0 || !taps_.empty()) return;
  finishing_ = true;
  const std::weak_ptr<bool> alive = alive_;
  disk_([take = take_] { take->finish(); },
        [this, alive](const std::string& error) {
          if (alive.expired()) return;
          const Then done = std::move(done_);
          const std::shared_ptr<Recording> take = take_;
          if (done) done(error);
          take_.reset();
          stopping_ = finishing_ = false;
        });
}

}  // namespace continuo
