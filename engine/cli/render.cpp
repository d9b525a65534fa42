// `continuo render`: a score becomes a sound file, faster than real time.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <sndfile.hh>
#include <stdexcept>

#include "engine/audio/sound_file.h"
#include "engine/cli/commands.h"
#include "engine/osc/format.h"
#include "engine/osc/packet_writer.h"
#include "engine/rt/realtime.h"
#include "engine/session/instrument_maker.h"
#include "engine/session/offline.h"
#include "engine/session/score/score.h"
#include "engine/session/session.h"

namespace continuo::cli {

namespace {

// Silence before the first frame, not written: room for what acts ahead, and to the score's place on the
// reverb's grid.
constexpr uint64_t kLeastPrerollFrames = 5 * SendReverb::kGridFrames;
constexpr uint64_t kStretch = 240;  // frames between turns of control, as live
constexpr uint64_t kShown = 24000;  // frames between lines of progress

volatile std::sig_atomic_t interrupted = 0;

// Prints every /fail of the session with the moment it belongs to.
class Complaints final : public session::Outbox {
 public:
  bool send(const osc::Endpoint&, std::span<const std::byte> packet) override {
    osc::PacketReader reader(packet);
    osc::Message message;
    while (reader.next(message)) {
      if (message.address != "/fail") continue;
      ++count_;
      std::fprintf(stderr, "\r\033[K%.3f s: %s\n", seconds, osc::format(message).c_str());
    }
    return true;
  }
  [[nodiscard]] int count() const { return count_; }
  double seconds = 0;

 private:
  int count_ = 0;
};

class Renderer {
 public:
  Renderer(session::Score score, const RenderOptions& options, const session::LibraryFolders& folders)
      : options_(options),
        score_(std::move(score)),
        preroll_(kLeastPrerollFrames + score_.grid),
        engine_({static_cast<double>(options.rate), options.outputs}),
        worker_(engine_.clock(), engine_.metrics()),
        offline_(engine_, worker_),
        session_({.engine = engine_,
                  .worker = worker_,
                  .jobs = jobs_,
                  .outbox = complaints_,
                  .maker = maker_,
                  .folders = folders,
                  .offline = true}) {
    if (score_.lead > 0) {
      const double seconds = score_.lead / (score_.rate > 0 ? score_.rate : options.rate);
      worker_.set_lead(static_cast<uint32_t>(std::lround(seconds * options.rate)));
    }
    if (!options.input.empty()) {
      input_ = read_sound(options.input, {.rate = options.rate, .channels = 1});
      if (input_.frames() == 0) throw std::runtime_error(options.input + ": it holds no sound (0 samples)");
    }
    session_.open_empty();
    jobs_.drain();
    offline_.render(preroll_, options.block, {});
    input_frames_ = input_.frames();
    if (input_frames_ > 0) offline_.set_input(std::move(input_.samples));
  }

  int run() {
    const double rate = options_.rate;
    const uint64_t last = score_.events.empty() ? 0 : score_.events.back().time.frame_at(rate, score_.rate);
    total_ = score_.end ? score_.end->frame_at(rate, score_.rate)
                        : std::max(last, input_frames_) + static_cast<uint64_t>(options_.tail_seconds * rate);
    const std::string part = options_.out + ".part";
    SndfileHandle file(part, SFM_WRITE, SF_FORMAT_RF64 | SF_FORMAT_FLOAT, static_cast<int>(options_.outputs),
                       static_cast<int>(options_.rate));
    if (!file) throw std::runtime_error("cannot write " + options_.out + ": " + file.strError());
    file.command(SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
    for (size_t i = 0; i < score_.events.size() && !interrupted;) {
      const uint64_t frame = score_.events[i].time.frame_at(rate, score_.rate);
      play_until(frame, file);
      size_t next = i + 1;
      while (next < score_.events.size() && score_.events[next].group == score_.events[i].group) ++next;
      act({&score_.events[i], next - i}, frame);
      i = next;
    }
    play_until(total_, file);
    file = SndfileHandle();
    if (interrupted) {
      unlink(part.c_str());
      throw std::runtime_error("interrupted; nothing was written");
    }
    if (std::rename(part.c_str(), options_.out.c_str()) != 0)
      throw std::runtime_error("cannot write " + options_.out);
    report();
    return complaints_.count() == 0 ? 0 : 1;
  }

 private:
  void act(std::span<const session::ScoreEvent> group, uint64_t frame) {
    complaints_.seconds = static_cast<double>(frame) / options_.rate;
    std::vector<std::byte> packet = group[0].packet;
    if (group.size() > 1) {
      packet.resize(65536);
      osc::BundleWriter bundle(packet, osc::TimeTag::immediately());
      for (const session::ScoreEvent& event : group) bundle.add(event.packet);
      packet.resize(bundle.bytes().size());
    }
    osc::Endpoint score;  // so that it gets replies
    score.transport = osc::Transport::udp;
    session_.handle_at(frame + preroll_, packet, score);
    while (jobs_.pending() > 0) jobs_.drain();
  }

  void play_until(uint64_t frame, SndfileHandle& file) {
    while (done_ < frame && !interrupted) {
      const uint64_t to_skip = options_.skip_frames - std::min(options_.skip_frames, done_);
      const uint64_t n = std::min({kStretch, frame - done_, to_skip > 0 ? to_skip : kStretch});
      buffer_.resize(n * options_.outputs);
      offline_.render(n, options_.block, buffer_);
      if (to_skip == 0 &&
          file.writef(buffer_.data(), static_cast<sf_count_t>(n)) != static_cast<sf_count_t>(n)) {
        throw std::runtime_error("cannot write " + options_.out + ": " + file.strError());
      }
      session_.tick();
      done_ += n;
      progress();
    }
  }

  void progress() {
    if (!isatty(2) || total_ == 0 || done_ - shown_ < kShown) return;
    shown_ = done_;
    std::fprintf(stderr, "\r\033[Krendering %3.0f %%  %.1f s",
                 100.0 * static_cast<double>(done_) / static_cast<double>(total_),
                 static_cast<double>(done_) / options_.rate);
  }

  void report() {
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    const double length = static_cast<double>(total_) / options_.rate;
    std::fprintf(stderr, "%s%s: %.2f s in %.2f s (%.1f times real time), %zu messages, %d refused\n",
                 isatty(2) ? "\r\033[K" : "", options_.out.c_str(), length, spent, length / spent,
                 score_.events.size(), complaints_.count());
  }

  RenderOptions options_;
  session::Score score_;
  uint64_t preroll_;
  Sound input_;
  uint64_t input_frames_ = 0;
  Complaints complaints_;
  session::InlineJobs jobs_;
  session::StandardMaker maker_;
  Engine engine_;
  Worker worker_;
  session::Offline offline_;
  session::Session session_;
  std::vector<float> buffer_;
  uint64_t done_ = 0, total_ = 0, shown_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

int render(const RenderOptions& options, const session::LibraryFolders& folders) {
  return render_score(session::read_score(options.score), options, folders);
}

int render_score(session::Score score, const RenderOptions& options, const session::LibraryFolders& folders) {
  rt::disable_denormals();
  std::signal(SIGINT, [](int) { interrupted = 1; });
  return Renderer(std::move(score), options, folders).run();
}

}  // namespace continuo::cli
