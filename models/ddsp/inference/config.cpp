// Reading a DDSP model's config, see config.h.
#include "models/ddsp/inference/config.h"

#include <algorithm>
#include <cmath>

#include "models/ddsp/inference/config_object.h"
#include "models/ddsp/inference/control_frame.h"
#include "models/ddsp/inference/space_config.h"

namespace continuo::ddsp {
namespace {

using io::Error;
using nlohmann::json;

template <int N>
void check_rising(const float (&values)[N], const std::string& where) {
  if (!std::is_sorted(values, values + N))
    throw Error(where + " must not decrease from one quantile to the next");
}

PowerQuantiles power_quantiles(const Object& at) {
  const auto db = [&](const char* key) { return at.number(key, -200, 60); };
  const PowerQuantiles q{db("p5"), db("p10"), db("p25"), db("p50"), db("p75"), db("p90"), db("p95")};
  check_rising({q.p5, q.p10, q.p25, q.p50, q.p75, q.p90, q.p95}, at.where);
  return q;
}

PitchQuantiles pitch_quantiles(const Object& at) {
  const auto midi = [&](const char* key) { return at.number(key, -20, 160); };
  const PitchQuantiles q{midi("p1"), midi("p5"), midi("p50"), midi("p95"), midi("p99")};
  check_rising({q.p1, q.p5, q.p50, q.p95, q.p99}, at.where);
  return q;
}

NoteLevel note_level(const Object& at) {
  NoteLevel level;
  level.centre_db = at.number("centre_db", -200, 60);
  level.onset_db = at.numbers("onset_db", -200, 60);
  level.onset_cents = at.numbers("onset_cents", -2400, 2400);
  level.sustain_drift_db_per_s = at.number_or("sustain_drift_db_per_s", -200, 200, 0);
  level.fluctuation_db = at.number_or("fluctuation_db", 0, 60, 0);
  level.fluctuation_cents = at.number_or("fluctuation_cents", 0, 2400, 0);
  level.fluctuation_hz = at.number_or("fluctuation_hz", 0, 100, level.fluctuation_hz);
  level.release_db = at.numbers("release_db", -200, 60);
  return level;
}

std::vector<NoteRegister> note_registers(const Object& notes) {
  std::vector<NoteRegister> registers;
  if (!notes.has("registers")) return registers;
  const json& list = notes.value["registers"];
  if (!list.is_array() || list.size() > 128)
    throw Error(notes.path("registers") + " must be a list of at most 128");
  for (const auto& entry : list) {
    const Object at(entry, notes.path("registers") + "[" + std::to_string(registers.size()) + "]");
    NoteRegister one;
    one.centre_midi = at.number("centre_midi", -20, 160);
    one.note_power_db = power_quantiles(at.object("note_power_db"));
    const json& levels = at.get("levels");
    if (!levels.is_array() || levels.empty() || levels.size() > 64)
      throw Error(at.path("levels") + " must be a list of 1 to 64");
    for (const auto& level : levels)
      one.levels.push_back(
          note_level({level, at.path("levels") + "[" + std::to_string(one.levels.size()) + "]"}));
    for (std::size_t i = 1; i < one.levels.size(); ++i)
      if (!(one.levels[i - 1].centre_db < one.levels[i].centre_db))
        throw Error(at.path("levels") + " must stand in rising order of centre_db");
    if (!registers.empty() && !(registers.back().centre_midi < one.centre_midi))
      throw Error(notes.path("registers") + " must stand in rising order of centre_midi");
    registers.push_back(std::move(one));
  }
  return registers;
}

void check_format(const Object& config) {
  const std::string format = config.text("format", "");
  const std::string kind = config.text("kind", "");
  const std::string family = "continuo/";
  if (format.rfind(family, 0) != 0)
    throw Error(config.where + ": format is \"" + format + "\"; a Continuo model says \"" + kFormat + "\"");
  if (format != kFormat)
    throw Error(config.where + ": format \"" + format +
                "\" is newer than this Continuo, which reads up to \"" + kFormat +
                "\"; update Continuo to play it");
  if (kind != "ddsp") throw Error(config.where + ": kind is \"" + kind + "\"; it must be \"ddsp\"");
}

// The control rate must fit every device rate: a divisor of 300 is one of 44100, 48000, 88200 and 96000.
void check_frame_rate(const Config& config, const std::string& where) {
  const int rate = config.sample_rate / config.hop;
  if (config.sample_rate % config.hop != 0 || rate < 100 || 300 % rate != 0)
    throw Error(where + ": sample_rate " + std::to_string(config.sample_rate) + " with hop " +
                std::to_string(config.hop) + " does not give 100, 150 or 300 control frames a second");
}

}  // namespace

Config parse_config(std::string_view json_text, const std::string& where) {
  const json parsed = io::parse_json(json_text, where);
  const Object at(parsed, where);
  check_format(at);

  Config config;
  config.name = at.text("name", "");
  config.sample_rate = at.whole("sample_rate", 8000, 192000);
  config.hop = at.whole("hop", 1, 1920);
  check_frame_rate(config, where);
  config.channels = at.whole("channels", 1, 1024);
  config.hidden = at.whole("hidden", 1, 2048);
  config.harmonics = at.whole("harmonics", 1, kMaximumHarmonics);
  config.noise_bands = at.whole("noise_bands", 2, kMaximumNoiseBands);
  const Object power = at.object("power");
  config.power_window = power.whole("window", 1, 65536);
  config.power_floor_db = power.number("floor_db", -200, 0);
  if (at.has("pitch")) config.pitch_json = at.object("pitch").value.dump();
  if (at.has("statistics")) {
    const Object statistics = at.object("statistics");
    if (statistics.has("pitch_midi")) config.pitch_midi = pitch_quantiles(statistics.object("pitch_midi"));
    if (statistics.has("note_power_db"))
      config.note_power_db = power_quantiles(statistics.object("note_power_db"));
  }
  if (at.has("notes")) config.registers = note_registers(at.object("notes"));
  config.spaces = parse_spaces(at);
  config.encoder = parse_encoder(at, config);
  config.source = at.text("source", "");
  config.licence = at.text("licence", "");
  return config;
}

Config read_config(const io::Safetensors& file) {
  const auto found = file.metadata().find("config");
  if (found == file.metadata().end())
    throw Error(file.file_name() + ": __metadata__ has no \"config\"; is this a Continuo model?");
  return parse_config(found->second, file.file_name() + ": config");
}

}  // namespace continuo::ddsp
