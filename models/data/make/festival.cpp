#include "models/data/make/festival.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "models/data/audio_file.h"
#include "models/data/make/sources.h"
#include "models/data/scratch_folder.h"
#include "models/data/set.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr int kSungOctave = 12;    // it sounds so far below the named note
constexpr int kVoiceRate = 16000;  // of kal_diphone
constexpr int kLowest = 43, kHighest = 62;
constexpr std::array<const char*, 12> kWords = {"la",  "me",   "no",  "day", "sew", "far",
                                                "you", "moon", "sea", "low", "may", "row"};
constexpr std::array<const char*, 12> kNames = {"C",  "C#", "D",  "D#", "E",  "F",
                                                "F#", "G",  "G#", "A",  "A#", "B"};

std::string note_name(int midi) {
  return kNames[static_cast<std::size_t>(midi % 12)] + std::to_string(midi / 12 - 1);
}

}  // namespace

std::vector<Need> festival_needs() {
  return {{"text2wave", "festival"},
          {"/usr/share/festival/voices/english/kal_diphone", "festvox-kallpc16k"},
          {"/usr/share/festival/dicts/cmu", "festlex-cmu"},
          {"/usr/share/festival/dicts/wsj.wp39.poslexR", "festlex-poslex"}};
}

std::vector<SungNote> compose_song(int notes, Random& random) {
  constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
  constexpr std::array<double, 5> kBeats = {0.5, 0.5, 1, 1, 2};
  const int tonic = kLowest + random.below(8);
  std::vector<SungNote> song;
  int degree = random.below(7);
  for (int i = 0; i < notes; ++i) {
    SungNote note;
    note.midi = std::min(kHighest, tonic + kMajor[static_cast<std::size_t>(degree)]);
    note.beats = kBeats[static_cast<std::size_t>(random.below(5))];
    note.word = kWords[static_cast<std::size_t>(random.below(static_cast<int>(kWords.size())))];
    song.push_back(note);
    degree = std::clamp(degree + random.below(5) - 2, 0, 6);
    if (i % 6 == 5) song.push_back({0, 1, ""});
  }
  return song;
}

std::string festival_score(const std::vector<SungNote>& song) {
  std::string text =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE SINGING PUBLIC \"-//SINGING//DTD SINGING mark up//EN\" "
      "\"Singing.v0_1.dtd\" []>\n<SINGING BPM=\"60\">\n";
  for (const SungNote& note : song) {
    char beats[32];
    std::snprintf(beats, sizeof beats, "%.3f", note.beats);
    if (note.midi == 0) {
      text += std::string("<REST BEATS=\"") + beats + "\"></REST>\n";
    } else {
      text += std::string("<DURATION BEATS=\"") + beats + "\"><PITCH NOTE=\"" +
              note_name(note.midi + kSungOctave) + "\">" + note.word + "</PITCH></DURATION>\n";
    }
  }
  return text + "</SINGING>\n";
}

FestivalSong sing_by_festival(const std::vector<SungNote>& song, int sample_rate) {
  const data::ScratchFolder scratch;
  const fs::path score = scratch.path() / "song.xml", wav = scratch.path() / "song.wav";
  data::write_file(score, festival_score(song));
  run_or_throw({"text2wave", "-mode", "singing", score.string(), "-o", wav.string()});
  FestivalSong out;
  out.audio = data::read_audio(wav, sample_rate);
  double beats = 0;
  for (const SungNote& note : song) beats += note.beats;
  const double seconds = static_cast<double>(out.audio.size()) / sample_rate;
  for (const SungNote& note : song) {
    if (note.midi == 0) {
      add_rest(out.truth, note.beats * seconds / beats);
      continue;
    }
    NoteShape shape;
    shape.seconds = note.beats * seconds / beats;
    shape.midi = shape.to_midi = note.midi;
    shape.db = shape.to_db = 0;
    shape.attack = shape.release = 0;
    add_note(out.truth, shape);
  }
  return out;
}

int make_festival_set(const MakeOptions& options, const std::atomic<bool>& stop) {
  require(festival_needs(), options.install, "data make " + options.name);
  About about;
  about.title = "Festival singing, voice kal_diphone";
  about.what =
      "Melodies composed by rule, one syllable a note, sung by Festival's singing mode (16 kHz, a man's "
      "diphone voice). Pitch is flat on each note, without vibrato; effort is constant.";
  about.licence = "CMU/CSTR permissive (BSD-like)";
  about.attribution =
      "Festival and its voice kal_diphone: Centre for Speech Technology Research, University of "
      "Edinburgh, and Carnegie Mellon University; Debian packages festival, festvox-kallpc16k";
  about.notes =
      "truth/ names each note's pitch, an octave below Festival's own names; its times are the score's, "
      "scaled to the sound's length, and may be some 50 ms off within a song.";
  std::vector<Job> jobs;
  constexpr int kNotes = 24;
  constexpr double kSecondsANote = 0.9;
  const int songs = std::max(1, static_cast<int>(options.minutes * 60 / (kNotes * kSecondsANote) + 0.5));
  for (int i = 0; i < songs; ++i) {
    char stem[32];
    std::snprintf(stem, sizeof stem, "song-%04d", i);
    Random random(options.seed, stem);
    const std::vector<SungNote> song = compose_song(kNotes, random);
    Job job;
    job.file = std::string(stem) + ".flac";
    job.labels = {"festival-kal", std::to_string(kNotes)};
    job.make = [song](const fs::path& file) {
      const FestivalSong sung = sing_by_festival(song, kVoiceRate);
      write_truth(file, sung.truth);
      write_flac(file, sung.audio, kVoiceRate);
    };
    jobs.push_back(std::move(job));
  }
  return make_files(options, about, {"voice", "notes"}, jobs, stop);
}

}  // namespace continuo::make
