// A message in, what sounds and what is replied out.
#include <algorithm>

#include "rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

using Lines = std::vector<std::string>;

bool has(const Lines& lines, const std::string& begin) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& l) { return l.starts_with(begin); });
}

size_t first_sound(const std::vector<float>& samples) {
  return static_cast<size_t>(
      std::find_if(samples.begin(), samples.end(), [](float x) { return std::fabs(x) > 1e-6f; }) -
      samples.begin());
}

}  // namespace

TEST_CASE("a note sounds until it ends") {
  Folder home;
  Rig rig(home.path());
  CHECK(rig.peak(0.1) < 1e-4f);
  CHECK(rig.say("/part/1/note 57 100").empty());
  CHECK(rig.peak(0.2) > 0.01f);
  rig.say("/part/1/note 57 0");
  rig.run(0.5);
  rig.say("/part/1/send -60");
  rig.run(1.5);
  CHECK(rig.peak(0.1) < 1e-3f);
}

TEST_CASE("the pedal holds what has ended; the continuous voice glides") {
  Folder home;
  Rig rig(home.path());
  rig.say("/part/1/send -60");
  rig.say("/part/1/pedal 1");
  rig.say("/part/1/note 57 100");
  rig.run(0.1);
  rig.say("/part/1/note 57 0");
  rig.run(1);
  CHECK(rig.peak(0.1) > 0.01f);
  rig.say("/part/1/pedal 0");
  rig.run(1);
  CHECK(rig.peak(0.1) < 1e-3f);
  rig.say("/part/1/pitch 69");
  rig.say("/part/1/gate 1");
  CHECK(rig.peak(0.1) > 0.01f);
  rig.say("/part/1/pitch 57 0.1");
  CHECK(rig.value("/part/1/pitch") == 57);
  rig.say("/panic");
  CHECK(rig.value("/part/1/gate") == 0);
  rig.run(0.2);
  CHECK(rig.peak(0.1) < 1e-3f);
}

TEST_CASE("a bundle acts at its exact frame, whole or not at all") {
  Folder home;
  Rig rig(home.path());
  const auto latency = rig.engine.latency_frames();
  for (const double ahead : {0.01, 0.0123, 0.02}) {
    const uint64_t now = rig.offline.frame();
    rig.bundle({"/part/1/attack 0", "/part/1/note 60 100"}, ahead);
    const size_t at = first_sound(rig.run(0.05));
    const auto due = static_cast<double>(now) + ahead * Rig::kRate;
    INFO(ahead);
    CHECK(std::fabs(static_cast<double>(now + at) - due - latency) <= 2.0);
    rig.say("/panic");
    rig.run(1.5);
  }
  const Lines wrong = rig.bundle({"/part/1/gain -6", "/part/1/gain 99", "/part/1/note 60 100"}, 0);
  CHECK(wrong ==
        Lines{"/fail \"/part/1/gain\" \"argument 1 (gain) is 99: expected float gain, db, -60..12\""});
  CHECK(rig.value("/part/1/gain") == 0);
  CHECK(rig.peak(0.1) < 1e-3f);
}

TEST_CASE("what a bundle will change is told when it changes; /clearSched forgets it") {
  Folder home;
  Rig rig(home.path());
  rig.bundle({"/part/1/gain -6"}, 0.1);
  CHECK(rig.value("/part/1/gain") == 0);
  rig.run(0.15);
  CHECK(rig.value("/part/1/gain") == -6);
  rig.bundle({"/part/1/gain -12", "/part/1/note 60 100"}, 0.1);
  CHECK(rig.say("/clearSched") == Lines{"/done \"/clearSched\""});
  CHECK(rig.peak(0.3) < 1e-3f);
  CHECK(rig.value("/part/1/gain") == -6);
  rig.bundle({"/part/1/note 60 100"}, 11);  // beyond what audio is handed
  CHECK(rig.peak(10.9) < 1e-3f);
  CHECK(rig.peak(0.3) > 0.01f);
}

TEST_CASE("a late bundle acts at once and its sender is told") {
  Folder home;
  Rig rig(home.path());
  const Lines told = rig.bundle({"/part/1/gain -6"}, -0.25);
  REQUIRE(told.size() == 1);
  CHECK(has(told, "/late \"/part/1/gain\" 0.25"));
  CHECK(rig.value("/part/1/gain") == -6);
}

TEST_CASE("faces, questions and unknown addresses") {
  Folder home;
  Rig rig(home.path());
  rig.say("/part/1/gain/norm 0.5");
  CHECK(rig.say("/part/1/gain") == Lines{"/part/1/gain -24.0"});
  CHECK(rig.say("/part/1/gain/text") == Lines{"/part/1/gain/text \"-24.0 dB\""});
  CHECK(rig.say("/additive/1/gain/norm") == Lines{"/additive/1/gain/norm 0.5"});
  CHECK(rig.say("/part/1/voices") == Lines{"/part/1/voices 16"});
  CHECK(has(rig.say("/part/1/gian -3"), "/fail \"/part/1/gian\" \"no such address; near are /part/1/gain, "));
  rig.say("/error 0");
  CHECK(rig.say("/part/1/gian -3").empty());
  rig.say("/error 1");
  rig.say("/part/new additive");
  rig.say("/part/*/gain -3");
  CHECK(rig.value("/part/1/gain") == -3);
  CHECK(rig.value("/part/2/gain") == -3);
  rig.say("//pan/norm 0.25");
  CHECK(rig.value("/part/2/pan") == -0.5f);
  CHECK(rig.say("//norm 0.5").empty());  // what takes one number, so no notes
  CHECK(rig.value("/part/2/slope") == -12);
  CHECK(rig.say("/part/*/gain 99").size() == 1);
  rig.say("/part/2/* 1");  // reaches values, and does not remove the part
  CHECK(rig.session->part_count() == 2);
  rig.session->handle_packet(std::array<std::byte, 4>{}, rig.client);
  CHECK(rig.heard.back().text.starts_with("/fail \"packet\" \"not OSC: "));
}

TEST_CASE("what is said to a note that does not sound is answered") {
  Folder home;
  Rig rig(home.path());
  const std::string why = "\"argument 1 (id) is 7: no such note sounds in this part\"";
  CHECK(rig.say("/part/1/note/off 7") == Lines{"/fail \"/part/1/note/off\" " + why});
  CHECK(rig.say("/part/1/note/bend 7 1") == Lines{"/fail \"/part/1/note/bend\" " + why});
  CHECK(rig.say("/part/1/note/pressure 7 1") == Lines{"/fail \"/part/1/note/pressure\" " + why});
  CHECK(rig.say("/part/1/note/timbre 7 1") == Lines{"/fail \"/part/1/note/timbre\" " + why});
  CHECK(rig.bundle({"/part/1/note 60 100 7", "/part/1/note/bend 7 1"}, 0).empty());
  CHECK(rig.say("/part/1/note/off 7").empty());
  CHECK(rig.say("/part/1/note/off").empty());
  CHECK(rig.say("/part/1/note 60 0").empty());
  rig.say("/part/1/voices 1");
  rig.say("/part/1/note 60 100");
  rig.say("/part/1/note 64 100");
  rig.run(0.1);
  CHECK(rig.say("/part/1/note/off 60").empty());  // it was stolen
  CHECK(has(rig.say("/part/2/silence"), "/fail \"/part/2/silence\" \"no such address"));
  CHECK(has(rig.say("/silence 2"), "/fail \"/silence\" \"no such address"));
}

TEST_CASE("a part plays to channels that the device has") {
  Folder home;
  Rig rig(home.path());
  rig.say("/part/1/out 2");
  CHECK(rig.say("/part/1/out 3") ==
        Lines{"/fail \"/part/1/out\" \"argument 1 (out) is 3: expected int out, 1..2, the channels of this "
              "device\""});
  CHECK(rig.value("/part/1/out") == 2);
  rig.outputs = 1;  // the device shrinks
  rig.run(0.3);
  REQUIRE(rig.log.size() == 1);
  CHECK(rig.log[0] ==
        "part 1 (additive) plays to channel 2, but this device has 1: it is not heard. The value stays");
  CHECK(rig.value("/part/1/out") == 2);
  rig.outputs = 2;
  rig.run(0.1);
  rig.outputs = 1;
  rig.run(0.1);
  CHECK(rig.log.size() == 2);
}

TEST_CASE("parts come, are renamed, change what they play with, and go") {
  Folder home;
  home.add_model("alto-sax");
  home.add_model("broken");
  Rig rig(home.path());
  CHECK(rig.session->part(0)->instrument == schema::Kind::kDdsp);
  CHECK(rig.say("/part/1/model") == Lines{"/part/1/model \"alto-sax\""});
  CHECK(rig.say("/part/new additive \"Lead Synth!\"") == Lines{"/done \"/part/new\" 2 \"lead_synth\""});
  rig.say("/part/lead_synth/gain -9");
  rig.say("/additive/1/attack 0.5");
  CHECK(rig.value("/part/2/gain") == -9);
  CHECK(rig.say("/part/2/name pad") == Lines{"/done \"/part/2/name\" \"pad\""});
  CHECK(has(rig.say("/part/lead_synth/gain"), "/fail"));
  CHECK(rig.say("/part/pad/instrument ddsp") == Lines{"/done \"/part/pad/instrument\" \"ddsp\""});
  CHECK(rig.say("/ddsp/2/attack") == Lines{"/ddsp/2/attack 0.5"});
  CHECK(rig.value("/part/2/gain") == -9);
  CHECK(rig.say("/part/2/model broken") ==
        Lines{"/fail \"/part/2/model\" \"broken.safetensors: the header is cut short\""});
  CHECK(rig.say("/part/2/model") == Lines{"/part/2/model \"alto-sax\""});
  CHECK(has(rig.say("/part/2/model none"), "/fail \"/part/2/model\" \"there is no model \\\"none\\\""));
  CHECK(has(rig.say("/part/new ddsp x broken"), "/fail \"/part/new\" \"broken.safetensors"));
  CHECK(rig.session->part_count() == 2);
  rig.say("/part/2/note 60 100");
  CHECK(rig.session->stage().voices(1) == 1);
  CHECK(rig.say("/part/1/remove") == Lines{"/done \"/part/1/remove\" 1"});
  CHECK(rig.say("/ddsp/1/gain") == Lines{"/ddsp/1/gain -9.0"});
  CHECK(has(rig.say("/ddsp/2/gain"), "/fail"));
}

TEST_CASE("/sync answers when all that was asked before is done") {
  Folder home;
  Rig rig(home.path());
  rig.session->handle_packet(Rig::packet("/part/new additive"), rig.client);
  rig.session->handle_packet(Rig::packet("/sync 7"), rig.client);
  CHECK(rig.heard.empty());
  rig.settle();
  rig.run(0.02);
  REQUIRE(rig.heard.size() == 2);
  CHECK(rig.heard[0].text == "/done \"/part/new\" 2 \"additive-2\"");
  CHECK(rig.heard[1].text == "/synced 7");
}

TEST_CASE("who subscribes hears of changes, but not of his own until his hand rests") {
  Folder home;
  Rig rig(home.path());
  const osc::Endpoint tablet = *osc::parse_endpoint("10.0.0.2:9000"),
                      laptop = *osc::parse_endpoint("10.0.0.3:9000");
  CHECK(rig.say("/notify 1", tablet) == Lines{"/done \"/notify\" 1 60.0"});
  rig.say("/notify 1 9001", laptop);
  rig.heard.clear();
  rig.say("/part/1/gain -6", tablet);
  rig.run(0.05);
  const auto told = [&](const osc::Endpoint& to) {
    Lines out;
    for (const auto& h : rig.heard) {
      if (h.to == to) out.push_back(h.text);
    }
    return out;
  };
  CHECK(told(tablet).empty());
  CHECK(told(laptop.with_port(9001)) ==
        Lines{"/part/1/gain -6.0", "/part/1/gain/norm 0.75", "/part/1/gain/text \"-6.0 dB\""});
  rig.run(0.4);
  CHECK(has(told(tablet), "/part/1/gain -6.0"));
  rig.run(61);
  rig.heard.clear();
  rig.say("/part/1/gain -3");
  rig.run(1);
  CHECK(rig.heard.empty());  // the leases have ended
}

TEST_CASE("/dump sends the state, with an end") {
  Folder home;
  Rig rig(home.path());
  rig.say("/dump /part/1/gain*");
  rig.run(0.1);
  REQUIRE(rig.heard.size() == 2);
  CHECK(rig.heard[0].text == "/part/1/gain 0.0");
  CHECK(rig.heard[1].text == "/done \"/dump\" 1");
  rig.heard.clear();
  rig.say("/dump");
  rig.run(0.2);
  const size_t expected = 3 + schema::master::kCount + schema::strip::kCount + schema::additive::kCount;
  CHECK(rig.heard.back().text == "/done \"/dump\" " + std::to_string(expected));
  CHECK(rig.heard.size() == expected + 1);
}

TEST_CASE("MIDI plays parts without a mapping") {
  Folder home;
  Rig rig(home.path());
  rig.say("/part/1/send -60");
  const auto midi = [&](std::initializer_list<uint8_t> bytes) {
    rig.session->handle_midi({bytes.begin(), bytes.size()});
  };
  midi({0x93, 57, 100});  // channel 4 has no part: the first one plays
  CHECK(rig.peak(0.2) > 0.01f);
  midi({0xB3, 1, 127});
  CHECK(rig.value("/part/1/vibrato/depth") == 100);
  midi({0xB3, 11, 64});
  CHECK(rig.value("/part/1/loudness") == Approx(40 * std::log10(64.0 / 127)));
  midi({0xE3, 0, 0});
  CHECK(rig.value("/part/1/bend") == Approx(-2).margin(0.01));
  midi({0xB3, 64, 127});
  midi({0x83, 57, 0});
  rig.run(1);
  CHECK(rig.peak(0.1) > 1e-3f);
  midi({0xB3, 64, 0});
  rig.run(1);
  CHECK(rig.peak(0.1) < 1e-3f);
}

TEST_CASE("/quit, /version, /status, /time") {
  Folder home;
  Rig rig(home.path());
  CHECK(rig.say("/version") == Lines{"/version.reply \"continuo\" 0 1 0"});
  CHECK(has(rig.say("/status"), "/status.reply \"version\" \"" CONTINUO_VERSION "\" \"device\" "));
  CHECK(has(rig.say("/time 5"), "/time.reply t:39"));
  CHECK(rig.say("/quit 0").empty());
  CHECK_FALSE(rig.quit);
  CHECK(rig.say("/quit") == Lines{"/done \"/quit\""});
  CHECK(rig.quit);
}
