// RtAudio as a Device.
#include "engine/audio/rtaudio_device.h"

#if __has_include(<pthread.h>)
#include <pthread.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "engine/audio/jack_clients.h"
#include "engine/audio/names.h"
#include "engine/audio/quiet.h"
#include "engine/audio/rtaudio_shim.h"
#include "engine/rt/frame_clock.h"
#include "engine/rt/thread.h"

namespace continuo {
namespace {

// RtAudio 5's error callback has no user pointer: faults of all streams of the process are counted together.
std::atomic<uint32_t> g_faults{0};

void on_error(shim::ErrorType, const std::string&) {
  g_faults.fetch_add(1, std::memory_order_release);
}

}  // namespace

struct RtAudioDevice::Stream {
  std::unique_ptr<JackLease> lease;  // JACK; given back after the stream is closed
  std::unique_ptr<RtAudio> audio;
  DeviceInfo info;
  bool jack = false;
  AudioCallback* callback = nullptr;
  uint32_t faults_before = 0;
  std::atomic<uint64_t> beats{0};
  std::array<const float*, kMaxChannels> inputs{};
  std::array<float*, kMaxChannels> outputs{};

  [[nodiscard]] bool faulty() const noexcept {
    return g_faults.load(std::memory_order_acquire) != faults_before;
  }

  // Audio thread. Not inlined: on_audio must hold no noexcept region.
  [[gnu::noinline]] int process(float* out, const float* in, uint32_t frames, bool xrun) noexcept {
    const int64_t now = rt::monotonic_ns();
    beats.store(beats.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    if (faulty()) {
      if (out != nullptr) std::memset(out, 0, sizeof(float) * frames * info.outputs);
      return jack ? 0 : 2;  // 2 on JACK starts a thread that closes beside stop()
    }
    for (uint32_t at = 0; at < frames; at += kMaxBlockFrames) {
      const uint32_t count = std::min(frames - at, kMaxBlockFrames);
      for (uint32_t c = 0; c < info.inputs; ++c) inputs[c] = in + size_t{c} * frames + at;
      for (uint32_t c = 0; c < info.outputs; ++c) outputs[c] = out + size_t{c} * frames + at;
      const int64_t offset_ns = static_cast<int64_t>(at) * 1'000'000'000 / info.rate;
      callback->process({inputs.data(), outputs.data(), info.inputs, info.outputs, count, now + offset_ns,
                         xrun && at == 0});
    }
    return 0;
  }
};

namespace {

using Stream = RtAudioDevice::Stream;
using namespace std::chrono_literals;

// When a client closes, JACK cancels its thread at any instruction (asynchronously, JackPosixThread::Kill): a
// block that is under way is finished first, or the engine would be left half way through it. The
// cancellation then unwinds this function, so nothing in here may be noexcept or have a destructor.
int on_audio(void* out, void* in, unsigned int frames, double, RtAudioStreamStatus status, void* user) {
#ifdef PTHREAD_CANCEL_DISABLE
  int before = 0;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
#endif
  const int result = static_cast<Stream*>(user)->process(static_cast<float*>(out),
                                                         static_cast<const float*>(in), frames, status != 0);
#ifdef PTHREAD_CANCEL_DISABLE
  pthread_setcancelstate(before, nullptr);
#endif
  return result;
}

bool beats_within(const Stream& stream, std::chrono::milliseconds limit) {
  const uint64_t before = stream.beats.load(std::memory_order_acquire);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (stream.beats.load(std::memory_order_acquire) == before) {
    if (!stream.audio->isStreamOpen() || std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

// Streams that neither ran nor closed: a JACK server that is stopped, or died in a way that RtAudio has not
// noticed.
class Graveyard {
 public:
  void add(std::unique_ptr<Stream> stream) {
    const std::lock_guard lock(mutex_);
    streams_.push_back(std::move(stream));
  }
  void sweep() {
    const std::lock_guard lock(mutex_);
    std::erase_if(streams_, [](std::unique_ptr<Stream>& stream) {
      if (stream->audio->isStreamOpen() && beats_within(*stream, 20ms)) stream->audio->closeStream();
      return !stream->audio->isStreamOpen();
    });
  }
  static Graveyard& instance() {
    static auto* graveyard = new Graveyard;  // never freed: RtAudio's threads may still hold its streams
    return *graveyard;
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Stream>> streams_;
};

std::string server_name() {
  const char* name = std::getenv("JACK_DEFAULT_SERVER");
  return name == nullptr ? "default" : name;
}

std::string nothing_there(const std::string& api, const DeviceRequest& request, const std::string& seen,
                          const char* way) {
  if (seen.empty()) {
    if (api == "jack") return "jack: no server \"" + server_name() + "\" is running";
    return api + ": no devices";
  }
  return api + ": no device" + (request.device.empty() ? "" : " called \"" + request.device + "\"") +
         " with " + way + "; there are: " + seen;
}

struct Choice {
  shim::Candidate output{}, input{};
  bool has_output = false, has_input = false;
  std::string seen;
};

Choice choose(RtAudio& audio, const std::string& api, const DeviceRequest& request) {
  Choice choice;
  const bool jack = api == "jack";
  shim::for_each_device(audio, jack, [&](const shim::Candidate& candidate) {
    const auto& info = candidate.info;
    if (!shim::is_probed(info) || (jack && info.name == request.client)) return false;
    choice.seen += (choice.seen.empty() ? "" : ", ") + info.name;
    if (!contains_ignoring_case(info.name, request.device)) return false;
    // JACK's own ports come before those of programs, a default before the rest, the first before the others.
    const bool preferred_out = jack ? info.name == "system" : info.isDefaultOutput;
    const bool preferred_in = jack ? info.name == "system" : info.isDefaultInput;
    if (info.outputChannels > 0 && (!choice.has_output || preferred_out)) {
      choice.output = candidate;
      choice.has_output = true;
    }
    if (info.inputChannels > 0 && (!choice.has_input || preferred_in)) {
      choice.input = candidate;
      choice.has_input = true;
    }
    return jack && info.name == "system";
  });
  if (request.outputs > 0 && !choice.has_output) {
    throw DeviceError(DeviceError::Kind::kNotThere, nothing_there(api, request, choice.seen, "outputs"));
  }
  if (request.inputs > 0 && !choice.has_input) {
    throw DeviceError(DeviceError::Kind::kNotThere, nothing_there(api, request, choice.seen, "inputs"));
  }
  return choice;
}

uint32_t choose_rate(const std::string& api, const DeviceRequest& request, const RtAudio::DeviceInfo& info) {
  if (request.rate == 0) return info.preferredSampleRate != 0 ? info.preferredSampleRate : 48000;
  const auto& rates = info.sampleRates;
  if (rates.empty() || std::find(rates.begin(), rates.end(), request.rate) != rates.end())
    return request.rate;
  std::string list;
  for (const unsigned int rate : rates) list += (list.empty() ? "" : ", ") + std::to_string(rate);
  throw DeviceError(DeviceError::Kind::kRate, api + ": " + info.name + " runs at " + list +
                                                  " Hz, asked for " + std::to_string(request.rate) + " Hz");
}

}  // namespace

RtAudioDevice::RtAudioDevice(std::string api) : api_(std::move(api)) {
  quieten_backends();
}
RtAudioDevice::~RtAudioDevice() {
  stop();
}

DeviceInfo RtAudioDevice::open(const DeviceRequest& request) {
  stop();
  Graveyard::instance().sweep();
  const auto apis = list_apis();
  if (std::find(apis.begin(), apis.end(), api_) == apis.end()) {
    std::string list;
    for (const auto& name : apis) list += (list.empty() ? "" : ", ") + name;
    throw DeviceError(DeviceError::Kind::kOther,
                      "audio API \"" + api_ + "\" is not built in; there are: " + list);
  }
  if (request.outputs == 0 && request.inputs == 0) {
    throw DeviceError(DeviceError::Kind::kOther, "a device needs at least one output or input");
  }
  if (request.outputs > kMaxChannels || request.inputs > kMaxChannels) {
    throw DeviceError(DeviceError::Kind::kOther,
                      "at most " + std::to_string(kMaxChannels) + " channels each way");
  }
  auto stream = std::make_unique<Stream>();
  stream->audio = std::make_unique<RtAudio>(RtAudio::getCompiledApiByName(api_));
  stream->audio->showWarnings(false);
  stream->jack = api_ == "jack";
  if (stream->jack && !(stream->lease = JackLease::take(500ms))) {
    throw DeviceError(DeviceError::Kind::kNotThere, "jack: clients of the lost server are not closed yet");
  }
  const Choice choice = choose(*stream->audio, api_, request);
  const auto& chosen = request.outputs > 0 ? choice.output.info : choice.input.info;
  DeviceInfo& info = stream->info;
  info.api = api_;
  info.device = chosen.name;
  info.rate = choose_rate(api_, request, chosen);
  info.outputs = request.outputs;
  info.inputs = request.inputs;

  RtAudio::StreamOptions options;
  options.flags = RTAUDIO_NONINTERLEAVED | RTAUDIO_SCHEDULE_REALTIME;
  options.priority = static_cast<int>(rt::Priority::kAudio);
  options.streamName = request.client;
  // ALSA: three periods. PulseAudio is no real-time API: about 40 ms, or it would only crackle.
  options.numberOfBuffers = api_ == "pulse" ? std::max(4u, 2048u / std::max(request.block, 32u)) : 3;
  const uint32_t outs = choice.output.info.outputChannels, ins = choice.input.info.inputChannels;
  if ((request.outputs > 0 && request.outputs > outs) || (request.inputs > 0 && request.inputs > ins)) {
    const std::string have = chosen.name + " has " + std::to_string(request.outputs > 0 ? outs : 0) +
                             " outputs and " + std::to_string(ins) + " inputs";
    if (!stream->jack) throw DeviceError(DeviceError::Kind::kOther, api_ + ": " + have);
    options.flags |= RTAUDIO_JACK_DONT_CONNECT;
    info.note = have + ": connect the ports of " + request.client + " by hand";
  }
  if (api_ == "pulse" && request.outputs > 0 && request.inputs > 0) {
    throw DeviceError(DeviceError::Kind::kOther,
                      "pulse: inputs and outputs at once are not supported; use jack or alsa");
  }
  RtAudio::StreamParameters output, input;
  output.deviceId = choice.output.id;
  output.nChannels = request.outputs;
  input.deviceId = choice.input.id;
  input.nChannels = request.inputs;
  unsigned int frames = std::clamp<uint32_t>(request.block, 32, kMaxBlockFrames);
  shim::open_stream(*stream->audio, request.outputs > 0 ? &output : nullptr,
                    request.inputs > 0 ? &input : nullptr, info.rate, &frames, on_audio, stream.get(),
                    &options, on_error);
  info.block = frames;
  const auto latency = static_cast<uint32_t>(std::max(0l, stream->audio->getStreamLatency()));
  const bool duplex = request.outputs > 0 && request.inputs > 0;
  if (request.outputs > 0) info.output_latency_frames = duplex ? latency / 2 : latency;
  if (request.inputs > 0) info.input_latency_frames = latency - info.output_latency_frames;
  stream_ = std::move(stream);
  return stream_->info;
}

void RtAudioDevice::start(AudioCallback& callback) {
  if (!stream_) throw DeviceError(DeviceError::Kind::kOther, "start() before open()");
  stream_->callback = &callback;
  stream_->faults_before = g_faults.load(std::memory_order_acquire);
  shim::start_stream(*stream_->audio);
  if (stream_->faulty()) throw DeviceError(DeviceError::Kind::kOther, api_ + ": the stream does not start");
}

void RtAudioDevice::stop() noexcept {
  if (!stream_) return;
  std::unique_ptr<Stream> stream = std::move(stream_);
  RtAudio& audio = *stream->audio;
  const bool started = stream->callback != nullptr;
  if (stream->jack && started && audio.isStreamRunning() && !stream->faulty() &&
      !beats_within(*stream, 200ms)) {
    // Silent without a fault: the server died and RtAudio is closing, or the server hangs.
    for (int i = 0; i < 200 && audio.isStreamOpen(); ++i) std::this_thread::sleep_for(10ms);
    if (audio.isStreamOpen() && !beats_within(*stream, 20ms)) {
      JackLease::server_is_lost();
      Graveyard::instance().add(std::move(stream));
      return;
    }
  }
  if (audio.isStreamOpen()) {
    audio.closeStream();
  } else if (stream->jack && started) {
    JackLease::server_is_lost();  // RtAudio closed it
  }
}

bool RtAudioDevice::running() const noexcept {
  return stream_ && !stream_->faulty() && stream_->audio->isStreamRunning();
}

}  // namespace continuo
