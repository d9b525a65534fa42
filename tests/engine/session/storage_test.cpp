// Sessions as files: saved by themselves, restored, and kept aside when broken. Scores that say what was
// played.
#include "rig.h"

#include "engine/session/instrument_maker.h"
#include "engine/session/score/score.h"

using namespace continuo;
using namespace continuo::session;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a session is saved by itself and comes back") {
  Folder home;
  {
    Rig rig(home.path());
    rig.say("/part/new additive pad");
    rig.say("/part/pad/gain -7.5");
    rig.say("/part/pad/slope -12");
    rig.say("/master/gain -3");
    rig.say("/feedback/add 10.0.0.9:9000,slow");
    rig.run(2.2);
    CHECK(std::filesystem::exists(home.path() / "sessions" / "default.json"));
  }
  Rig again(home.path());
  CHECK(again.session->part_count() == 2);
  CHECK(again.value("/part/pad/gain") == -7.5f);
  CHECK(again.value("/additive/2/slope") == -12);
  CHECK(again.value("/master/gain") == -3);
  CHECK(again.say("/feedback/list") == std::vector<std::string>{"/feedback/list \"10.0.0.9:9000,slow\""});
  again.say("/part/2/note 60 100");
  CHECK(again.peak(0.1) > 1e-3f);
  CHECK(again.say("/session/save evening") ==
        std::vector<std::string>{"/done \"/session/save\" \"evening\""});
  CHECK(again.say("/session/list") == std::vector<std::string>{"/session/list \"default\" \"evening\""});
  again.say("/session/new");
  CHECK(again.session->part_count() == 1);
  CHECK(again.say("/session/load evening") ==
        std::vector<std::string>{"/done \"/session/load\" \"evening\""});
  CHECK(again.session->part_count() == 2);
  CHECK(again.say("/session/load nothing")
            .front()
            .starts_with("/fail \"/session/load\" \"there is no session"));
}

TEST_CASE("a broken session is kept aside, and the default one starts") {
  Folder home;
  std::filesystem::create_directories(home.path() / "sessions");
  std::ofstream(home.path() / "sessions" / "default.json")
      << "{\"format\": \"continuo session\", \"version\": 99}";
  Rig rig(home.path());
  REQUIRE(rig.log.size() == 1);
  CHECK_THAT(rig.log[0],
             Catch::Contains("version 99 of the format is unknown; this program knows version 1"));
  CHECK(std::filesystem::exists(home.path() / "sessions" / "default.broken.json"));
  CHECK(rig.session->part_count() == 1);
  // A second one does not overwrite the first, and neither is listed.
  std::ofstream(home.path() / "sessions" / "default.json") << "{\n  \"format\": oops\n}";
  Rig again(home.path());
  REQUIRE(again.log.size() == 1);
  CHECK_THAT(again.log[0],
             Catch::Contains("default.json: line 2, column 13: this is no JSON: invalid literal"));
  CHECK_THAT(again.log[0], !Catch::Contains("json.exception"));
  CHECK_THAT(text_of(home.path() / "sessions" / "default.broken.json"), Catch::Contains("99"));
  CHECK_THAT(text_of(home.path() / "sessions" / "default.broken-2.json"), Catch::Contains("oops"));
  again.say("/session/save");
  CHECK(again.say("/session/list") == std::vector<std::string>{"/session/list \"default\""});
}

TEST_CASE("a session takes its new name when it is saved") {
  Folder home;
  Rig rig(home.path());
  std::filesystem::create_directories(home.path() / "sessions" / "evening.json");  // in the way
  const auto lines = rig.say("/session/save evening");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("/fail \"/session/save\""));
  CHECK(rig.session->name() == "default");
  CHECK(rig.say("/session/save morning").front() == "/done \"/session/save\" \"morning\"");
  CHECK(rig.session->name() == "morning");
}

TEST_CASE("session files say what is wrong with them") {
  const struct {
    const char* text;
    const char* reason;
  } rows[] = {
      {"[", "line 1, column 2: this is no JSON: unexpected end of input"},
      {"{\n \"a\": 1e999}", "this is no JSON: number overflow"},
      {"{}", "\"format\": \"continuo session\" is missing"},
      {R"({"format": "continuo session"})", "\"version\" is missing"},
      {R"({"format": "continuo session", "version": 1, "parts": 5})", "\"parts\": expected a list"},
      {R"({"format": "continuo session", "version": 1, "parts": [{}]})",
       "parts[0]: \"number\" is missing: 1..32"},
      {R"({"format": "continuo session", "version": 1, "parts": [{"number": 33}]})",
       "\"number\" must be 1..32"},
      {R"({"format": "continuo session", "version": 1, "parts": [{"number": 1, "instrument": "organ"}]})",
       "\"organ\" is unknown; known are additive, ddsp"},
      {R"({"format": "continuo session", "version": 1, "master": {"gain": "loud"}})",
       "master: \"gain\": expected float gain, db, -60..12"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    std::vector<std::string> notes;
    CHECK_THROWS_WITH(from_json(row.text, notes), Catch::Contains(row.reason));
  }
  std::vector<std::string> notes;
  const SessionData data = from_json(
      R"({"format": "continuo session", "version": 1, "master": {"gain": 40, "loudness": 1}})", notes);
  CHECK(data.master.at("gain") == 12);
  CHECK(notes.size() == 2);
  CHECK(from_json(to_json(data), notes).master.at("gain") == 12);
}

TEST_CASE("new models are announced") {
  Folder home;
  Rig rig(home.path());
  rig.say("/notify 1");
  rig.run(2.1);
  rig.heard.clear();
  home.add_model("flute");
  rig.run(2.1);
  REQUIRE_FALSE(rig.heard.empty());
  CHECK(rig.heard.front().text == "/model/added \"flute\"");
  CHECK(rig.say("/model/list").front() == "/model/list \"flute\"");
}

TEST_CASE("a model that cannot be loaded is not offered, and the log says why") {
  Folder home;
  const auto models = home.path() / "models";
  std::ofstream(models / "a-hollow.safetensors");
  home.add_model("flute");
  Rig rig(home.path());
  CHECK(rig.say("/model/list").front() == "/model/list \"flute\"");
  CHECK(rig.log == std::vector<std::string>{"model a-hollow is not offered: it is empty"});
  CHECK(rig.say("/part/1/model").front() == "/part/1/model \"flute\"");
  rig.say("/notify 1");
  rig.run(2.1);
  CHECK(rig.log.size() == 1);
  rig.heard.clear();
  std::ofstream(models / "a-hollow.safetensors") << "whole now";
  rig.run(2.1);
  REQUIRE_FALSE(rig.heard.empty());
  CHECK(rig.heard.front().text == "/model/added \"a-hollow\"");
}

TEST_CASE("the header of a model file says whether it can be loaded") {
  Folder home;
  StandardMaker maker;
  const auto path = home.path() / "models" / "x.safetensors";
  const auto fault = [&](const std::string& header, const std::string& tensors) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    const uint64_t length = header.size();
    out.write(reinterpret_cast<const char*>(&length), 8) << header << tensors;
    out.close();
    return maker.fault(path);
  };
  CHECK_THAT(fault("[]", ""), Catch::Contains("no JSON object"));
  CHECK_THAT(fault("{}", ""), Catch::Contains("no model of Continuo"));
  CHECK_THAT(fault(R"({"__metadata__": {"config": "{}"}})", ""), Catch::Contains("x.safetensors"));
  CHECK_THAT(fault(R"({"__metadata__": {"config": "{}"}, "a": {"data_offsets": [0, 8]}})", "1234"),
             Catch::Contains("4 bytes of tensors, expected 8"));
  std::ofstream(path, std::ios::binary | std::ios::trunc) << "some text that is no model at all";
  CHECK_THAT(maker.fault(path), Catch::Contains("no safetensors file"));
  CHECK(maker.fault("models/trained/alto-sax.safetensors").empty());
}

TEST_CASE("a long list comes in several messages, with nothing left out") {
  Folder home;
  for (int i = 100; i < 200; ++i) home.add_model("a-model-with-quite-a-long-name-" + std::to_string(i));
  home.add_model(std::string(200, 'b'));
  Rig rig(home.path());
  const auto lines = rig.say("/model/list");
  CHECK(lines.size() > 2);
  std::string all;
  for (const std::string& line : lines) {
    CHECK(line.size() < 1500);
    CHECK(line.starts_with("/model/list \""));
    all += line;
  }
  for (int i = 100; i < 200; ++i) CHECK_THAT(all, Catch::Contains("name-" + std::to_string(i)));
  CHECK(all.find(std::string(200, 'b')) != std::string::npos);
}

TEST_CASE("a score holds what was played, with its frames, and sounds the same again") {
  Folder home;
  std::vector<float> live;
  const auto play = [&live](Rig& rig, double seconds) {
    const auto more = rig.run(seconds);
    live.insert(live.end(), more.begin(), more.end());
  };
  {
    Rig rig(home.path());
    rig.say("/part/1/gain -6");
    rig.say("/part/1/send -6");
    rig.run(0.1);
    REQUIRE(rig.engine.clock().read().next_frame % rt::kTickFrames == 0);
    CHECK(rig.say("/record/score piece") == std::vector<std::string>{"/done \"/record/score\" \"piece\""});
    play(rig, 0.005);
    rig.say("/part/1/note 57 100");
    play(rig, 0.1);
    rig.bundle({"/part/1/pan -0.5", "/part/1/note 61 80"}, 0.0111);
    play(rig, 0.1);
    rig.say("/part/1/gain 99");  // refused: not in the score
    rig.say("/status");          // nor are questions
    rig.say("/part/1/note 57 0");
    play(rig, 0.1);
    CHECK(rig.say("/record/score/stop").empty());  // what was just played still waits for its frame
    rig.run(0.02);
    rig.settle();
    REQUIRE_FALSE(rig.heard.empty());
    CHECK(rig.heard.back().text == "/done \"/record/score/stop\" \"piece\"");
  }
  const Score score = read_score(home.path() / "scores" / "piece.txt");
  CHECK(score.rate == Rig::kRate);
  std::vector<std::string> lines;
  for (const ScoreEvent& event : score.events) {
    osc::PacketReader reader(event.packet);
    osc::Message message;
    REQUIRE(reader.next(message));
    lines.push_back(std::to_string(event.time.frame) + " " + osc::format(message));
  }
  INFO(text_of(home.path() / "scores" / "piece.txt"));
  REQUIRE(lines.size() == 7);
  CHECK(lines[0] == "0 /part/new \"additive\" \"additive\"");
  CHECK(lines[1] == "0 /part/1/gain -6.0");
  CHECK(lines[3] == "240 /part/1/note 57 100");
  CHECK(score.events[5].group == score.events[4].group);
  CHECK(lines[6].find("/part/1/note 57 0") != std::string::npos);

  Rig rig(home.path(), "");
  const uint64_t before = 5 * SendReverb::kGridFrames + score.grid;  // the session is there before the score
  rig.render(before);
  std::vector<float> again;
  for (const ScoreEvent& event : score.events) {
    const auto more = rig.render(event.time.frame - again.size());
    again.insert(again.end(), more.begin(), more.end());
    rig.session->handle_at(before + event.time.frame, event.packet);
    rig.settle();
  }
  const auto rest = rig.render(live.size() - again.size());
  again.insert(again.end(), rest.begin(), rest.end());
  REQUIRE(again.size() == live.size());
  float most = 0;
  for (size_t i = 0; i < live.size(); ++i) most = std::max(most, std::fabs(live[i] - again[i]));
  CHECK(most == 0);
}
