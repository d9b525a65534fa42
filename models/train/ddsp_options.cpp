// The options of `continuo-train ddsp`.
#include <CLI/CLI.hpp>
#include <charconv>
#include <stdexcept>

#include "models/train/ddsp_command.h"

namespace continuo::train {
namespace {

// "NAME=VALUE".
std::pair<std::string, std::string> split_pair(const std::string& option, const std::string& text) {
  const auto at = text.find('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    throw CLI::ValidationError(option, "\"" + text + "\" must look like NAME=VALUE");
  return {text.substr(0, at), text.substr(at + 1)};
}

int whole_number(const std::string& option, const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || *end != 0 || value < least || value > most) {
    throw CLI::ValidationError(option, "\"" + text + "\" must be a whole number from " +
                                           std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

void add_space(ddsp::NetworkShape& shape, const std::string& option, const std::string& text) {
  const auto [name, number] = split_pair(option, text);
  const bool learned = option == "--codes";
  if (learned && shape.learned_space() != nullptr)
    throw CLI::ValidationError(option, "only one code space can be learned");
  ddsp::SpaceShape space;
  space.name = name;
  space.learned = learned;
  if (learned) {
    space.codes = whole_number(option, number, 2, 256);
    space.size = 8;
  } else {
    space.size = whole_number(option, number, 1, 32);
  }
  shape.spaces.push_back(space);
}

}  // namespace

void add_ddsp_command(CLI::App& app, DdspOptions& options) {
  auto& spec = options.spec;
  auto& shape = options.shape;
  auto* ddsp =
      app.add_subcommand("ddsp",
                         "An instrument that is played by pitch and power: one note at a time, best 10 "
                         "to 20 minutes of one instrument, one microphone, one room.");
  ddsp->add_option(
          "--data", options.data,
          "Data sets (of data audio), or folders or files with recordings (wav, flac, aiff, ogg, opus, mp3)")
      ->required();
  ddsp->add_option("--fine-tune", options.fine_tune,
                   "More of these, which the last part of the training draws from and which alone judge it");
  ddsp->add_option("--out", options.out, "Name of the model, or a path to its file")->required();
  ddsp->add_option("--minutes", spec.minutes, "Time to train")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  ddsp->add_option("--steps", spec.steps, "Steps to train, if that comes first")
      ->check(CLI::NonNegativeNumber);
  ddsp->add_option("--warm-minutes", spec.warm_minutes, "Time of the warm start")->capture_default_str();
  ddsp->add_option("--patience", spec.patience,
                   "Ends after so many checkpoints in a row without a better one (0: never)")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  ddsp->add_option("--sample-rate", shape.sample_rate, "Hz; 100 control frames a second at any rate")
      ->capture_default_str()
      ->check(CLI::IsMember({16000, 24000, 48000}));
  ddsp->add_option("--channels", shape.channels, "Width of the dense layers")
      ->capture_default_str()
      ->check(CLI::Range(8, 1024));
  ddsp->add_option("--hidden", shape.hidden, "Width of the GRU")
      ->capture_default_str()
      ->check(CLI::Range(8, 2048));
  ddsp->add_option("--harmonics", shape.harmonics, "Harmonics")
      ->capture_default_str()
      ->check(CLI::Range(1, 128));
  ddsp->add_option("--reverb", shape.reverb_s, "Length of the reverb that it learns of the room, s; 0: none")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 6.0));
  ddsp->add_option_function<std::vector<std::string>>(
      "--codes",
      [&](const std::vector<std::string>& all) {
        for (const std::string& text : all) add_space(shape, "--codes", text);
      },
      "TAG=COUNT: learns an alphabet of so many codes for what pitch and power do not tell (technique=32); "
      "recordings with that tag give the codes their names");
  ddsp->add_option_function<std::vector<std::string>>(
      "--table",
      [&](const std::vector<std::string>& all) {
        for (const std::string& text : all) add_space(shape, "--table", text);
      },
      "TAG=SIZE: one vector of that size for each value of a tag (voice=4)");
  ddsp->add_option_function<std::vector<std::string>>(
      "--unseen",
      [&](const std::vector<std::string>& all) {
        for (const std::string& text : all) options.unseen.insert(split_pair("--unseen", text));
      },
      "TAG=VALUE: recordings that only judge how well codes tell the tag (voice=mezzo)");
  ddsp->add_option_function<std::vector<std::string>>(
      "--default",
      [&](const std::vector<std::string>& all) {
        for (const std::string& text : all) options.defaults.insert(split_pair("--default", text));
      },
      "TAG=VALUE: what a part plays that was asked for nothing (voice=alto); without it the mean of all");
  ddsp->add_flag("!--no-augmentation", options.augment, "No detuned copies, no joined notes");
  ddsp->add_option("--detune", options.detune, "How far copies are detuned, semitones either way")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 4.0));
  ddsp->add_option("--copies", options.copies, "Detuned copies of each recording")
      ->capture_default_str()
      ->check(CLI::Range(0, 8));
  ddsp->add_option("--swell", options.swell_db,
                   "For recordings of one dynamic: copies swell by so many dB, duller as they are softer")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 40.0));
  ddsp->add_option("--rate", spec.rate, "Learning rate at the start")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  ddsp->add_option("--pitch-jitter", spec.pitch_jitter,
                   "How far off the pitch that the network sees is, semitones (standard deviation)")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3.0));
  ddsp->add_option("--seed", spec.seed, "Seed of weights, crops and noise")->capture_default_str();
  ddsp->add_option("--checkpoint-minutes", spec.checkpoint_minutes, "Time between checkpoints")
      ->capture_default_str();
  ddsp->add_option("--checkpoint", options.checkpoint, "Checkpoint file (default: in OUT.training)");
  ddsp->add_option("--source", options.source,
                   "Where the recordings come from, for the card and the model file");
  ddsp->add_option("--licence", options.licence, "Their licence, likewise");
  ddsp->add_flag("--resume", options.resume, "Continue from the checkpoint");
}

}  // namespace continuo::train
