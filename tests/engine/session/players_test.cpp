// Players in a session: made, told, heard; who hears whom; the transport that they share.
#include <cmath>

#include "tests/engine/players/ladder.h"
#include "tests/engine/session/rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

// Parts sound like the additive instrument; models whose names begin with "ladder" are players'.
class PlayerMaker final : public InstrumentMaker {
 public:
  MadeInstrument make(schema::Kind kind, const std::filesystem::path& model, const InstrumentSpec& spec,
                      uint32_t hop) override {
    return parts.make(kind, model, spec, hop);
  }
  std::string kind(const std::filesystem::path& model) override {
    return model.stem().string().starts_with("ladder") ? "musicrnn" : "ddsp";
  }
  std::unique_ptr<players::Generator> make_player(const std::filesystem::path& model) override {
    if (model.stem() == "ladder-broken")
      throw std::runtime_error("ladder-broken.safetensors: it is cut short");
    return std::make_unique<players::Ladder>();
  }
  TestMaker parts;
};

struct Evening {
  Evening() {
    home.add_model("ladder");
    home.add_model("ladder-broken");
    rig.emplace(home.path(), "", &maker);
    rig->say("/notify 1");
    rig->say("/part/new additive one");
    rig->say("/part/new additive two");
  }
  // Notes that a player was told to have begun, with their pitches; each run of 5 ms.
  struct Played {
    double second;
    int pitch;
  };
  std::vector<Played> run(double seconds, int player = 1) {
    std::vector<Played> played;
    const std::string address = "/musicrnn/" + std::to_string(player) + "/played ";
    for (double t = 0; t < seconds - 1e-9; t += 0.005) {
      const size_t before = rig->heard.size();
      rig->run(0.005);
      clock += 0.005;
      for (size_t i = before; i < rig->heard.size(); ++i) {
        int pitch = 0, velocity = 0;
        if (std::sscanf(rig->heard[i].text.c_str(), (address + "%d %d").c_str(), &pitch, &velocity) == 2 &&
            velocity > 0)
          played.push_back({clock, pitch});
      }
    }
    return played;
  }
  [[nodiscard]] bool told(const std::string& text) const {
    return std::any_of(rig->heard.begin(), rig->heard.end(),
                       [&](const auto& said) { return said.text.find(text) != std::string::npos; });
  }

  Folder home;
  PlayerMaker maker;
  std::optional<Rig> rig;
  double clock = 0;
};

}  // namespace

TEST_CASE("A player hears a part, answers on another one, at the grid, and gives way") {
  Evening stage;
  Rig& rig = *stage.rig;
  rig.say("/player/new musicrnn ladder");
  CHECK(stage.told("/done \"/player/new\" 1"));
  rig.say("/musicrnn/1/out/part 2");
  rig.say("/musicrnn/1/bars 1");
  rig.say("/transport/tempo 120");
  rig.say("/transport/play");
  CHECK(stage.run(0.01).empty());
  rig.say("/part/1/note 60 100");
  CHECK(stage.run(0.5).empty());
  rig.say("/part/1/note 60 0");
  rig.say("/part/1/silence");
  const auto played = stage.run(4);
  REQUIRE(played.size() == 16);
  CHECK(played[0].pitch == 61);
  CHECK(played[15].pitch == 76);
  // The call ended at beat 1.02, a beat of silence: the answer begins at beat 3, in sixteenths of 125 ms.
  for (size_t i = 1; i < played.size(); ++i)
    CHECK(played[i].second - played[i - 1].second == Approx(0.125).margin(0.006));
  CHECK(stage.told("/musicrnn/1/turn 1 4"));
  CHECK(stage.told("/musicrnn/1/turn 0"));

  SECTION("it sounds on its part, and the human's note into it ends it") {
    rig.say("/part/1/note 50 100");
    (void)stage.run(0.1);
    rig.say("/part/1/note 50 0");
    REQUIRE_FALSE(stage.run(2).empty());
    rig.say("/part/1/gain -60");
    float loudest = 0;
    for (const float x : rig.run(0.2)) loudest = std::max(loudest, std::fabs(x));
    CHECK(loudest > 0.01f);
    rig.say("/part/1/note 40 100");
    (void)stage.run(0.1);
    CHECK(stage.run(0.5).empty());
  }
}

TEST_CASE("Asked for; stopped; another model; removed") {
  Evening stage;
  Rig& rig = *stage.rig;
  rig.say("/player/new musicrnn ladder");
  rig.say("/musicrnn/1/mode listen");
  rig.say("/musicrnn/1/hear/part 0");
  rig.say("/musicrnn/1/note 60 100");
  (void)stage.run(0.2);
  rig.say("/musicrnn/1/note 60 0");
  CHECK(stage.run(3).empty());
  rig.say("/musicrnn/1/continue 2");
  CHECK(stage.run(1.5).size() >= 4);
  rig.say("/musicrnn/1/stop");
  CHECK(stage.run(1).size() <= 1);
  CHECK(rig.say("/musicrnn/1/model ladder-broken").back().find("cut short") != std::string::npos);
  CHECK(rig.say("/musicrnn/1/model").back() == "/musicrnn/1/model \"ladder\"");
  CHECK(rig.say("/musicrnn/1/model none").back().find("/model/list") != std::string::npos);
  CHECK(rig.say("/musicrnn/1/temperature 5").back().find("0..3") != std::string::npos);
  rig.say("/musicrnn/1/temperature 0.5");
  CHECK(rig.session->value("/musicrnn/1/temperature") == 0.5f);
  rig.say("/musicrnn/1/remove");
  CHECK(stage.told("/done \"/musicrnn/1/remove\" 1"));
  CHECK(rig.say("/musicrnn/1/temperature 1").back().find("no such address") != std::string::npos);
}

TEST_CASE("Two players that hear each other stop after their rounds") {
  Evening stage;
  Rig& rig = *stage.rig;
  rig.say("/player/new musicrnn ladder");
  rig.say("/player/new musicrnn ladder");
  for (const std::string p : {"/musicrnn/1/", "/musicrnn/2/"}) {
    rig.say(p + "bars 0.25");
    rig.say(p + "grid 0.25");
    rig.say(p + "rounds 3");
  }
  rig.say("/musicrnn/2/hear/part 0");
  rig.say("/musicrnn/1/hear/player 2");
  rig.say("/musicrnn/2/hear/player 1");
  rig.say("/part/1/note 60 100");
  (void)stage.run(0.1);
  rig.say("/part/1/note 60 0");
  (void)stage.run(30);
  size_t turns = 0;
  for (const auto& said : rig.heard) turns += said.text.find("/turn 1 ") != std::string::npos;
  CHECK(turns >= 4);
  CHECK(turns <= 7);
  CHECK(stage.run(10).empty());
}

TEST_CASE("The transport: beats, metres, taps, and what is wrong") {
  Evening stage;
  Rig& rig = *stage.rig;
  rig.say("/transport/metre 6 8");
  rig.say("/transport/tempo 90");
  rig.heard.clear();
  rig.say("/transport/play");
  (void)stage.run(4.05);
  std::vector<std::string> beats;
  for (const auto& said : rig.heard) {
    if (said.text.starts_with("/transport/beat")) beats.push_back(said.text);
  }
  CHECK(beats == std::vector<std::string>{"/transport/beat 1 1", "/transport/beat 1 2", "/transport/beat 2 1",
                                          "/transport/beat 2 2", "/transport/beat 3 1"});
  CHECK(rig.say("/transport/metre 4 5").back().find("1, 2, 4, 8 or 16") != std::string::npos);
  CHECK(rig.say("/transport/tempo 5").back().find("20..400") != std::string::npos);
  rig.say("/transport/stop");
  rig.heard.clear();
  for (int i = 0; i < 4; ++i) {
    rig.say("/transport/tap");
    (void)stage.run(0.5);
  }
  const auto said = rig.say("/transport/tempo").back();
  CHECK(std::stof(said.substr(said.rfind(' '))) == Approx(120).margin(1));
}

TEST_CASE("A session keeps players, tempo and metre; a broken one says where") {
  Evening stage;
  Rig& rig = *stage.rig;
  rig.say("/player/new musicrnn ladder");
  rig.say("/player/new musicrnn ladder");
  rig.say("/musicrnn/1/remove");
  rig.say("/musicrnn/2/mode trade");
  rig.say("/musicrnn/2/temperature 0.25");
  rig.say("/transport/tempo 93");
  rig.say("/transport/metre 9 8");
  const std::string text = to_json(rig.session->data());
  std::vector<std::string> notes;
  const SessionData data = from_json(text, notes);
  CHECK(notes.empty());
  REQUIRE(data.players.size() == 1);
  CHECK(data.players[0].number == 2);
  CHECK(data.players[0].model == "ladder");
  CHECK(data.players[0].values.at("mode") == 2);
  CHECK(data.players[0].values.at("temperature") == 0.25f);
  CHECK(data.bpm == Approx(93));
  CHECK(data.metre_beats == 9);
  CHECK(data.metre_unit == 8);

  std::filesystem::create_directories(stage.home.path() / "sessions");
  std::ofstream(stage.home.path() / "sessions" / "evening.json") << text;
  rig.say("/session/load evening");
  rig.say("/notify 1");
  CHECK(rig.session->value("/musicrnn/2/temperature") == 0.25f);
  CHECK(rig.say("/transport/tempo").back() == "/transport/tempo 93.0");
  rig.say("/musicrnn/2/mode call");
  rig.say("/part/1/note 60 100");
  (void)stage.run(0.2);
  rig.say("/part/1/note 60 0");
  CHECK_FALSE(stage.run(4, 2).empty());

  const auto fault = [&](const std::string& part) -> std::string {
    try {
      (void)from_json(R"({"format":"continuo session","version":1,)" + part + "}", notes);
    } catch (const SessionFileError& error) {
      return error.what();
    }
    return {};
  };
  CHECK_THAT(fault(R"("players":[{"number":9,"kind":"musicrnn"}])"),
             Catch::Contains("players[0]") && Catch::Contains("1..8"));
  CHECK_THAT(fault(R"("players":[{"number":1,"kind":"oracle"}])"), Catch::Contains("musicrnn"));
  CHECK_THAT(fault(R"("transport":{"bpm":5})"), Catch::Contains("20..400"));
  CHECK_THAT(fault(R"("transport":{"metre":[4,3]})"), Catch::Contains("metre"));
}
