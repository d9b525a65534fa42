// The `continuo` command: plays, renders, lists, talks OSC.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "engine/cli/commands.h"
#include "engine/midi/hub.h"

namespace {

using namespace continuo;

std::filesystem::path program_path(const char* argv0) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::absolute(argv0) : path;
}

int list_all_devices() {
  std::fputs(describe_devices(list_devices()).c_str(), stdout);
  for (const std::string& input : midi::list_inputs()) std::printf("midi input  %s\n", input.c_str());
  return 0;
}

// continuo-bench and continuo-train need LibTorch, so they are programs of their own beside this one.
int run_beside(const std::filesystem::path& program, const std::string& name,
               const std::vector<std::string>& arguments) {
  const std::string path = (program.parent_path() / name).string();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  throw std::runtime_error(name + " is not built yet: `./run " + name.substr(name.find('-') + 1) +
                           "` fetches what it needs and builds it");
}

void add_device_options(CLI::App& app, cli::PlayOptions& options) {
  app.add_option("--audio", options.device.api,
                 "audio API: jack, pulse, alsa or null (default: the first that works)")
      ->check(CLI::IsMember({"jack", "pulse", "alsa", "null"}));
  app.add_option("--device", options.device.device,
                 "part of the device's name, as `continuo devices` lists it");
  app.add_option("--rate", options.device.rate, "sample rate in Hz (default: the device's)")
      ->check(CLI::Range(22050, 192000));
  app.add_option("--block", options.device.block, "frames a block, 32..2048 (JACK decides itself)")
      ->check(CLI::Range(32, 2048))
      ->capture_default_str();
  app.add_option("--outputs", options.device.outputs, "output channels")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--inputs", options.device.inputs,
                 "input channels, for DDSP parts that listen (/part/N/input/channel)")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
}

int run(int argc, char** argv) {
  CLI::App app{"Continuo plays neural instruments over Open Sound Control. Without a command it plays."};
  app.set_version_flag("--version", "continuo " CONTINUO_VERSION);
  app.require_subcommand(0, 1);

  cli::PlayOptions play;
  add_device_options(app, play);
  app.add_option("--session", play.session, "session to open (a name in the library)")->capture_default_str();
  app.add_option("--listen", play.listen, "address for OSC: 127.0.0.1, or 0.0.0.0 for the network")
      ->capture_default_str();
  app.add_option("--osc-port", play.osc_port, "UDP and TCP port for OSC, 0: any free one")
      ->capture_default_str();
  const CLI::Option* midi =
      app.add_option("--midi", play.midi,
                     "part of the MIDI inputs' names, all or none; given here, it holds "
                     "whatever the session says, until /midi/select")
          ->capture_default_str();
  app.add_option("--feedback", play.feedback, "permanent listener HOST:PORT[,slow] (may be repeated)");
  app.add_flag("--quiet", play.quiet, "print only errors");

  CLI::App* devices = app.add_subcommand("devices", "list audio devices and MIDI inputs");

  cli::RenderOptions render;
  CLI::App* render_command =
      app.add_subcommand("render", "play a score into a WAV file, faster than real time");
  render_command->add_option("score", render.score, "score: text, or scsynth's binary form")->required();
  render_command->add_option("out", render.out, "WAV file to write")->required();
  render_command->add_option(
      "--input", render.input,
      "sound file that parts with /part/N/input/channel 1 hear, from the score's beginning");
  render_command->add_option("--rate", render.rate, "sample rate in Hz")
      ->check(CLI::Range(22050, 192000))
      ->capture_default_str();
  render_command->add_option("--block", render.block, "frames a block; it changes no sample")
      ->check(CLI::Range(1, 2048))
      ->capture_default_str();
  render_command->add_option("--outputs", render.outputs, "channels")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  render_command->add_option("--tail", render.tail_seconds, "seconds after the last message")
      ->check(CLI::Range(0.0, 600.0))
      ->capture_default_str();

  cli::TransferOptions transfer;
  CLI::App* transfer_command =
      app.add_subcommand("transfer", "play a recording anew with a model's voice, faster than real time");
  transfer_command->add_option("in", transfer.in, "recording of one voice or instrument, in any format")
      ->required();
  transfer_command->add_option("out", transfer.out, "WAV file to write")->required();
  transfer_command->add_option("--model", transfer.model, "model of the library")->capture_default_str();
  transfer_command->add_option("--octave", transfer.octave, "octaves to add (default: fitted to the model)")
      ->check(CLI::Range(-4, 4));
  transfer_command->add_option("--gain", transfer.gain_db, "dB to add to the power that the model hears")
      ->check(CLI::Range(-40.0, 40.0))
      ->capture_default_str();
  transfer_command->add_flag("!--no-auto", transfer.automatic,
                             "leave level and octave as they were played, and breaths between notes");
  transfer_command->add_flag("--imitate", transfer.imitate,
                             "sing with the techniques that are heard, with a model that can tell them");
  transfer_command
      ->add_option("--send", transfer.messages,
                   "OSC message to the part, e.g. \"/part/1/vibrato/depth 30.0\" (may be repeated)")
      ->expected(1)
      ->take_all();
  transfer_command->add_option("--score", transfer.score, "write the score that was played, too");
  transfer_command->add_option("--rate", transfer.rate, "sample rate in Hz")
      ->check(CLI::Range(22050, 192000))
      ->capture_default_str();
  transfer_command->add_option("--block", transfer.block, "frames a block; it changes no sample")
      ->check(CLI::Range(1, 2048))
      ->capture_default_str();
  transfer_command->add_option("--tail", transfer.tail_seconds, "seconds after the recording's end")
      ->check(CLI::Range(0.0, 600.0))
      ->capture_default_str();

  cli::SingOptions sing;
  CLI::App* sing_command = app.add_subcommand(
      "sing", "sing f0 and level from a file (time_s,f0_hz,level_db) with a model's voice, or by itself");
  sing_command
      ->add_option("files", sing.files,
                   "CURVES.csv OUT.wav; or OUT.wav (OUT.csv: the curves alone) for what it sings by itself")
      ->required()
      ->expected(1, 2);
  sing_command->add_option("--model", sing.model, "voice: a DDSP model of the library")
      ->capture_default_str();
  sing_command->add_option("--song", sing.song, "song model of the library (default: folk-song)");
  sing_command->add_option("--minutes", sing.minutes, "how long it sings by itself")
      ->check(CLI::Range(0.01, 120.0))
      ->capture_default_str();
  sing_command->add_option("--seed", sing.seed, "another seed, another song")
      ->check(CLI::Range(1, 999999))
      ->capture_default_str();
  sing_command
      ->add_option("--send", sing.messages,
                   "OSC message to the part, e.g. \"/part/1/sing/density 0.5\" (may be repeated)")
      ->expected(1)
      ->take_all();
  sing_command->add_option("--rate", sing.rate, "sample rate in Hz")
      ->check(CLI::Range(22050, 192000))
      ->capture_default_str();
  sing_command->add_option("--block", sing.block, "frames a block; it changes no sample")
      ->check(CLI::Range(1, 2048))
      ->capture_default_str();

  cli::ModelOptions model;
  CLI::App* model_command = app.add_subcommand("model", "bring models of Magenta in, take ours out");
  model_command->require_subcommand(1);
  CLI::App* import_command =
      model_command->add_subcommand("import", "a MusicRNN checkpoint of @magenta/music into the library");
  import_command->add_option("folder", model.from, "config.json, weights_manifest.json and its shards")
      ->required();
  import_command->add_option("--name", model.name, "its name in the library (default: the folder's)");
  import_command->add_option("--source", model.source, "where it comes from, for the model file");
  import_command->add_option("--licence", model.licence, "its licence, likewise");
  CLI::App* export_command =
      model_command->add_subcommand("export", "a player's model as @magenta/music reads it");
  export_command->add_option("model", model.from, "its name in the library")->required();
  export_command->add_option("folder", model.to, "folder to write")->required();

  cli::OscOptions osc;
  CLI::App* osc_command = app.add_subcommand("osc", "talk to a running engine");
  osc_command->require_subcommand(1);
  osc_command->add_option("--host", osc.host, "where it runs")->capture_default_str();
  osc_command->add_option("--port", osc.port, "its OSC port")->capture_default_str();
  CLI::App* monitor = osc_command->add_subcommand("monitor", "print the traffic of a running engine");
  CLI::App* send = osc_command->add_subcommand("send", "send a message, print what comes back");
  double wait_seconds = 0.3;
  send->footer("MESSAGE: an address and arguments, e.g. /part/1/note 60 100; options come before it");
  send->prefix_command();
  for (CLI::App* tool : {monitor, send}) {
    tool->add_option("--host", osc.host, "where it runs")->capture_default_str();
    tool->add_option("--port", osc.port, "its OSC port")->capture_default_str();
  }
  send->add_option("--wait", wait_seconds, "seconds to wait for replies")->capture_default_str();

  CLI::App* bench = app.add_subcommand("bench", "measure this machine and engine (continuo-bench)");
  CLI::App* train = app.add_subcommand("train", "train a model (continuo-train)");
  for (CLI::App* beside : {bench, train}) {
    beside->prefix_command();
    beside->set_help_flag();
  }

  CLI11_PARSE(app, argc, argv);
  play.midi_given = midi->count() > 0;
  const std::filesystem::path program = program_path(argv[0]);
  if (bench->parsed()) return run_beside(program, "continuo-bench", bench->remaining());
  if (train->parsed()) return run_beside(program, "continuo-train", train->remaining());
  if (devices->parsed()) return list_all_devices();
  if (monitor->parsed()) return cli::osc_monitor(osc);
  if (send->parsed()) {
    std::string message;
    for (const std::string& word : send->remaining()) message += (message.empty() ? "" : " ") + word;
    return cli::osc_send(osc, message, wait_seconds);
  }
  const session::LibraryFolders folders = session::LibraryFolders::find(program);
  if (import_command->parsed()) return cli::import_model(model, folders);
  if (export_command->parsed()) return cli::export_model(model, folders);
  if (render_command->parsed()) return cli::render(render, folders);
  if (transfer_command->parsed()) return cli::transfer(transfer, folders);
  if (sing_command->parsed()) return cli::sing(sing, folders);
  return cli::play(play, folders);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "continuo: %s\n", error.what());
    return 1;
  }
}
