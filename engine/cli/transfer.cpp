// `continuo transfer`: a recording, played anew by a model.
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "engine/audio/sound_file.h"
#include "engine/cli/commands.h"
#include "engine/cli/models.h"
#include "engine/session/score/score.h"
#include "engine/transfer/techniques.h"
#include "engine/transfer/transfer_score.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo::cli {
namespace {

void write_text(const session::Score& score, const std::string& path) {
  std::ofstream file(path);
  file << "# continuo score: a timbre transfer\nrate " << score.rate << '\n';
  for (const session::ScoreEvent& event : score.events)
    file << session::score_line(event.time.frame, event.packet);
  if (score.end) file << "end @" << score.end->frame << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void tell(const transfer::Performance& heard, const ddsp::Config& model) {
  if (heard.note_share == 0) {
    std::fprintf(stderr, "no note was heard: what comes out is silent\n");
    return;
  }
  std::fprintf(stderr, "%.0f %% of it are notes; octaves %+d, level %+.1f dB\n", 100 * heard.note_share,
               heard.octave, static_cast<double>(heard.level_db));
  if (heard.out_of_pitch > 0.02 && model.pitch_midi) {
    std::fprintf(stderr, "%.0f %% lie outside the pitches that %s was trained on (MIDI %.0f to %.0f)\n",
                 100 * heard.out_of_pitch, model.name.c_str(), static_cast<double>(model.pitch_midi->p1),
                 static_cast<double>(model.pitch_midi->p99));
  }
  if (heard.loud > 0.02) {
    std::fprintf(stderr, "%.0f %% are louder than what %s was trained on\n", 100 * heard.loud,
                 model.name.c_str());
  }
}

transfer::TechniqueNames names_of(const ddsp::Config& model) {
  const ddsp::Space& space = model.spaces[static_cast<size_t>(model.encoder.space)];
  transfer::TechniqueNames names{space.name, {}};
  for (const ddsp::SpaceEntry& entry : space.entries) names.entries.push_back(entry.name);
  return names;
}

void tell_techniques(const transfer::Performance& heard, const transfer::TechniqueNames& names) {
  std::vector<size_t> counts(names.entries.size(), 0);
  size_t sum = 0;
  for (const transfer::Moment& m : heard.moments) {
    if (m.technique >= 0) ++counts[static_cast<size_t>(m.technique)], ++sum;
  }
  if (sum == 0) return;
  std::fprintf(stderr, "%s:", names.space.c_str());
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0)
      std::fprintf(stderr, " %s %.0f %%", names.entries[i].c_str(), 100.0 * double(counts[i]) / double(sum));
  }
  std::fprintf(stderr, "\n");
}

}  // namespace

int transfer(const TransferOptions& options, const session::LibraryFolders& folders) {
  const session::ModelFile file = find_voice(options.model, folders);
  const auto model = ddsp::Model::load(file.path.string());
  const auto rate = static_cast<uint32_t>(model->config().sample_rate);
  const Sound sound = read_sound(options.in, {.rate = rate, .channels = 1});
  if (sound.frames() == 0) throw std::runtime_error(options.in + ": it holds no sound (0 samples)");

  const transfer::Fitting fitting{options.automatic, options.octave, options.gain_db};
  transfer::Performance heard = transfer::perform(sound.samples, model->config(), fitting);
  tell(heard, model->config());
  transfer::TechniqueNames names;
  if (options.imitate) {
    transfer::hear_techniques(sound.samples, *model, heard);
    names = names_of(model->config());
    tell_techniques(heard, names);
  }
  RenderOptions render_options;
  render_options.out = options.out;
  render_options.rate = options.rate;
  render_options.block = options.block;
  render_options.skip_frames = transfer::ahead_frames(options.rate);
  const double seconds = static_cast<double>(sound.frames()) / rate + options.tail_seconds;
  session::Score score =
      transfer::transfer_score(heard, file.name, options.rate, seconds, options.messages, names);
  if (!options.score.empty()) write_text(score, options.score);
  return render_score(std::move(score), render_options, folders);
}

}  // namespace continuo::cli
