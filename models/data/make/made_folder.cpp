#include "models/data/make/made_folder.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "models/data/progress.h"
#include "models/data/set.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr double kTruthStep_s = 0.005;

// A comma, a quote or a line's end needs quotes.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted(1, '"');
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

// Continues a folder only with what it was begun with; more minutes add files.
void check_settings(const MakeOptions& options) {
  const fs::path file = options.out / "make.json";
  const nlohmann::json mine = {{"name", options.name}, {"seed", options.seed}};
  if (fs::exists(file)) {
    std::ifstream in(file);
    const nlohmann::json there = nlohmann::json::parse(in, nullptr, false);
    if (there != mine) {
      throw std::runtime_error(file.string() + ": this folder was made as " + there.dump() + ", not as " +
                               mine.dump() + "; give another --out");
    }
  } else if (fs::exists(options.out) && !fs::is_empty(options.out)) {
    throw std::runtime_error(options.out.string() +
                             ": holds files that data make did not write; give another --out");
  }
  fs::create_directories(options.out);
  data::write_file(file, mine.dump() + "\n");
}

std::string readme(const About& about, const MakeOptions& options) {
  std::string text = "# " + about.title + "\n\n" + about.what + "\n\nsource: " + about.title;
  text += "\nlicence: " + about.licence + "\nattribution: " + about.attribution;
  text += "\n\nMade by `continuo-train data make " + options.name + " --seed " + std::to_string(options.seed);
  text += "`; the same command makes the same files.\n";
  if (!about.notes.empty()) text.append("\n").append(about.notes).append("\n");
  return text;
}

}  // namespace

int make_files(const MakeOptions& options, const About& about, const std::vector<std::string>& columns,
               const std::vector<Job>& jobs, const std::atomic<bool>& stop) {
  check_settings(options);
  data::write_file(options.out / "README.md", readme(about, options));
  std::mutex mutex;
  std::vector<std::string> failures;
  {
    data::Progress progress("making " + options.name, jobs.size(), "files");
    std::atomic<std::size_t> next = 0;
    std::size_t done = 0;
    const auto work = [&] {
      for (;;) {
        const std::size_t i = next++;
        if (stop || i >= jobs.size()) return;
        const fs::path file = options.out / jobs[i].file;
        std::string failure;
        try {
          fs::create_directories(file.parent_path());
          if (!fs::exists(file)) jobs[i].make(file);
        } catch (const std::exception& error) {
          failure = jobs[i].file + ": " + error.what();
        }
        const std::lock_guard lock(mutex);
        if (!failure.empty()) failures.push_back(failure);
        progress.at(++done);
      }
    };
    std::thread other(work);
    work();
    other.join();
  }
  std::string labels = "file";
  for (const std::string& column : columns) labels.append(1, ',').append(cell(column));
  labels += "\n";
  std::size_t there = 0;
  for (const Job& job : jobs) {
    if (!fs::exists(options.out / job.file)) continue;
    ++there;
    labels += cell(job.file);
    for (const std::string& label : job.labels) labels.append(1, ',').append(cell(label));
    labels += "\n";
  }
  data::write_file(options.out / "labels.csv", labels);
  std::sort(failures.begin(), failures.end());
  for (const std::string& failure : failures) std::fprintf(stderr, "left out: %s\n", failure.c_str());
  std::printf("%s: %zu of %zu files, licence %s\n", options.out.c_str(), there, jobs.size(),
              about.licence.c_str());
  if (stop) {
    std::puts("Stopped; the same command goes on from here.");
    return 130;
  }
  return there > 0 ? 0 : 1;
}

void write_flac(const fs::path& file, std::span<const float> samples, int sample_rate) {
  float peak = 0;
  for (const float v : samples) peak = std::max(peak, std::abs(v));
  const double full = 8388607.0 * (peak > 0.99f ? 0.99 / peak : 1.0);
  std::vector<int> whole(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    whole[i] = static_cast<int>(std::lround(samples[i] * full)) * 256;
  }
  const fs::path part = file.string() + ".part";
  SF_INFO info = {};
  info.samplerate = sample_rate;
  info.channels = 1;
  info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
  {
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> handle(sf_open(part.c_str(), SFM_WRITE, &info),
                                                             sf_close);
    if (!handle) throw std::runtime_error(part.string() + ": cannot be written: " + sf_strerror(nullptr));
    const auto frames = static_cast<sf_count_t>(whole.size());
    if (sf_writef_int(handle.get(), whole.data(), frames) != frames) {
      throw std::runtime_error(part.string() + ": could not be written whole (disk full?)");
    }
  }
  fs::rename(part, file);
}

void write_truth(const fs::path& audio_file, const Gesture& gesture) {
  const fs::path folder = audio_file.parent_path() / "truth";
  fs::create_directories(folder);
  std::string text = "time_s,f0_hz,voiced,gain_db\n";
  const auto frames = static_cast<std::size_t>(gesture.seconds() / kTruthStep_s) + 1;
  char line[96];
  for (std::size_t j = 0; j < frames; ++j) {
    const double t = static_cast<double>(j) * kTruthStep_s, hz = f0_at(gesture, t);
    std::snprintf(line, sizeof line, "%.3f,%.3f,%d,%.2f\n", t, hz, hz > 0 ? 1 : 0, db_at(gesture, t));
    text += line;
  }
  data::write_file(folder / (audio_file.stem().string() + ".csv"), text);
}

}  // namespace continuo::make
