#include "models/ddsp/report.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "models/data/audio_file.h"
#include "models/ddsp/picture.h"
#include "models/ddsp/spectral_loss.h"

namespace continuo::ddsp {
namespace {

constexpr std::size_t kTrainSample = 24;  // recordings judged for the training loss

__attribute__((format(printf, 1, 2))) std::string text(const char* format, ...) {
  char buffer[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

const std::vector<Clip>& judged(const Dataset& data) {
  return data.held_out.empty() ? data.train : data.held_out;
}

}  // namespace

Report make_report(const Dataset& data, int sample_rate, int hop, const Renderer& model,
                   const Renderer& table) {
  Report report;
  report.sample_rate = sample_rate;
  report.hop = hop;
  report.train_recordings = data.train.size();
  for (const Clip& clip : data.train)
    report.train_minutes += static_cast<double>(clip.audio.size()) / sample_rate / 60;
  for (const Clip& clip : data.held_out) report.held_out.push_back(clip.name);
  report.model = evaluate(judged(data), sample_rate, hop, model);
  report.table = evaluate(judged(data), sample_rate, hop, table);
  const std::size_t stride = std::max<std::size_t>(1, data.train.size() / kTrainSample);
  int count = 0;
  for (std::size_t i = 0; i < data.train.size(); i += stride, ++count) {
    const Clip& clip = data.train[i];
    report.train_loss += multi_scale_spectral_loss(model(clip), clip.audio);
  }
  if (count > 0) report.train_loss /= count;
  return report;
}

std::vector<std::string> verdict(const Report& report) {
  std::vector<std::string> lines;
  const Evaluation &model = report.model, &table = report.table;
  const double gain = table.spectral_loss - model.spectral_loss;
  const bool trained = report.steps > 0;  // just now: what to do about it can be said
  const char* on = report.held_out.empty() ? "on its own training recordings (none could be held out)"
                                           : "on recordings that it never heard";
  lines.push_back(text("Spectral loss %.2f %s; a table without learning has %.2f.", model.spectral_loss, on,
                       table.spectral_loss));
  if (gain >= 0.5) {
    lines.push_back(text("Good: better than the table by %.2f.", gain));
  } else if (gain > 0) {
    lines.push_back(text("Fair: better than the table by only %.2f.%s", gain,
                         trained ? " More minutes, or more varied recordings, help." : ""));
  } else {
    lines.push_back(
        trained ? "Poor: no better than the table. Train longer; if that does not help, the recordings "
                  "may hold more than one instrument, or chords."
                : "Poor: no better than the table. These are not the sounds that it was trained on.");
  }
  if (model.spectral_loss > 8 && trained)
    lines.push_back("Undertrained: expect wind and noise. Continue with --resume --minutes.");
  if (!report.held_out.empty() && model.spectral_loss - report.train_loss > 1.5) {
    lines.push_back(text(
        "Overfitted: %.2f on training recordings, %.2f on others. More recordings help, more minutes do not.",
        report.train_loss, model.spectral_loss));
  }
  lines.push_back(text("Power is %.1f dB off on average%s", model.power_error_db,
                       model.power_error_db < 2 ? "."
                       : trained                ? ": dynamics will feel wrong; train longer."
                                                : ": dynamics will feel wrong."));
  const double noise = model.noise_model_db - model.noise_data_db;
  lines.push_back(text("Noise lies %.0f dB below the tone (recordings: %.0f dB)%s", -model.noise_model_db,
                       -model.noise_data_db,
                       noise > 6 ? (trained ? ": hissy; train longer." : ": hissy.")
                                 : (noise < -6 ? ": too clean, breath is missing." : ".")));
  lines.push_back(
      text("Pitch is within 10 cents in %.1f %% of voiced frames%s", model.within_10_cents,
           model.within_10_cents >= 95 ? "." : ": the tone is buried in noise or silent somewhere."));
  if (report.space) {
    const SpaceFigures& f = *report.space;
    lines.push_back(
        text("Codes of %s, on %d recordings never trained on: %.1f of %d in use (perplexity), %d never.",
             f.space.c_str(), f.clips, f.perplexity, f.codes, f.dead));
    if (f.labels > 1) {
      lines.push_back(
          text("One second of codes tells the %s in %.1f %% of cases (chance: %.1f %%); codes and %s share "
               "%.2f of their information, codes and %s %.2f.",
               f.space.c_str(), f.read_percent, 100.0 / f.labels, f.space.c_str(), f.label_nmi,
               f.other.c_str(), f.other_nmi));
    }
    lines.push_back(text("Spectral loss with codes %.2f, with the zero vector in their place %.2f.",
                         f.loss_with, f.loss_without));
  }
  if (report.skipped_steps > 0) {
    lines.push_back(text("%ld of %ld steps were left out because they were not numbers.",
                         report.skipped_steps, report.steps));
  }
  return lines;
}

std::vector<std::string> write_auditions(const Dataset& data, int sample_rate, const Renderer& model,
                                         const Renderer& table, const std::filesystem::path& folder,
                                         const std::filesystem::path& pictures, std::size_t most) {
  std::vector<const Clip*> clips;
  for (const Clip& clip : judged(data)) clips.push_back(&clip);
  const auto pitch = [](const Clip* clip) { return clip->midi[clip->frames() / 2]; };
  std::stable_sort(clips.begin(), clips.end(),
                   [&](const Clip* a, const Clip* b) { return pitch(a) < pitch(b); });
  std::filesystem::create_directories(folder);
  if (!pictures.empty()) std::filesystem::create_directories(pictures);
  std::vector<std::string> names;
  const std::size_t count = std::min(most, clips.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Clip& clip = *clips[(2 * i + 1) * clips.size() / (2 * count)];
    const std::vector<float> sounds[] = {clip.audio, model(clip), table(clip)};
    data::write_wav(folder / (clip.name + "_original.wav"), sounds[0], sample_rate);
    data::write_wav(folder / (clip.name + "_model.wav"), sounds[1], sample_rate);
    data::write_wav(folder / (clip.name + "_table.wav"), sounds[2], sample_rate);
    if (!pictures.empty()) write_spectrograms(pictures / (clip.name + ".png"), sounds);
    names.push_back(clip.name);
  }
  return names;
}

void write_card(const std::filesystem::path& file, const Report& report,
                const std::vector<std::pair<std::string, std::string>>& pictures) {
  const Evaluation &m = report.model, &t = report.table;
  std::ofstream out(file);
  out << "# " << report.name << "\n\n";
  out << text(
      "A DDSP model: pitch and power in, %d harmonics and %d noise bands out, at %d Hz with %d frames a "
      "second. "
      "%ld weights (width %d, GRU %d), stored as float16.\n\n",
      report.harmonics, report.noise_bands, report.sample_rate, report.sample_rate / report.hop,
      report.parameters, report.channels, report.hidden);
  out << "## Data\n\n" << (report.source.empty() ? "Source not given." : report.source) << "\n\n";
  out << "Licence: " << (report.licence.empty() ? "not given" : report.licence) << "\n\n";
  out << text(
      "Trained on %zu recordings, %.1f minutes (silence around them included). Held out, never trained on: "
      "%zu",
      report.train_recordings, report.train_minutes, report.held_out.size());
  if (!report.held_out.empty()) {
    out << " (";
    for (std::size_t i = 0; i < report.held_out.size(); ++i) out << (i ? ", " : "") << report.held_out[i];
    out << ")";
  }
  out << ".\n\n## Recipe\n\n";
  out << text("`continuo-train ddsp`: %ld steps in %.2f hours of one thread (wall clock, so at most as many ",
              report.steps, report.hours)
      << "core-hours). A warm start on measured harmonic amplitudes and noise bands, then the multi-scale "
      << "spectral loss (FFT sizes 2048 to 64, linear and log magnitudes, three sizes drawn a step). Adam, "
      << "gradient norm at most 3, averaged weights, the best on held-out recordings kept. "
      << report.augmentation << " The pitch that the network sees is off by "
      << text("%.1f semitones (standard deviation, one draw a crop), ", report.pitch_jitter)
      << "so that it learns what neighbouring notes share.\n\n";
  out << "## Figures\n\nOn the held-out recordings, by the same code as `continuo bench`:\n\n";
  out << "| | model | table without learning |\n|---|---|---|\n";
  out << text("| multi-scale spectral loss | %.2f | %.2f |\n", m.spectral_loss, t.spectral_loss);
  out << text("| power error, dB | %.2f | %.2f |\n", m.power_error_db, t.power_error_db);
  out << text("| loudness L1 (A-weighted), dB | %.2f | %.2f |\n", m.loudness_l1_db, t.loudness_l1_db);
  out << text("| f0 L1, semitones | %.3f | %.3f |\n", m.f0_l1_semitones, t.f0_l1_semitones);
  out << text("| f0 outliers, %% of recordings | %.1f | %.1f |\n", m.outliers_percent, t.outliers_percent);
  out << text("| frames whose pitch is lost, %% | %.1f | %.1f |\n", m.lost_frames_percent,
              t.lost_frames_percent);
  out << text("| f0 within 10 cents, %% of voiced frames | %.1f | %.1f |\n", m.within_10_cents,
              t.within_10_cents);
  out << text("| noise relative to the tone, dB (recordings: %.1f) | %.1f | %.1f |\n\n", m.noise_data_db,
              m.noise_model_db, t.noise_model_db);
  out << text(
      "Spectral loss on training recordings: %.2f. The table holds the mean harmonic and noise spectra of "
      "the "
      "training recordings by semitone and 3 dB of power, interpolated, through the same synthesis.\n\n",
      report.train_loss);
  for (const std::string& line : verdict(report)) out << "- " << line << "\n";
  if (!pictures.empty()) {
    out << "\n## Spectrograms\n\nTop to bottom: recording, model, table; 0 to " << report.sample_rate / 2000
        << " kHz, 90 dB.\n";
    for (const auto& [path, caption] : pictures)
      out << "\n" << caption << "\n\n![" << caption << "](" << path << ")\n";
  }
  if (!out.flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

}  // namespace continuo::ddsp
