// Sounds made for these tests, as samples and as files of any format, in a folder that goes with the test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/data/audio/audio_set.h"
#include "models/data/scratch_folder.h"
#include "models/data/set.h"

namespace continuo::data::testing {

using Sound = std::vector<float>;

// A tone of eight harmonics with soft ends.
Sound tone(double midi, double seconds, double level = 0.3, double rate = 44100);
Sound silence(double seconds, double rate = 44100);
// One after the other.
Sound joined(const std::vector<Sound>& parts);
// Different for each seed, alike for one: notes with gaps that no cut goes through.
Sound melody(unsigned seed, double seconds, double rate = 44100);
Sound scaled(Sound sound, float gain);

// Format by extension: wav (16 bit), float.wav, flac, ogg, mp3, opus, aiff. Interleaved when channels > 1.
void write_sound(const std::filesystem::path& file, const Sound& sound, int rate = 44100, int channels = 1);
void write_text(const std::filesystem::path& file, const std::string& text);
std::string read_text(const std::filesystem::path& file);

// Makes a set, quietly; checks that it came out.
Set made(AudioOptions options);
// What make_audio_set() throws; empty when it does not.
std::string refusal(const AudioOptions& options);
const Skipped* skipped(const Set& set, const std::string& file);

}  // namespace continuo::data::testing
