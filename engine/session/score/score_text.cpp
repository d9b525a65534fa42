// The text form.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/audio/send_reverb.h"
#include "engine/osc/format.h"
#include "engine/osc/number_text.h"
#include "engine/session/score/score_forms.h"

namespace continuo::session {
namespace {

constexpr size_t kMaxLineBytes = 256 * 1024;
constexpr double kLowestRate = 8000, kHighestRate = 768000;

[[noreturn]] void fail(size_t line, const std::string& what) {
  throw ScoreError("line " + std::to_string(line) + ": " + what);
}

// Columns of a message's fault count from its first character; the line has a time before it.
std::string shift_column(const std::string& fault, size_t by) {
  constexpr std::string_view kColumn = "column ";
  size_t column = 0;
  if (fault.compare(0, kColumn.size(), kColumn) != 0) return fault;
  const char* end = fault.data() + fault.size();
  const auto [rest, error] = std::from_chars(fault.data() + kColumn.size(), end, column);
  if (error != std::errc{}) return fault;
  return "column " + std::to_string(column + by) + std::string(rest, end);
}

ScoreTime parse_time(std::string_view word, double rate, size_t line) {
  ScoreTime time;
  if (word.starts_with('@')) {
    const char *begin = word.data() + 1, *end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(begin, end, time.frame);
    if (begin == end || rest != end || error != std::errc{}) {
      fail(line, "\"" + std::string(word.substr(0, 40)) + "\": expected a frame, such as @48000");
    }
    if (rate == 0) fail(line, "a time in frames needs a line such as \"rate 48000\" before it");
    if (static_cast<double>(time.frame) > static_cast<double>(kMaxScoreSeconds) * rate)
      fail(line, "later than a week");
    return time;
  }
  const auto seconds = osc::parse_double(word);
  if (!seconds || *seconds < 0) {
    fail(line, "\"" + std::string(word.substr(0, 40)) +
                   "\": expected a time (0.5 or @24000), + for the bundle of the line above, rate, grid, "
                   "lead, end or #");
  }
  if (*seconds > static_cast<double>(kMaxScoreSeconds)) fail(line, "later than a week");
  time.in_frames = false;
  time.seconds = *seconds;
  return time;
}

uint32_t parse_frames(std::string_view text, uint32_t least, uint32_t most, const char* example,
                      size_t line) {
  const auto frames = osc::parse_double(text);
  if (!frames || *frames < least || *frames > most || *frames != std::floor(*frames)) {
    fail(line, "expected frames from " + std::to_string(least) + " to " + std::to_string(most) +
                   ", such as " + example);
  }
  return static_cast<uint32_t>(*frames);
}

}  // namespace

Score parse_text_score(std::string_view text) {
  Score score;
  uint32_t group = 0;
  size_t number = 0;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    ++number;
    if (line.size() > kMaxLineBytes) fail(number, "longer than 256 KB");
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    const size_t space = std::min(line.find_first_of(" \t", first), line.size());
    const std::string_view word = line.substr(first, space - first);
    const size_t second = std::min(line.find_first_not_of(" \t", space), line.size());
    std::string_view rest = line.substr(second);
    if (const size_t last = rest.find_last_not_of(" \t"); last != std::string_view::npos)
      rest = rest.substr(0, last + 1);

    if (word == "rate") {
      const auto rate = osc::parse_double(rest);
      if (!rate || *rate < kLowestRate || *rate > kHighestRate)
        fail(number, "expected a rate in Hz, such as rate 48000");
      if (score.rate != 0 && score.rate != *rate) fail(number, "a score has one rate");
      score.rate = *rate;
    } else if (word == "grid") {
      score.grid = parse_frames(rest, 0, SendReverb::kGridFrames - 1, "grid 416", number);
    } else if (word == "lead") {
      score.lead = parse_frames(rest, 1, kMaxLeadFrames, "lead 83", number);
    } else if (word == "end") {
      score.end = parse_time(rest, score.rate, number);
    } else {
      ScoreEvent event;
      if (word == "+") {
        if (score.events.empty()) fail(number, "+ needs a line with a time above it");
        event.time = score.events.back().time;
        event.group = score.events.back().group;
      } else {
        event.time = parse_time(word, score.rate, number);
        event.group = group++;
      }
      if (rest.empty()) fail(number, "expected a message after the time, such as /part/1/note 60 100");
      osc::ParsedMessage message = osc::parse_message(rest);
      if (message.packet.empty()) fail(number, shift_column(message.fault, second));
      event.packet = std::move(message.packet);
      score.events.push_back(std::move(event));
    }
  }
  return score;
}

}  // namespace continuo::session
