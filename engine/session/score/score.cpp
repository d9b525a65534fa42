// What both forms share.
#include "engine/session/score/score.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <utility>

#include "engine/osc/format.h"
#include "engine/osc/packet.h"
#include "engine/session/score/score_forms.h"

namespace continuo::session {
namespace {

// Bytes 4 to 11 of the binary form: its first bundle.
bool is_binary(std::span<const std::byte> content) {
  constexpr char kBundle[] = "#bundle";
  return content.size() >= 12 && std::memcmp(content.data() + 4, kBundle, sizeof(kBundle)) == 0;
}

}  // namespace

uint64_t ScoreTime::frame_at(double rate, double score_rate) const {
  if (in_frames && rate == score_rate) return frame;
  const double at = in_frames ? static_cast<double>(frame) / score_rate : seconds;
  return static_cast<uint64_t>(std::llround(at * rate));
}

Score parse_score(std::span<const std::byte> content) {
  if (content.size() > kMaxScoreBytes) throw ScoreError("a score is at most 256 MB");
  Score score = is_binary(content)
                    ? parse_binary_score(content)
                    : parse_text_score({reinterpret_cast<const char*>(content.data()), content.size()});
  const auto seconds = [&](const ScoreEvent& event) {
    return event.time.in_frames ? static_cast<double>(event.time.frame) / score.rate : event.time.seconds;
  };
  // Groups have one time each and count up with the file: they stay together, and equal times keep its order.
  std::stable_sort(score.events.begin(), score.events.end(), [&](const ScoreEvent& a, const ScoreEvent& b) {
    return std::pair(seconds(a), a.group) < std::pair(seconds(b), b.group);
  });
  return score;
}

Score read_score(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) throw ScoreError(path.string() + ": can't be read");
  if (size > kMaxScoreBytes) throw ScoreError(path.string() + ": a score is at most 256 MB");
  std::vector<std::byte> content(size);
  file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size));
  content.resize(static_cast<size_t>(file.gcount()));
  try {
    return parse_score(content);
  } catch (const ScoreError& fault) {
    throw ScoreError(path.string() + ": " + fault.what());
  }
}

std::string score_line(uint64_t frame, std::span<const std::byte> message, bool with_previous) {
  osc::PacketReader reader(message);
  osc::Message read;
  if (!reader.ok() || reader.is_bundle() || !reader.next(read)) return {};
  std::string line(1, with_previous ? '+' : '@');
  if (!with_previous) line += std::to_string(frame);
  line += ' ';
  line += osc::format(read);
  line += '\n';
  return line;
}

}  // namespace continuo::session
