// Techniques over OSC: named, asked for, told, kept.
#include <algorithm>

#include "engine/session/instrument_maker.h"
#include "models/ddsp/inference/random_model.h"
#include "tests/engine/session/rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

using Texts = std::vector<std::string>;

struct Library {
  Library() {
    write("singer", true, 1);
    write("other", true, 2);
    write("plain", false, 3);
  }
  void write(const std::string& name, bool spaces, uint32_t seed) const {
    ddsp::RandomModelSpec spec;
    spec.seed = seed;
    spec.spaces = spaces;
    spec.name = name;
    ddsp::random_model(spec).write((folder.path() / "models" / (name + ".safetensors")).string());
  }
  // A voice that learned `space` in place of techniques.
  void write_learned(const std::string& name, const std::string& space) const {
    ddsp::RandomModelSpec spec;
    spec.spaces = true;
    spec.learned = space;
    spec.name = name;
    ddsp::random_model(spec).write((folder.path() / "models" / (name + ".safetensors")).string());
  }
  Folder folder;
  StandardMaker maker;
};

bool contains(const Texts& texts, const std::string& text) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& t) { return t.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("techniques, vowels and codes are asked for and told by OSC") {
  Library library;
  Rig rig(library.folder.path(), "", &library.maker);
  rig.say("/part/new ddsp voice singer");
  CHECK(rig.say("/ddsp/1/technique/by/breathy 0.7").empty());
  CHECK(rig.say("/part/1/technique/by/breathy") == Texts{"/part/1/technique/by/breathy 0.7"});
  CHECK(rig.say("/part/voice/technique/by/vibrato") == Texts{"/part/voice/technique/by/vibrato 0.0"});
  rig.say("/part/1/technique/by/vibrato 0.3 0.5");
  CHECK(rig.say("/part/1/technique/mix").front().starts_with("/part/1/technique/mix 2 0.525"));
  rig.say("/part/1/vowel/by/o 1");
  CHECK(rig.say("/part/1/vowel/code") == Texts{"/part/1/vowel/code 3 1.0"});
  CHECK(rig.say("/part/1/technique/names") ==
        Texts{"/part/1/technique/names \"belt\" \"breathy\" \"fry\" \"glissando\" \"straight\" \"trill\" "
              "\"trillo\" \"vibrato\""});
  // Another way to ask replaces the names.
  rig.say("/part/1/technique/xy 0.25 0.75");
  CHECK(rig.say("/part/1/technique/xy") == Texts{"/part/1/technique/xy 0.25 0.75"});
  CHECK(rig.say("/part/1/technique/by/breathy") == Texts{"/part/1/technique/by/breathy 0.0"});
  rig.say("/part/1/technique/code 5 0.5");
  CHECK(rig.say("/part/1/technique/code") == Texts{"/part/1/technique/code 5 0.5"});
  rig.say("/part/1/technique/mix 5 0.5 6 0.25");
  CHECK(rig.say("/part/1/technique/mix") == Texts{"/part/1/technique/mix 5 0.5 6 0.25"});
  const auto report = rig.say("/part/1/technique/report");
  CHECK(contains(report, "\"codes\" 16 \"perplexity\" 16"));
  CHECK(contains(report, "\"dead\" 0 \"name\" \"belt\""));
  CHECK(contains(report, "\"code\" 5 \"weight\" 0.5"));
  rig.say("/part/1/technique/snap 0.5");
  CHECK(rig.value("/part/1/technique/snap") == 0.5f);
}

TEST_CASE("what a model does not know is said") {
  Library library;
  Rig rig(library.folder.path(), "", &library.maker);
  rig.say("/part/new ddsp voice singer");
  rig.say("/part/new ddsp plain plain");
  CHECK(contains(rig.say("/part/1/technique/by/yodel 1"),
                 "knows no technique \\\"yodel\\\"; known are belt, breathy, fry"));
  CHECK(contains(rig.say("/part/1/voice/by/ann 1"), "the model singer has no voice space"));
  CHECK(contains(rig.say("/part/2/technique/by/breathy 1"), "the model plain has no technique space"));
  CHECK(contains(rig.say("/part/2/technique/xy 0 0"), "the model plain has no technique space"));
  CHECK(contains(rig.say("/part/1/vowel/xy 0 0"), "has no map"));
  CHECK(contains(rig.say("/part/1/technique/code 16"), "expected int code, 0..15"));
  CHECK(contains(rig.say("/part/1/technique/mix 1 0.5 2"), "weight) is missing"));
  CHECK(contains(rig.say("/part/1/technique/by/breathy 1.5"), "/fail"));
  rig.say("/part/new additive");
  CHECK(contains(rig.say("/part/3/technique/xy 0 0"), "no such address"));
}

TEST_CASE("amounts are kept in sessions, dumped, fed back and outlive a swap of the model") {
  Library library;
  {
    Rig rig(library.folder.path(), "default", &library.maker);
    rig.say("/part/new ddsp voice singer");
    const auto phone = *osc::parse_endpoint("127.0.0.1:60000");
    rig.say("/notify 1", phone);
    rig.run(0.3);
    rig.heard.clear();
    rig.say("/part/2/technique/by/breathy 0.7");
    rig.say("/part/2/vowel/by/e 1");
    rig.run(0.2);
    Texts told;
    for (const auto& h : rig.heard) {
      if (h.to == phone) told.push_back(h.text);
    }
    CHECK(contains(told, "/part/2/technique/by/breathy 0.7"));
    CHECK(contains(told, "/part/2/technique/mix 2 0.525"));
    CHECK(contains(told, "/part/2/vowel/by/e 1.0"));
    rig.heard.clear();
    rig.say("/dump");
    rig.run(0.5);
    told.clear();
    for (const auto& h : rig.heard) told.push_back(h.text);
    CHECK(contains(told, "/part/2/technique/by/breathy 0.7"));
    CHECK(contains(told, "/part/2/technique/xy 0.5 0.5"));
    rig.say("/part/2/model other");
    CHECK(rig.say("/part/2/technique/by/breathy") == Texts{"/part/2/technique/by/breathy 0.7"});
    rig.say("/part/2/model plain");
    CHECK(contains(rig.say("/part/2/technique/by/breathy"), "has no technique space"));
    rig.say("/part/2/model singer");
    CHECK(rig.say("/part/2/technique/by/breathy") == Texts{"/part/2/technique/by/breathy 0.7"});
    rig.run(2.2);
  }
  Rig again(library.folder.path(), "default", &library.maker);
  CHECK(again.say("/part/2/technique/by/breathy") == Texts{"/part/2/technique/by/breathy 0.7"});
  CHECK(again.say("/part/2/vowel/by/e") == Texts{"/part/2/vowel/by/e 1.0"});
  again.say("/part/2/technique/xy 0.1 0.2");
  again.run(2.2);
  Rig third(library.folder.path(), "default", &library.maker);
  CHECK(third.say("/part/2/technique/xy") == Texts{"/part/2/technique/xy 0.1 0.2"});
}

TEST_CASE("aliases follow their parts, each with the names of its own model") {
  Library library;
  Rig rig(library.folder.path(), "", &library.maker);
  rig.say("/part/new ddsp a plain");
  rig.say("/part/new ddsp b singer");
  CHECK(contains(rig.say("/ddsp/1/technique/by/fry 1"), "has no technique space"));
  CHECK(rig.say("/ddsp/2/technique/by/fry 1").empty());
  rig.say("/part/a/remove");
  CHECK(rig.say("/ddsp/1/technique/by/fry") == Texts{"/ddsp/1/technique/by/fry 1.0"});
  rig.say("/part/b/name c");
  CHECK(rig.say("/part/c/technique/by/fry") == Texts{"/part/c/technique/by/fry 1.0"});
  CHECK(contains(rig.say("/ddsp/2/technique/by/fry"), "no such address"));
}

TEST_CASE("a score has what was asked for, before and while it was written") {
  Library library;
  Rig rig(library.folder.path(), "default", &library.maker);
  rig.say("/part/new ddsp voice singer");
  rig.say("/part/2/technique/by/breathy 0.7");
  rig.say("/part/2/vowel/code 2 1");
  rig.run(0.1);
  rig.say("/record/score take");
  rig.run(0.1);
  rig.say("/part/2/technique/xy 0.25 0.75");
  rig.run(0.1);
  rig.say("/record/score/stop");
  rig.run(0.2);
  std::string score;
  for (const auto& file : std::filesystem::recursive_directory_iterator(library.folder.path())) {
    if (!file.is_regular_file() || file.path().stem() != "take") continue;
    std::ifstream in(file.path(), std::ios::binary);
    score.assign((std::istreambuf_iterator<char>(in)), {});
  }
  CHECK(score.find("/part/2/technique/by/breathy") != std::string::npos);
  CHECK(score.find("/part/2/vowel/mix") != std::string::npos);
  CHECK(score.find("/part/2/technique/xy") != std::string::npos);
}

TEST_CASE("a space of any name is played under its own") {
  Library library;
  library.write_learned("moody", "mood");
  library.write_learned("bowed", "bow_2");
  {
    Rig rig(library.folder.path(), "default", &library.maker);
    rig.say("/part/new ddsp voice moody");
    CHECK(rig.say("/part/2/mood/by/breathy 0.7").empty());
    CHECK(rig.say("/part/voice/mood/by/breathy") == Texts{"/part/voice/mood/by/breathy 0.7"});
    CHECK(rig.say("/part/2/mood/mix").front().starts_with("/part/2/mood/mix 2 0.525"));
    CHECK(contains(rig.say("/part/2/mood/names"), "\"belt\" \"breathy\""));
    CHECK(contains(rig.say("/part/2/mood/report"), "\"codes\" 16"));
    CHECK(
        contains(rig.say("/part/2/mood/by/yodel 1"), "knows no mood \\\"yodel\\\"; known are belt, breathy"));
    CHECK(contains(rig.say("/part/2/bow_2/by/fry 1"), "has no bow_2 space; it has vowel, mood"));
    CHECK(contains(rig.say("/part/2/technique/by/fry 1"), "the model moody has no technique space"));
    rig.say("/part/2/mood/snap 0.5");
    CHECK(rig.value("/part/2/technique/snap") == 0.5f);
    CHECK(rig.say("/part/2/mood/snap") == Texts{"/part/2/mood/snap 0.5"});
    rig.say("/part/2/mood/xy 0.25 0.75");
    // Another model has other spaces; what was asked of these waits for them.
    rig.say("/part/2/model bowed");
    CHECK(rig.say("/part/2/bow_2/by/fry 1").empty());
    CHECK(contains(rig.say("/part/2/mood/xy 0 0"), "no such address"));
    rig.say("/part/2/model moody");
    CHECK(rig.say("/part/2/mood/xy") == Texts{"/part/2/mood/xy 0.25 0.75"});
    CHECK(contains(rig.say("/part/2/bow_2/code 1"), "no such address"));
    rig.run(2.2);
  }
  Rig again(library.folder.path(), "default", &library.maker);
  CHECK(again.say("/part/2/mood/xy") == Texts{"/part/2/mood/xy 0.25 0.75"});
  again.say("/part/2/model bowed");
  CHECK(again.say("/part/2/bow_2/by/fry") == Texts{"/part/2/bow_2/by/fry 1.0"});
}

TEST_CASE("aliases follow their parts, whatever the spaces of their models are called") {
  Library library;
  library.write_learned("moody", "mood");
  Rig rig(library.folder.path(), "", &library.maker);
  rig.say("/part/new ddsp a moody");
  rig.say("/part/new ddsp b singer");
  CHECK(rig.say("/ddsp/1/mood/by/fry 1").empty());
  rig.say("/part/a/remove");
  CHECK(contains(rig.say("/ddsp/1/mood/by/fry"), "has no mood space; it has technique, vowel"));
  CHECK(rig.say("/ddsp/1/technique/by/fry 1").empty());
}

TEST_CASE("a space that is named like an address of every part is refused") {
  Library library;
  library.write_learned("noted", "note");
  library.write_learned("loud", "gain");
  const auto file = [&](const char* name) { return library.folder.path() / "models" / name; };
  CHECK(library.maker.fault(file("noted.safetensors")).find("\"note\" is named like an address") !=
        std::string::npos);
  CHECK(library.maker.fault(file("singer.safetensors")).empty());
  Rig rig(library.folder.path(), "", &library.maker);
  CHECK(contains(rig.say("/part/new ddsp voice loud"), "\\\"gain\\\" is named like an address"));
}
