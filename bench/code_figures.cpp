// What the codes of the technique voice tell, on sounds that it never heard, by the packed encoder and
// decoder.
//
// The technique singer (models/data/make/singer.h) sings anew: by two voices and on two vowels that were
// never trained on (what the codes tell), and by voices that were, new phrases (what the codes are worth).
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "bench/figures.h"
#include "bench/process.h"
#include "bench/shipped_model.h"
#include "bench/stage_sound.h"
#include "models/data/audio/a_weighting.h"
#include "models/data/make/singer.h"
#include "models/ddsp/dataset.h"
#include "models/ddsp/inference/encoder.h"
#include "models/ddsp/spectral_loss.h"

namespace continuo::bench {

namespace {

constexpr const char* kTechniqueModel = "techniques";
constexpr uint64_t kSeed = 20261123;  // not that of the training set
constexpr double kSeconds = 4;        // of a phrase
constexpr float kSounding_db = -50;
constexpr float kSet_db = -20;  // the training set's loudness, A-weighted

// What was sung, and the codes that the encoder hears in it.
struct Sung {
  ddsp::Clip clip;
  std::string technique, vowel, voice;
  std::vector<int> codes;      // one each `pool` frames
  std::vector<bool> sounding;  // likewise
  // After each code whose last second sounds:
  std::vector<std::vector<float>> shares;  // of the codes in that second
  std::vector<std::string> read;           // the likeliest name, as live input is told
};

void to_set_loudness(std::vector<float>& audio, int rate) {
  std::vector<float> weighted = audio;
  data::AWeighting(rate).process(weighted);
  const auto block = static_cast<size_t>(rate / 10);
  std::vector<double> powers;
  for (size_t at = 0; at + block <= weighted.size(); at += block) {
    double sum = 0;
    for (size_t i = 0; i < block; ++i) sum += static_cast<double>(weighted[at + i]) * weighted[at + i];
    powers.push_back(sum / static_cast<double>(block));
  }
  const double loudest = *std::max_element(powers.begin(), powers.end());
  double sum = 0, count = 0;
  for (const double power : powers) {
    if (power > 0.01 * loudest) sum += power, ++count;
  }
  const auto gain = static_cast<float>(std::sqrt(std::pow(10, kSet_db / 10) / (sum / count)));
  for (float& x : audio) x *= gain;
}

Sung sing(const make::SingerVoice& voice, make::Technique technique, make::Vowel vowel, int take,
          const ddsp::Config& config) {
  check_interrupt();
  Sung sung;
  sung.technique = name_of(technique);
  sung.vowel = name_of(vowel);
  sung.voice = voice.name;
  const std::string name = sung.technique + "-" + sung.vowel + "-" + sung.voice + "-" + std::to_string(take);
  make::Random random(kSeed, name);
  const make::Gesture gesture = compose_singing(technique, voice, kSeconds, random);
  std::vector<float> audio =
      make::sing(gesture, technique, voice, vowel, config.sample_rate, kSeed + static_cast<uint64_t>(take));
  to_set_loudness(audio, config.sample_rate);
  ddsp::DatasetSpec spec;
  spec.sample_rate = config.sample_rate;
  spec.hop = config.hop;
  spec.harmonics = config.harmonics;
  spec.noise_bands = config.noise_bands;
  sung.clip = ddsp::make_clip(name, "", std::move(audio), spec);
  return sung;
}

void hear(Sung& sung, ddsp::StreamingEncoder& encoder, const ddsp::Config& config) {
  const ddsp::Space& space = config.spaces[static_cast<size_t>(config.encoder.space)];
  const auto length = static_cast<size_t>(encoder.window_samples()), half = length / 2;
  std::vector<float> padded(sung.clip.audio.size() + length, 0.0f);
  std::copy(sung.clip.audio.begin(), sung.clip.audio.end(), padded.begin() + static_cast<long>(half));
  const auto second = static_cast<size_t>(std::lround(config.frame_rate_hz() / config.encoder.pool));
  const auto middle = static_cast<size_t>(config.encoder.pool / 2);
  encoder.reset();
  for (size_t j = 0; j < sung.clip.frames(); ++j) {
    const std::span<const float> window(padded.data() + j * static_cast<size_t>(config.hop), length);
    const int code = encoder.hear(window, sung.clip.midi[j], sung.clip.db[j], sung.clip.voiced[j] != 0);
    if (code < 0) continue;
    sung.codes.push_back(code);
    sung.sounding.push_back(sung.clip.db[j + 1 - middle] > kSounding_db);
    if (sung.codes.size() < second) continue;
    if (!std::all_of(sung.sounding.end() - static_cast<long>(second), sung.sounding.end(),
                     [](bool b) { return b; }))
      continue;
    std::vector<float> shares(static_cast<size_t>(space.codes), 0.0f);
    for (auto code_at = sung.codes.end() - static_cast<long>(second); code_at != sung.codes.end(); ++code_at)
      shares[static_cast<size_t>(*code_at)] += 1.0f / static_cast<float>(second);
    sung.shares.push_back(std::move(shares));
    const auto names = encoder.names();
    const auto likeliest = std::max_element(names.begin(), names.end()) - names.begin();
    sung.read.push_back(space.entries[static_cast<size_t>(likeliest)].name);
  }
}

// A linear probe (softmax regression, gradient descent) on the shares of codes in a second: percent of the
// seconds of `test` whose technique it reads when it was fitted to `train`.
double probe_percent(const std::vector<Sung>& train, const std::vector<Sung>& test, size_t codes) {
  constexpr size_t kNames = make::kTechniques.size();
  constexpr int kSteps = 600;
  constexpr double kRate = 20, kDecay = 1e-4;
  const auto number = [](const Sung& sung) {
    size_t n = 0;
    while (name_of(make::kTechniques[n]) != sung.technique) ++n;
    return n;
  };
  std::vector<double> weights(kNames * (codes + 1), 0.0);  // the last of each row is the bias
  const auto scores = [&](const std::vector<float>& shares) {
    std::array<double, kNames> out{};
    for (size_t n = 0; n < kNames; ++n) {
      const double* row = weights.data() + n * (codes + 1);
      out[n] = row[codes];
      for (size_t k = 0; k < codes; ++k) out[n] += row[k] * static_cast<double>(shares[k]);
    }
    return out;
  };
  double rows = 0;
  for (const Sung& sung : train) rows += static_cast<double>(sung.shares.size());
  for (int step = 0; step < kSteps; ++step) {
    std::vector<double> gradient(weights.size(), 0.0);
    for (const Sung& sung : train) {
      const size_t right = number(sung);
      for (const auto& shares : sung.shares) {
        std::array<double, kNames> p = scores(shares);
        const double most = *std::max_element(p.begin(), p.end());
        double sum = 0;
        for (double& x : p) sum += x = std::exp(x - most);
        for (size_t n = 0; n < kNames; ++n) {
          const double error = p[n] / sum - (n == right ? 1 : 0);
          double* row = gradient.data() + n * (codes + 1);
          for (size_t k = 0; k < codes; ++k) row[k] += error * static_cast<double>(shares[k]);
          row[codes] += error;
        }
      }
    }
    for (size_t i = 0; i < weights.size(); ++i)
      weights[i] -= kRate * (gradient[i] / rows + kDecay * weights[i]);
  }
  double right = 0, all = 0;
  for (const Sung& sung : test) {
    for (const auto& shares : sung.shares) {
      const auto p = scores(shares);
      right += static_cast<size_t>(std::max_element(p.begin(), p.end()) - p.begin()) == number(sung);
      ++all;
    }
  }
  return all > 0 ? 100 * right / all : 0;
}

double entropy(const std::map<int, double>& counts) {
  double sum = 0, entropy = 0;
  for (const auto& [key, count] : counts) sum += count;
  for (const auto& [key, count] : counts) entropy -= count / sum * std::log(count / sum);
  return entropy;
}

// Of code and label over all codes that sound: 2 I / (H + H).
double mutual_information(const std::vector<Sung>& all, std::string Sung::*label) {
  std::map<int, double> codes, labels, pairs;
  std::map<std::string, int> numbers;
  for (const Sung& sung : all) {
    const int number = numbers.try_emplace(sung.*label, static_cast<int>(numbers.size())).first->second;
    for (size_t i = 0; i < sung.codes.size(); ++i) {
      if (!sung.sounding[i]) continue;
      ++codes[sung.codes[i]], ++labels[number], ++pairs[number * 1000 + sung.codes[i]];
    }
  }
  const double of_codes = entropy(codes), of_labels = entropy(labels);
  return 2 * (of_codes + of_labels - entropy(pairs)) / (of_codes + of_labels);
}

// [frames, space_size()]: voice and vowel by name, the codes as heard or the zero vector in their place.
std::vector<float> conditioning(const ddsp::Model& model, const Sung& sung, bool codes) {
  const ddsp::Config& config = model.config();
  const std::pair<std::string, std::string> known[] = {{"voice", sung.voice}, {"vowel", sung.vowel}};
  std::vector<float> rows = space_rows(model, sung.clip.frames(), known);
  if (!codes) return rows;
  const int learned = config.encoder.space;
  size_t first = 0;
  for (int s = 0; s < learned; ++s) first += static_cast<size_t>(config.spaces[static_cast<size_t>(s)].size);
  const auto size = static_cast<size_t>(config.spaces[static_cast<size_t>(learned)].size);
  const auto pool = static_cast<size_t>(config.encoder.pool),
             width = static_cast<size_t>(config.space_size());
  for (size_t j = 0; j < sung.clip.frames() && !sung.codes.empty(); ++j) {
    const size_t at = std::min(j / pool, sung.codes.size() - 1);
    const float* code = model.codebook(learned).data() + static_cast<size_t>(sung.codes[at]) * size;
    std::copy(code, code + size, rows.data() + j * width + first);
  }
  return rows;
}

}  // namespace

std::vector<Row> measure_codes(const Settings&) {
  const auto file = find_shipped_model(kTechniqueModel);
  if (!file) throw Absent("models/trained/techniques.safetensors does not exist");
  const io::Safetensors tensors = io::Safetensors::read(file->string());
  const auto model = ddsp::Model::from(tensors);
  const ddsp::Config& config = model->config();
  ddsp::StreamingEncoder encoder(tensors, config);

  // Sung anew by those that it was trained on, and by those that it was not.
  std::vector<Sung> seen, unseen;
  for (const make::SingerVoice& voice : make::singer_voices()) {
    const bool known_voice = std::string(voice.name) != "baritone" && std::string(voice.name) != "mezzo";
    for (const make::Technique technique : make::kTechniques) {
      for (const make::Vowel vowel : make::kVowels) {
        const bool known_vowel = vowel != make::Vowel::ae && vowel != make::Vowel::uh;
        if (known_voice != known_vowel) continue;
        for (int take = 0; take < (known_voice ? 1 : 3); ++take)
          (known_voice ? seen : unseen).push_back(sing(voice, technique, vowel, take, config));
      }
    }
  }
  std::map<int, double> usage;
  double right = 0, reads = 0;
  for (Sung& sung : unseen) {
    hear(sung, encoder, config);
    for (size_t i = 0; i < sung.codes.size(); ++i) usage[sung.codes[i]] += sung.sounding[i] ? 1 : 0;
    for (const std::string& name : sung.read) right += name == sung.technique, ++reads;
  }
  double with = 0, without = 0;
  for (Sung& sung : seen) {
    hear(sung, encoder, config);
    const auto loss = [&](bool codes) {
      check_interrupt();
      return ddsp::multi_scale_spectral_loss(
          stage_sound(model, sung.clip.midi, sung.clip.db, conditioning(*model, sung, codes)),
          sung.clip.audio);
    };
    with += loss(true) / static_cast<double>(seen.size());
    without += loss(false) / static_cast<double>(seen.size());
  }

  const ddsp::Space& space = config.spaces[static_cast<size_t>(config.encoder.space)];
  std::vector<Row> rows(5);
  for (Row& row : rows) row.better = Better::kMore;
  rows[0].value = std::exp(entropy(usage));
  rows[0].note = text("of %d; two voices and two vowels that it never heard, %zu phrases; goal: %.1f",
                      space.codes, unseen.size(), space.codes / 3.0);
  rows[1].value = probe_percent(seen, unseen, static_cast<size_t>(space.codes));
  rows[1].note = text(
      "%.0f seconds of the same, by a linear probe fitted to %zu phrases of the others; as live input is "
      "told: "
      "%.1f; chance 12.5; goal: 70",
      reads, seen.size(), 100 * right / std::max(1.0, reads));
  rows[2].value = mutual_information(unseen, &Sung::technique);
  rows[2].note = "goal: above vq_vowel_nmi";
  rows[3].better = Better::kLess;
  rows[3].value = mutual_information(unseen, &Sung::vowel);
  rows[4].value = without - with;
  rows[4].note = text(
      "%.2f with codes, %.2f with the zero vector; %zu new phrases of voices and vowels that it knows; "
      "goal: 0.8",
      with, without, seen.size());
  return rows;
}

}  // namespace continuo::bench
