// Sets made of recordings: what stands in them, duplicates, labels, splits, and what is refused.
#include <catch2/catch.hpp>
#include <set>

#include "models/data/audio_file.h"
#include "models/data/card/tracks.h"
#include "tests/models/data/audio/sounds.h"

using namespace continuo::data;
using namespace continuo::data::testing;
namespace fs = std::filesystem;

namespace {

AudioOptions options_for(const ScratchFolder& folder, const std::string& use = "ddsp") {
  AudioOptions options;
  options.folders = {(folder / "in").string()};
  options.out = folder / "set";
  options.use = use;
  return options;
}

// As tests of files go: what a clean voice is, other tests know.
AudioOptions keeping_all(AudioOptions options) {
  options.keep = {"all"};
  return options;
}

std::set<std::string> files_of(const Set& set) {
  std::set<std::string> files;
  for (const Item& item : set.items) files.insert(item.file);
  return files;
}

}  // namespace

TEST_CASE("a set for DDSP: stretches between silences, at the set's rate, with their tracks") {
  const ScratchFolder folder;
  write_sound(folder / "in/two.wav",
              joined({silence(1), tone(60, 1.5), silence(1), tone(67, 1.2), silence(1)}));
  write_text(folder / "in/README.md", "# Tones\n\nLicence: CC0\nAttribution: nobody\n");
  write_text(folder / "in/cover.jpg", "no sound");
  write_text(folder / "in/song.m4a", "no sound that is read");
  const Set set = made(keeping_all(options_for(folder)));
  CHECK(set.kind == "audio");
  CHECK(set.use == "ddsp");
  CHECK(set.settings["sample_rate"] == 24000);
  CHECK(set.settings["hop"] == 240);
  REQUIRE(set.sources.size() == 1);
  CHECK(set.sources[0].licence == "CC0");
  CHECK(set.sources[0].attribution == "nobody");
  REQUIRE(set.skipped.size() == 1);
  CHECK_THAT(set.skipped[0].reason, Catch::Contains("convert"));
  REQUIRE(set.items.size() == 2);
  CHECK(set.items[0].begin_s == Approx(0.95).margin(0.03));
  CHECK(set.items[0].end_s == Approx(2.75).margin(0.05));
  for (const Item& item : set.items) {
    CHECK(item.split == "train");  // the only recording
    CHECK(item.kept);
    const double midi = &item == &set.items[0] ? 60 : 67;
    CHECK(item.features.at("pitch_median_midi") == Approx(midi).margin(0.05));
    CHECK(item.features.at("voiced_share") > 0.8);
    CHECK(item.features.at("duration_s") == Approx(item.end_s - item.begin_s).margin(0.01));
    CHECK(item.details["pitch_histogram"][static_cast<std::size_t>(midi)].get<double>() > 1);
    CHECK(item.details["plane"].size() == 24);
    CHECK(fs::exists(folder / ("set/items/" + item.id + ".flac")));
    const auto tracks = read_tracks(folder / "set", item.id);
    REQUIRE(tracks.has_value());
    CHECK(tracks->hop == 240);
    CHECK(tracks->sample_rate == 24000);
    CHECK(tracks->frames() == Approx(item.features.at("duration_s") * 100).margin(1.5));
    CHECK(tracks->f0_hz[60] == Approx(440 * std::exp2((midi - 69) / 12)).epsilon(0.005));
    CHECK(tracks->confidence[60] > 0.9);
    CHECK(tracks->loudness[60] < tracks->db[60] + 3);
  }
  std::set<std::string> names;
  for (const auto& [name, value] : set.items[0].features) names.insert(name);
  for (const auto& [name, value] : set.items[1].features) CHECK(names.contains(name));
}

TEST_CASE("the same recording at another level, rate or format is taken once; two takes are two") {
  const ScratchFolder folder;
  const Sound sound = joined({silence(0.3), melody(5, 4), silence(0.3)});
  write_sound(folder / "in/a.wav", sound);
  write_sound(folder / "in/b_same.flac", sound);
  write_sound(folder / "in/c_softer.wav", scaled(sound, 0.3f));
  write_sound(folder / "in/d_vorbis.ogg", scaled(sound, 0.8f));
  write_sound(folder / "in/e_mp3.mp3", sound);
  write_sound(folder / "in/f_later.wav", joined({silence(0.7), sound}));
  write_sound(folder / "in/g_other.wav", melody(6, 4));
  write_sound(folder / "in/h_slow.wav", resample(sound, 44100, 16000), 16000);
  const Set set = made(keeping_all(options_for(folder)));
  // --keep=all keeps those too.
  CHECK(files_of(set).size() == 8);
  AudioOptions options = options_for(folder);
  options.keep = {"voices", "bleed", "decay", "noise_floor", "bandwidth", "clipped", "voiced"};
  options.overwrite = true;
  const Set once = made(options);
  CHECK(files_of(once) == std::set<std::string>{"a.wav", "g_other.wav"});
  for (const char* twin :
       {"b_same.flac", "c_softer.wav", "d_vorbis.ogg", "e_mp3.mp3", "f_later.wav", "h_slow.wav"}) {
    INFO(twin);
    const Skipped* left_out = skipped(once, twin);
    REQUIRE(left_out);
    CHECK_THAT(left_out->reason, Catch::Contains("in/a.wav"));
  }
  std::size_t flacs = 0;
  for (const auto& entry : fs::directory_iterator(folder / "set/items"))
    flacs += entry.path().extension() == ".flac";
  CHECK(flacs == once.items.size());
}

TEST_CASE("labels come from folders or a CSV file; splits go by recording") {
  const ScratchFolder folder;
  for (int n = 0; n < 24; ++n) {
    const std::string technique = n % 2 ? "breathy" : "belt";
    write_sound(folder / ("in/" + technique + "/take" + std::to_string(n) + ".wav"),
                joined({melody(static_cast<unsigned>(n), 1.2), silence(0.6),
                        melody(static_cast<unsigned>(n) + 100, 1.2)}));
  }
  AudioOptions options = keeping_all(options_for(folder));
  options.labels = "folders";
  const Set set = made(options);
  REQUIRE(set.items.size() == 48);
  std::map<std::string, std::set<std::string>> splits;
  std::set<std::string> all;
  for (const Item& item : set.items) {
    CHECK(item.label == fs::path(item.file).parent_path().string());
    CHECK(item.details["tags"]["technique"] == item.label);
    CHECK(item.split == split_of(item.file));
    splits[item.group].insert(item.split);
    all.insert(item.split);
  }
  CHECK(all.size() == 3);
  for (const auto& [group, of_group] : splits) CHECK(of_group.size() == 1);

  write_text(folder / "labels.csv",
             "\xEF\xBB\xBF"
             "File Name;speaker;Technique\r\nbelt/take0.wav;a;\"belt; loud\"\r\ntake1.wav;b;airy\r\n");
  options.labels = (folder / "labels.csv").string();
  options.overwrite = true;
  for (const Item& item : made(options).items) {
    CHECK(item.label == (item.file == "belt/take0.wav"      ? "belt; loud"
                         : item.file == "breathy/take1.wav" ? "airy"
                                                            : ""));
  }
  options.labels = (folder / "nowhere.csv").string();
  CHECK_THAT(refusal(options), Catch::Contains("nowhere.csv"));
  write_text(folder / "bad.csv", "a,b\n1,2\n");
  options.labels = (folder / "bad.csv").string();
  CHECK_THAT(refusal(options), Catch::Contains("first line"));
  write_text(folder / "strangers.csv", "file,technique\nnosuch.wav,airy\n");
  options.labels = (folder / "strangers.csv").string();
  CHECK_THAT(refusal(options),
             Catch::Contains("knows none of the 24 recordings") && Catch::Contains("nosuch.wav"));
}

TEST_CASE("SampleRNN's chunks: one length, all of a recording in its split") {
  const ScratchFolder folder;
  write_sound(folder / "in/long.wav", melody(2, 21, 16000), 16000);
  AudioOptions options = options_for(folder, "samplernn");
  const Set set = made(options);
  CHECK(set.settings["sample_rate"] == 16000);
  REQUIRE(set.items.size() == 3);
  CHECK(set.items[0].end_s - set.items[0].begin_s == Approx(8).margin(1e-3));
  CHECK(set.items[1].begin_s == Approx(set.items[0].end_s).margin(1e-3));
  CHECK(set.items[0].split == set.items[2].split);
}

TEST_CASE("unclean items stay, but outside; --keep and limits overrule") {
  const ScratchFolder folder;
  Sound clipped = tone(57, 2, 2);
  for (float& v : clipped) v = std::clamp(v, -0.9f, 0.9f);
  write_sound(folder / "in/clipped.wav", clipped);
  write_sound(folder / "in/clean.wav", tone(57, 2));
  AudioOptions options = options_for(folder);
  options.keep = {"voices", "bleed", "decay", "noise_floor", "bandwidth"};
  const auto find = [](const Set& set, const std::string& file) {
    for (const Item& item : set.items) {
      if (item.file == file) return item;
    }
    throw std::runtime_error("no " + file);
  };
  const Set set = made(options);
  const Item bad = find(set, "clipped.wav");
  CHECK_FALSE(bad.kept);
  CHECK(fs::exists(folder / ("set/items/" + bad.id + ".flac")));
  CHECK(std::any_of(bad.faults.begin(), bad.faults.end(),
                    [](const Fault& f) { return f.measure == "clipped_share"; }));
  CHECK(find(set, "clean.wav").kept);
  options.keep.push_back("clipped");
  CHECK_THAT(refusal(options), Catch::Contains("another data set"));
  options.overwrite = true;
  CHECK(find(made(options), "clipped.wav").kept);
  options.keep.pop_back();
  options.limits.clipped_share = 0.9;
  CHECK(find(made(options), "clipped.wav").kept);
}

TEST_CASE("a folder's bad files are listed with reasons and the rest is taken") {
  const ScratchFolder folder;
  write_sound(folder / "in/good.wav", melody(1, 2));
  write_sound(folder / "in/quiet.wav", silence(2));
  write_sound(folder / "in/blip.wav", joined({silence(1), tone(60, 0.12), silence(1)}));
  write_text(folder / "in/words.wav", "these are words, not a sound of any kind");
  write_text(folder / "in/empty.flac", "");
  write_sound(folder / "in/old set/items/x.wav", melody(9, 2));
  write_text(folder / "in/old set/set.json", "{}");
  const Set set = made(keeping_all(options_for(folder)));
  CHECK(files_of(set) == std::set<std::string>{"good.wav"});
  const auto reason = [&](const std::string& file) {
    const Skipped* s = skipped(set, file);
    return s ? s->reason : std::string();
  };
  CHECK_THAT(reason("quiet.wav"), Catch::Contains("silent"));
  CHECK_THAT(reason("blip.wav"), Catch::Contains("nothing in it sounds"));
  CHECK_THAT(reason("words.wav"), Catch::Contains("no recording"));
  CHECK_THAT(reason("empty.flac"), Catch::Contains("empty"));
  CHECK_THAT(reason("old set"), Catch::Contains("data set"));
}

TEST_CASE("nothing of somebody else's is overwritten; wrong folders are told") {
  const ScratchFolder folder;
  write_sound(folder / "in/a.wav", melody(1, 2));
  write_text(folder / "set/thesis.txt", "years of work");
  AudioOptions options = keeping_all(options_for(folder));
  CHECK_THAT(refusal(options), Catch::Contains("other files"));
  options.overwrite = true;
  CHECK_THAT(refusal(options), Catch::Contains("other files"));
  options.overwrite = false;
  options.out = folder / "in";
  CHECK_THAT(refusal(options), Catch::Contains("another --out"));
  options.out = folder / "in/set";  // inside: what is made there is not read again
  CHECK(made(options).items.size() == 1);
  CHECK(made(options).items.size() == 1);
  options.use = "samplernn";
  CHECK_THAT(refusal(options), Catch::Contains("another data set"));
  options.folders = {(folder / "missing").string()};
  CHECK_THAT(refusal(options), Catch::Contains("no such folder"));
  fs::create_directories(folder / "nothing");
  options.folders = {(folder / "nothing").string()};
  CHECK_THAT(refusal(options), Catch::Contains("holds no recordings"));
}

TEST_CASE("levels are made alike on request, a recording as a whole") {
  const ScratchFolder folder;
  write_sound(folder / "in/soft.wav", joined({tone(60, 1, 0.02), silence(1), tone(60, 1, 0.04)}));
  AudioOptions options = keeping_all(options_for(folder));
  options.normalise = "peak";
  const Set set = made(options);
  REQUIRE(set.items.size() == 2);
  const double soft = set.items[0].features.at("loudness_median_db"),
               loud = set.items[1].features.at("loudness_median_db");
  CHECK(loud > -12);
  CHECK(loud - soft == Approx(6).margin(0.5));
}
