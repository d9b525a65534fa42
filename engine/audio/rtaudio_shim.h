// RtAudio 5.2 (exceptions, device indices) and 6 (return codes, stable ids) behind one face. Included by
// rtaudio_device.cpp alone.
#pragma once

#include <rtaudio/RtAudio.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/audio/device.h"

namespace continuo::shim {

#ifdef RTAUDIO_VERSION_MAJOR
inline constexpr bool kReturnCodes = true;
using ErrorType = RtAudioErrorType;
#else
inline constexpr bool kReturnCodes = false;
using ErrorType = RtAudioError::Type;
#endif

struct Candidate {
  unsigned int id;
  RtAudio::DeviceInfo info;
};

// Visits devices until `visit` returns true. On JACK each look at a device opens and closes a client of its
// own (about 20 ms in 5.2), so nothing is counted first: an index beyond the last one ends the walk.
inline void for_each_device(RtAudio& audio, bool jack, const std::function<bool(const Candidate&)>& visit) {
#ifdef RTAUDIO_VERSION_MAJOR
  (void)jack;
  for (unsigned int id : audio.getDeviceIds()) {
    if (visit({id, audio.getDeviceInfo(id)})) return;
  }
#else
  constexpr unsigned int kMany = 256;
  const unsigned int count = jack ? kMany : audio.getDeviceCount();
  for (unsigned int id = 0; id < count; ++id) {
    try {
      const RtAudio::DeviceInfo info = audio.getDeviceInfo(id);
      if (info.name.empty()) {
        if (jack) return;  // no server
        continue;
      }
      if (visit({id, info})) return;
    } catch (const RtAudioError&) {
      return;
    }
  }
#endif
}

// The streams' calls; a fault is thrown as DeviceError with RtAudio's words.
inline void open_stream(RtAudio& audio, RtAudio::StreamParameters* output, RtAudio::StreamParameters* input,
                        unsigned int rate, unsigned int* frames, RtAudioCallback callback, void* user,
                        RtAudio::StreamOptions* options, void (*on_error)(ErrorType, const std::string&)) {
#ifdef RTAUDIO_VERSION_MAJOR
  audio.setErrorCallback(on_error);
  if (audio.openStream(output, input, RTAUDIO_FLOAT32, rate, frames, callback, user, options) !=
      RTAUDIO_NO_ERROR) {
    throw DeviceError(DeviceError::Kind::kOther, audio.getErrorText());
  }
#else
  try {
    audio.openStream(output, input, RTAUDIO_FLOAT32, rate, frames, callback, user, options, on_error);
  } catch (const RtAudioError& error) {
    throw DeviceError(DeviceError::Kind::kOther, error.what());
  }
#endif
}

inline void start_stream(RtAudio& audio) {
#ifdef RTAUDIO_VERSION_MAJOR
  if (audio.startStream() != RTAUDIO_NO_ERROR)
    throw DeviceError(DeviceError::Kind::kOther, audio.getErrorText());
#else
  try {
    audio.startStream();
  } catch (const RtAudioError& error) {
    throw DeviceError(DeviceError::Kind::kOther, error.what());
  }
#endif
}

inline bool is_probed(const RtAudio::DeviceInfo& info) {
#ifdef RTAUDIO_VERSION_MAJOR
  return !info.name.empty();
#else
  return info.probed;
#endif
}

}  // namespace continuo::shim
