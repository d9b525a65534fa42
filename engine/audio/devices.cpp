// Which devices there are.
#include <memory>

#include "engine/audio/device.h"
#include "engine/audio/jack_clients.h"
#include "engine/audio/null_device.h"
#include "engine/audio/quiet.h"
#include "engine/audio/rtaudio_device.h"
#include "engine/audio/rtaudio_shim.h"

namespace continuo {

std::unique_ptr<Device> make_device(const std::string& api) {
  if (api == "null") return std::make_unique<NullDevice>();
  return std::make_unique<RtAudioDevice>(api);
}

std::vector<std::string> list_apis() {
  std::vector<RtAudio::Api> apis;
  RtAudio::getCompiledApi(apis);
  std::vector<std::string> names;
  for (const RtAudio::Api api : apis) {
    if (api != RtAudio::RTAUDIO_DUMMY) names.push_back(RtAudio::getApiName(api));
  }
  return names;
}

std::vector<DeviceListing> list_devices(const std::string& api) {
  quieten_backends();
  std::vector<DeviceListing> devices;
  for (const std::string& name : list_apis()) {
    if (!api.empty() && api != name) continue;
    std::unique_ptr<JackLease> lease;
    if (name == "jack" && !(lease = JackLease::take(std::chrono::milliseconds(500)))) continue;
    RtAudio audio(RtAudio::getCompiledApiByName(name));
    audio.showWarnings(false);
    shim::for_each_device(audio, name == "jack", [&](const shim::Candidate& candidate) {
      const auto& info = candidate.info;
      if (shim::is_probed(info)) {
        devices.push_back({name,
                           info.name,
                           info.outputChannels,
                           info.inputChannels,
                           {info.sampleRates.begin(), info.sampleRates.end()},
                           info.isDefaultOutput,
                           info.isDefaultInput});
      }
      return false;
    });
  }
  return devices;
}

std::string describe_devices(const std::vector<DeviceListing>& devices) {
  if (devices.empty()) {
    std::string apis;
    for (const auto& api : list_apis()) apis += (apis.empty() ? "" : ", ") + api;
    return "no audio device found (looked through " + apis +
           "); continuo then plays into the timed null device: --audio null\n";
  }
  std::string text;
  for (const auto& device : devices) {
    text += device.api + "\t" + device.name + "\t";
    text += std::to_string(device.outputs) + " out, ";
    text += std::to_string(device.inputs) + " in\t";
    for (size_t i = 0; i < device.rates.size(); ++i) {
      if (i > 0) text += ' ';
      text += std::to_string(device.rates[i]);
    }
    text += " Hz";
    if (device.default_output || device.default_input) {
      text += device.default_output && device.default_input ? "\tdefault"
              : device.default_output                       ? "\tdefault output"
                                                            : "\tdefault input";
    }
    text += "\n";
  }
  return text;
}

}  // namespace continuo
