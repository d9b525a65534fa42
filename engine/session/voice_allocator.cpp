// Which slot a note sounds in.
#include "engine/session/voice_allocator.h"

#include <algorithm>
#include <tuple>

namespace continuo::session {

VoiceAllocator::Started VoiceAllocator::start(int32_t id, float pitch, bool driven) {
  Started started{};
  // Room: as many as may sound do, so one must fade. Released voices go first, then the oldest, those
  // that sources play last.
  const auto sounds = [](const Voice& v) { return v.sounding && !v.fading; };
  if (std::count_if(voices_.begin(), voices_.end(), sounds) >= polyphony_) {
    Voice* victim = nullptr;
    for (Voice& v : voices_) {
      if (!sounds(v)) continue;
      const auto worth = [](const Voice& w) { return std::tuple(w.driven && w.held, w.held, w.age); };
      if (victim == nullptr || worth(v) < worth(*victim)) victim = &v;
    }
    victim->fading = true;
    victim->held = false;
    started.stolen = slot_of(victim);
    started.stolen_generation = victim->generation;
  }
  // A slot: a free one; else the one that has faded longest, which is cut short.
  Voice* slot = nullptr;
  for (Voice& v : voices_) {
    if (!v.sounding) {
      slot = &v;
      break;
    }
    if (v.fading && (slot == nullptr || v.age < slot->age)) slot = &v;
  }
  *slot = Voice{id, ++generations_, pitch, true, true, false, driven, ++clock_, 0};
  started.voice = slot_of(slot);
  started.generation = slot->generation;
  return started;
}

VoiceAllocator::Voice* VoiceAllocator::held(int32_t id) {
  for (Voice& v : voices_) {
    if (v.sounding && v.held && v.id == id) return &v;
  }
  return nullptr;
}

VoiceAllocator::Voice* VoiceAllocator::sounding(int32_t id) {
  Voice* newest = nullptr;
  for (Voice& v : voices_) {
    if (v.sounding && !v.fading && v.id == id && (newest == nullptr || v.age > newest->age)) newest = &v;
  }
  return newest;
}

VoiceAllocator::Voice* VoiceAllocator::newest_held() {
  Voice* newest = nullptr;
  for (Voice& v : voices_) {
    if (v.sounding && v.held && !v.driven && (newest == nullptr || v.age > newest->age)) newest = &v;
  }
  return newest;
}

void VoiceAllocator::ended(uint16_t voice, uint32_t generation) {
  if (voice < voices_.size() && voices_[voice].generation == generation) voices_[voice] = Voice{};
}

void VoiceAllocator::release_all() {
  for (Voice& v : voices_) v.held = false;
}

int VoiceAllocator::count() const {
  return static_cast<int>(
      std::count_if(voices_.begin(), voices_.end(), [](const Voice& v) { return v.sounding; }));
}

}  // namespace continuo::session
