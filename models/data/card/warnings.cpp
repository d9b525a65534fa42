// What a musician should know before a model is trained on a set, in plain words.
#include <algorithm>
#include <cmath>

#include "models/data/card/facts.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

class Warnings {
 public:
  explicit Warnings(const Facts& facts) : facts_(facts), midi_(facts.value("kind", "") == "midi") {}

  Facts all() {
    if (facts_["counts"]["kept"] == 0) {
      say("counts", true, "There is nothing in this set: every item was left out or no file could be read.");
      return list_;
    }
    sources();
    recordings();
    splits();
    midi_ ? notes() : sound();
    cleanness();
    std::stable_sort(list_.begin(), list_.end(), [](const Facts& a, const Facts& b) {
      return a["grave"].get<bool>() && !b["grave"].get<bool>();
    });
    return list_;
  }

 private:
  template <class... Parts>
  void say(const char* about, bool grave, const Parts&... words) {
    std::string text = cat(words...);
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    list_.push_back({{"about", about}, {"grave", grave}, {"words", text}});
  }

  static double number(const Facts& facts, const char* key) {
    const auto found = facts.find(key);
    return found != facts.end() && found->is_number() ? found->get<double>() : std::nan("");
  }

  void sources() {
    for (const Facts& source : facts_["sources"]) {
      const std::string name = source["name"];
      if (source["licence"].get<std::string>().empty())
        say("licence", true, "No licence is known for ", name,
            ": neither the set nor a model of it should be given away.");
    }
  }

  void recordings() {
    const Facts& recordings = facts_["recordings"];
    const double share = recordings["largest_share"];
    const std::size_t count = recordings["count"];
    if (count == 1) {
      say("recordings", true,
          "Everything comes from one recording: the model will know nothing else, and nothing is held out to "
          "judge it.");
    } else if (share >= 0.4) {
      say("recordings", share >= 0.6, "One recording makes ", percent(share),
          midi_ ? " of the set: " : " of the minutes: ", recordings["largest"].get<std::string>(), ".");
    }
    if (!recordings["in_two_splits"].empty()) {
      say("splits", true, plural(recordings["in_two_splits"].size(), "recording"),
          recordings["in_two_splits"].size() == 1 ? " stands" : " stand", " in more than one split (",
          recordings["in_two_splits"][0].get<std::string>(), " is one): the test is not honest.");
    }
    if (!midi_) {
      const double minutes = facts_["seconds"]["kept"].get<double>() / 60;
      const double wanted = facts_["use"] == "ddsp" ? 10 : facts_["use"] == "samplernn" ? 60 : 0;
      if (minutes < wanted)
        say("minutes", minutes < wanted / 3, "Only ", time_words(60 * minutes), " of sound: ",
            facts_["use"] == "ddsp" ? "10 to 20 minutes are best." : "an hour or more is best.");
    }
  }

  void splits() {
    for (const Facts& split : facts_["splits"]) {
      if (split["items"] != 0) continue;
      if (split["split"] == "train") {
        say("splits", true, "Nothing to train on: all items are held out.");
      } else if (split["split"] == "test" && facts_["recordings"]["count"].get<std::size_t>() > 1) {
        say("splits", false,
            "Nothing is kept for the test: how good the model is on new music cannot be told.");
      }
    }
  }

  void pitch_range(double fewest) {
    const Facts& pitch = facts_["pitch"];
    const double low = number(pitch, "p1"), high = number(pitch, "p99");
    if (std::isnan(low)) return;
    if (high - low < fewest) {
      if (high == low) {
        say("pitch", true, "There is one pitch only: ", note_name(low), ".");
      } else {
        say("pitch", high - low < 7, "Pitches between ", note_name(low), " and ", note_name(high),
            " only: ", plural(static_cast<std::size_t>(high - low), "semitone"), ".");
      }
    }
    const auto& bins = pitch["per_midi"];
    std::string holes;
    std::size_t count = 0;
    for (auto midi = static_cast<std::size_t>(number(pitch, "p5"));
         midi <= static_cast<std::size_t>(number(pitch, "p95")); ++midi) {
      if (bins[midi].get<double>() > 0) continue;
      ++count;
      if (count <= 4) holes += (holes.empty() ? "" : ", ") + note_name(static_cast<double>(midi));
    }
    if (count > 0 && !midi_)
      say("pitch", false, "No sound at ", holes, count > 4 ? cat(" and ", count - 4, " more") : "",
          ", though there are notes above and below: the model has to guess there.");
  }

  void sound() {
    const bool pitched = facts_["use"] != "samplernn";
    const Facts& loudness = facts_["loudness"];
    const double soft = number(loudness, "p10"), loud = number(loudness, "p90");
    if (!std::isnan(soft) && loud - soft <= 4) {
      say("loudness", true, "All notes have one loudness (", num(soft), " to ", num(loud),
          " dB): the model will learn gain only.");
    } else if (!std::isnan(soft) && loud - soft < 10 && pitched) {
      say("loudness", false, "Four fifths of the sound lie within ", num(loud - soft),
          " dB: there will be little difference between soft and loud.");
    }
    if (pitched) {
      pitch_range(12);
      const double correlation = facts_["plane"]["correlation"];
      if (std::abs(correlation) > 0.7)
        say("plane", false, "High notes are ",
            correlation > 0 ? "loud and low ones soft" : "soft and low ones loud", " (correlation ",
            num(correlation, 2), "): the model cannot tell pitch from loudness.");
      const Facts& confidence = facts_["confidence"];
      const double sounding = confidence["sounding_seconds"], sure = confidence["pitched_seconds"];
      if (sounding > 0 && sure < 0.8 * sounding)
        say("confidence", sure < 0.5 * sounding, "Pitch is unsure for ", percent(1 - sure / sounding),
            " of what sounds: breath, noise, or more than one voice.");
    }
    labels();
  }

  void labels() {
    const Facts& labels = facts_["labels"];
    double seconds = 0;
    for (const Facts& label : labels) seconds += label["seconds"].get<double>();
    if (labels.size() < 2 || seconds <= 0) return;
    const double first = labels.front()["seconds"].get<double>() / seconds,
                 last = labels.back()["seconds"].get<double>() / seconds;
    if (first > 3.0 / static_cast<double>(labels.size()) || first > 0.7)
      say("labels", false, "\u201c", labels.front()["label"].get<std::string>(), "\u201d makes ",
          percent(first), " of the labelled sound.");
    if (last < 0.2 / static_cast<double>(labels.size()))
      say("labels", false, "There is hardly any \u201c", labels.back()["label"].get<std::string>(),
          "\u201d: ", time_words(labels.back()["seconds"]), ".");
    std::string untested;
    for (const Facts& label : labels) {
      if (label["test"] == 0) untested += (untested.empty() ? "" : ", ") + label["label"].get<std::string>();
    }
    if (!untested.empty()) say("labels", false, "Not in the test: ", untested, ".");
  }

  void mostly(const char* about, const char* name, double limit, const char* advice) {
    double total = 0;
    for (const Facts& row : facts_[about]) total += row["count"].get<double>();
    if (facts_[about].empty() || total < 5) return;
    const double share = facts_[about].front()["count"].get<double>() / total;
    const std::string value = facts_[about].front()[name];
    if (value == "unknown" || share < limit) return;
    say(about, false, share == 1 ? "All files are in " : cat("Mostly in ", ""), value,
        share == 1 ? "" : cat(" (", percent(share), ")"), ": ", advice);
  }

  void notes() {
    pitch_range(12);
    const Facts& velocity = facts_["velocity"];
    const double soft = number(velocity, "p5"), loud = number(velocity, "p95");
    if (soft == loud)
      say("velocity", false, "All notes have one velocity (", num(soft),
          "): the model will learn no accents.");
    const Facts& grid = facts_["grid"];
    if (grid["notes"].get<double>() > 0 && grid["off_grid"] == 0)
      say("grid", false,
          "Every note lies exactly on the grid: the files are scores, not performances; there is no groove "
          "to learn.");
    mostly("metres", "metre", 0.8, "other metres will come out wrong.");
    mostly("keys", "key", 0.5, "transpose to hear other keys.");
    const Facts& tempi = facts_["tempi"];
    const double known = tempi["known"], at_120 = tempi["at_120"];
    if (known >= 5 && at_120 > 0.8 * known)
      say("tempi", false, percent(at_120 / known),
          " of the files say 120 beats a minute, which is what a file says that was given no tempo.");
    for (const Facts& shared : facts_["shared"]) {
      const std::string kind = shared["kind"];
      if (shared["windows"].get<bool>()) {
        if (shared["share"].get<double>() > 0.2)
          say("shared", false, percent(shared["share"]), " of the different ", kind,
              " stand both in the training and in what is held out.");
        continue;
      }
      const Facts& pair = shared["pairs"].front();
      say("shared", true, "Train and test hold the same tune ", plural(shared["examples"], "time"),
          " among the ", kind, " (", pair["train"].get<std::string>(), " and ",
          pair["held_out"].get<std::string>(), "): the test is easier than new music.");
    }
    for (const Facts& examples : facts_["examples"]) {
      const double originals = examples["examples"].get<double>() - examples["transposed"].get<double>();
      const std::string kind = examples["kind"];
      if (originals > 0 && examples["repeats"].get<double>() > 0.2 * originals)
        say("repeats", false, percent(examples["repeats"].get<double>() / originals), " of the ", kind,
            " repeat another one note by note.");
      if (examples["train"].get<double>() < 100)
        say("examples", examples["train"].get<double>() < 20, "Only ", plural(examples["train"], "example"),
            " of ", kind, " to train on.");
    }
    if (facts_["examples"].empty()) say("examples", true, "No examples came out of these files.");
  }

  void cleanness() {
    const double left = facts_["counts"]["left_out"], items = facts_["counts"]["items"];
    if (left > 0.3 * items)
      say("cleanness", false, percent(left / items), " of what was found is left out as ",
          midi_ ? "repeats of others or without use." : "not clean.");
    for (const Facts& lost : facts_["cleanness"]["mostly_lost"]) {
      say("cleanness", false, lost["left_out"].get<std::size_t>(), " of the ",
          lost["items"].get<std::size_t>(), " items of ", lost["folder"].get<std::string>(),
          " are left out: look at why below, and listen.");
    }
    const std::size_t unclean = facts_["cleanness"]["kept_all_the_same"];
    if (unclean > 0)
      say("cleanness", false, plural(unclean, "item"), unclean == 1 ? " is" : " are",
          " not clean but kept all the same.");
    const std::size_t skipped = facts_["counts"]["skipped"];
    if (skipped > 0)
      say("skipped", false, plural(skipped, "file"), " gave nothing; they are listed at the end.");
    if (facts_.contains("unreadable"))
      say("unreadable", true, plural(facts_["unreadable"].size(), "file"),
          " of the set cannot be read: ", facts_["unreadable"][0]["reason"].get<std::string>());
  }

  const Facts& facts_;
  bool midi_;
  Facts list_ = Facts::array();
};

}  // namespace

Facts warnings(const Facts& facts) {
  return Warnings(facts).all();
}

}  // namespace continuo::data
