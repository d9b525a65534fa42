// Scores: text and binary, written and read back.
#include "engine/session/score/score.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <deque>
#include <fstream>
#include <sstream>

#include "engine/osc/format.h"
#include "engine/osc/packet_writer.h"
#include "engine/session/score/score_writer.h"

using namespace continuo;
using namespace continuo::session;
namespace fs = std::filesystem;

namespace {

Score parse(std::string_view text) {
  return parse_score(std::as_bytes(std::span(text.data(), text.size())));
}

std::string text_of(const ScoreEvent& event) {
  osc::PacketReader reader(event.packet);
  osc::Message message;
  REQUIRE(reader.ok());
  REQUIRE(reader.next(message));
  return osc::format(message);
}

std::vector<std::byte> packet(const std::string& text) {
  return osc::parse_message(text).packet;
}

// A binary entry: length, bundle of `messages` at `seconds`.
void add_entry(std::vector<std::byte>& file, double seconds, const std::vector<std::string>& messages) {
  std::vector<std::byte> buffer(1024);
  osc::BundleWriter bundle(buffer, osc::TimeTag{static_cast<uint64_t>(seconds * 4294967296.0)});
  for (const auto& message : messages) REQUIRE(bundle.add(packet(message)));
  const auto size = static_cast<uint32_t>(bundle.size());
  for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<std::byte>(size >> shift));
  file.insert(file.end(), bundle.bytes().begin(), bundle.bytes().end());
}

}  // namespace

TEST_CASE("a score in text") {
  const Score score = parse(
      "# a comment\n"
      "rate 48000\n"
      "\n"
      "0.5 /part/1/note 64 100\n"
      "+ /part/1/gain -6.0   \r\n"
      "  @0\t/part/1/note 60 100\n"
      "@24000 /part/1/note 67 0.5\n"
      "end 2\n");
  CHECK(score.rate == 48000);
  REQUIRE(score.events.size() == 4);
  CHECK(text_of(score.events[0]) == "/part/1/note 60 100");
  CHECK(text_of(score.events[1]) == "/part/1/note 64 100");
  CHECK(text_of(score.events[2]) == "/part/1/gain -6.0");
  CHECK(text_of(score.events[3]) == "/part/1/note 67 0.5");
  CHECK(score.events[1].group == score.events[2].group);
  CHECK(score.events[0].group != score.events[1].group);
  CHECK(score.events[3].group != score.events[1].group);  // the same time, yet no bundle
  CHECK(score.events[1].time.frame_at(48000, score.rate) == 24000);
  CHECK(score.events[3].time.frame_at(48000, score.rate) == 24000);
  CHECK(score.events[3].time.frame_at(44100, score.rate) == 22050);
  REQUIRE(score.end);
  CHECK(score.end->frame_at(44100, score.rate) == 88200);
}

TEST_CASE("an exact frame stays exact, however late") {
  const Score score = parse("rate 44100\n@9007199254 /a\n");
  CHECK(score.events[0].time.frame_at(44100, score.rate) == 9007199254u);
}

TEST_CASE("faults name the line, and say what was expected") {
  const auto fault = [](const char* text) {
    try {
      parse(text);
    } catch (const ScoreError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(fault("rate 48000\n\n@x /a\n") == "line 3: \"@x\": expected a frame, such as @48000");
  CHECK(fault("@0 /a\n") == "line 1: a time in frames needs a line such as \"rate 48000\" before it");
  CHECK_THAT(fault("soon /a\n"), Catch::Contains("line 1: \"soon\": expected a time (0.5 or @24000)"));
  CHECK_THAT(fault("-1 /a\n"), Catch::Contains("expected a time"));
  CHECK(fault("1 \n") == "line 1: expected a message after the time, such as /part/1/note 60 100");
  CHECK(fault("+ /a\n") == "line 1: + needs a line with a time above it");
  CHECK(fault("rate fast\n") == "line 1: expected a rate in Hz, such as rate 48000");
  CHECK(fault("rate 48000\nrate 44100\n") == "line 2: a score has one rate");
  CHECK(fault("grid 1024\n") == "line 1: expected frames from 0 to 1023, such as grid 416");
  CHECK(fault("lead 0\n") == "line 1: expected frames from 1 to 65536, such as lead 83");
  CHECK(fault("1e9 /a\n") == "line 1: later than a week");
  CHECK_THAT(fault("1 /a\n0.5 note 60\n"), Catch::StartsWith("line 2: column 5: "));
  CHECK_THAT(fault("0 /a \"open\n"), Catch::StartsWith("line 1: column "));
  CHECK_THROWS_WITH(read_score("/absent/score.txt"), "/absent/score.txt: can't be read");
}

TEST_CASE("scsynth's binary form") {
  std::vector<std::byte> file;
  add_entry(file, 0.0, {"/g_new 1 0 0"});
  add_entry(file, 1.5, {"/s_new \"default\" 1000 0 1", "/n_set 1000 \"freq\" 440.0"});
  add_entry(file, 3.0, {"/c_set 0 0"});
  const Score score = parse_score(file);
  REQUIRE(score.events.size() == 4);
  CHECK(score.events[0].time.frame_at(48000, 0) == 0);
  CHECK(score.events[1].time.seconds == 1.5);
  CHECK(score.events[1].group == score.events[2].group);
  CHECK(score.events[2].group != score.events[3].group);
  CHECK(text_of(score.events[2]) == "/n_set 1000 \"freq\" 440.0");
  REQUIRE(score.end);
  CHECK(score.end->seconds == 3.0);

  auto cut = file;
  cut.resize(file.size() - 5);
  CHECK_THROWS_WITH(parse_score(cut), Catch::StartsWith("entry 3, at byte"));
  auto broken = file;
  broken[4 + 4] = std::byte{'x'};  // the first bundle's name: no binary score any more, and no text either
  CHECK_THROWS_AS(parse_score(broken), ScoreError);
}

TEST_CASE("written, read back equal") {
  std::string text = "rate 48000\n";
  const std::vector<std::string> messages{"/part/1/note 60 100", "/part/1/gain -6.25",
                                          "/part/1/model \"alto sax\"",
                                          "/a T F N I [1 [2.5]] h:5 d:0.1 b:00ff"};
  uint64_t frame = 123456789;
  for (const auto& message : messages) text += score_line(frame++, packet(message), false);
  text += score_line(frame, packet("/b"), true);
  const Score score = parse(text);
  REQUIRE(score.events.size() == messages.size() + 1);
  for (size_t i = 0; i < messages.size(); ++i) {
    CHECK(score.events[i].packet == packet(messages[i]));
    CHECK(score.events[i].time.frame == 123456789 + i);
  }
  CHECK(score.events.back().group == score.events[messages.size() - 1].group);
  CHECK(score_line(0, std::vector<std::byte>(3), false).empty());
}

TEST_CASE("the writer: incremental, never over another score") {
  const fs::path folder = fs::temp_directory_path() / ("continuo-score-" + std::to_string(getpid()));
  fs::remove_all(folder);
  std::deque<std::pair<std::function<void()>, ScoreWriter::Then>> jobs;
  const auto run_jobs = [&] {
    for (; !jobs.empty(); jobs.pop_front()) {
      std::string error;
      try {
        jobs.front().first();
      } catch (const std::exception& fault) {
        error = fault.what();
      }
      jobs.front().second(error);
    }
  };
  ScoreWriter writer(folder, 48000,
                     [&](auto work, auto then) { jobs.emplace_back(std::move(work), std::move(then)); });
  std::string error = "unset";
  const auto keep = [&](const std::string& e) { error = e; };
  for (int take = 0; take < 2; ++take) {
    writer.start("take", 1000, 83, keep);
    writer.message(1000, packet("/part/1/note 60 100"));
    run_jobs();
    CHECK(error.empty());
    CHECK(writer.writing() == (take == 0 ? "take" : "take-2"));
    writer.message(900, packet("/early"));
    writer.message(1480, packet("/part/1/note 60 0"));
    writer.message(1480, packet("/part/1/gain -3.0"), true);
    writer.tick();
    run_jobs();
    // What a crash leaves: read before the end is written.
    CHECK(read_score(folder / (writer.writing() + ".txt")).events.size() == 4);
    writer.stop(49000, keep);
    run_jobs();
    CHECK(error.empty());
    CHECK(writer.writing().empty());
  }
  const Score score = read_score(folder / "take-2.txt");
  REQUIRE(score.events.size() == 4);
  CHECK(score.events[0].time.frame == 0);
  CHECK(score.events[1].time.frame == 0);
  CHECK(score.events[2].time.frame == 480);
  CHECK(score.events[3].group == score.events[2].group);
  REQUIRE(score.end);
  CHECK(score.end->frame == 48000);
  CHECK(score.grid == 1000);
  CHECK(score.lead == 83);

  writer.start("../escape", 0, 83, keep);
  run_jobs();
  CHECK_THAT(error, Catch::Contains("a-z 0-9 _ -"));
  CHECK(writer.writing().empty());
  writer.stop(0, keep);
  CHECK(error == "no score is being written");
  fs::remove_all(folder);
}
