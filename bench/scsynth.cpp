// SuperCollider's server as a peer.
#include "bench/scsynth.h"

#include <array>
#include <bit>
#include <initializer_list>
#include <string_view>

#include "bench/row.h"
#include "engine/osc/packet_writer.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

// A synth definition, byte by byte ("Synth Definition File Format" of SuperCollider's help, version 1).
class Definition {
 public:
  void int8(int value) { bytes_.push_back(static_cast<std::byte>(value)); }
  void int16(int value) { int8(value >> 8), int8(value); }
  void int32(uint32_t value) {
    int16(static_cast<int>(value >> 16)), int16(static_cast<int>(value & 0xffff));
  }
  void float32(float value) { int32(std::bit_cast<uint32_t>(value)); }
  void name(std::string_view text) {
    int8(static_cast<int>(text.size()));
    for (const char c : text) int8(c);
  }
  struct From {
    int unit, output;  // unit -1: constant number `output`
  };
  void unit(std::string_view type, int rate, int special, std::initializer_list<From> inputs, int outputs) {
    name(type);
    int8(rate);
    int16(static_cast<int>(inputs.size())), int16(outputs), int16(special);
    for (const From& from : inputs) int16(from.unit), int16(from.output);
    for (int i = 0; i < outputs; ++i) int8(rate);
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// Out.ar(0, SinOsc.ar(hz) * gain), gain 0 at first.
Definition tone(float hz) {
  constexpr int kControl = 1, kAudio = 2, kMultiply = 2;
  Definition d;
  d.int32(0x53436766);  // "SCgf"
  d.int32(1);
  d.int16(1);
  d.name("tone");
  d.int16(2), d.float32(hz), d.float32(0);
  d.int16(1), d.float32(0);
  d.int16(1), d.name("gain"), d.int16(0);
  d.int16(4);
  d.unit("Control", kControl, 0, {}, 1);
  d.unit("SinOsc", kAudio, 0, {{-1, 0}, {-1, 1}}, 1);
  d.unit("BinaryOpUGen", kAudio, kMultiply, {{1, 0}, {0, 0}}, 1);
  d.unit("Out", kAudio, 0, {{-1, 1}, {2, 0}}, 0);
  d.int16(0);
  return d;
}

}  // namespace

Scsynth::Scsynth(float hz) {
  if (!in_path("scsynth")) throw Absent("scsynth is not installed (Debian: supercollider-server)");
  const uint16_t port = free_port();
  process_ = std::make_unique<Process>(std::vector<std::string>{"scsynth", "-u", std::to_string(port), "-B",
                                                                "127.0.0.1", "-R", "0", "-i", "0", "-o", "2"},
                                       std::map<std::string, std::string>{{"QT_QPA_PLATFORM", "offscreen"}},
                                       folder_.path() / "scsynth.log");
  osc_ = std::make_unique<OscClient>(port);
  bool answers = false;
  for (int i = 0; i < 100 && !answers; ++i) {
    answers = osc_->ask("/status", "/status.reply", 100ms).has_value();
    if (!process_->running()) throw Absent("scsynth does not start: " + process_->output());
  }
  std::array<std::byte, 1024> buffer;
  osc::MessageWriter definition(buffer, "/d_recv", "b");
  definition.add_blob(tone(hz).bytes());
  osc_->send(definition.bytes());
  if (!osc_->receive("/done", 3s)) throw Absent("scsynth takes no synth definition: " + process_->output());
  osc_->send("/s_new \"tone\" 1000 0 0");
  osc_->send("/sync 1");
  if (!osc_->receive("/synced", 3s)) throw Absent("scsynth plays no synth: " + process_->output());
}

void Scsynth::set_gain(float gain) {
  osc_->send(text("/n_set 1000 \"gain\" %.3f", static_cast<double>(gain)));
}

}  // namespace continuo::bench
