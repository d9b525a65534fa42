// Writes first inputs for smf_fuzz: a melody, a band, a drum part that changes metre and tempo, a file with
// faults. smf_fuzz_seeds NAME FOLDER
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr int kQuarter = 24;

std::string track(const std::string& events) {
  std::string out = "MTrk";
  const std::string content = events + std::string("\0\xff\x2f\0", 4);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(content.size() >> shift);
  return out + content;
}

std::string file(const std::vector<std::string>& tracks) {
  std::string out("MThd\0\0\0\6\0\1\0", 11);
  out += static_cast<char>(tracks.size());
  out += '\0';
  out += static_cast<char>(kQuarter);
  for (const std::string& t : tracks) out += t;
  return out;
}

// Notes of `ticks`, one after another, on a channel.
std::string line(int channel, const std::vector<int>& pitches, int ticks, int times) {
  std::string out;
  for (int n = 0; n < times; ++n) {
    for (const int pitch : pitches) {
      for (const bool on : {true, false}) {
        out += static_cast<char>(on ? 0 : ticks);
        out += static_cast<char>((on ? 0x90 : 0x80) | channel);
        out += static_cast<char>(pitch);
        out += static_cast<char>(on ? 60 + pitch % 40 : 0);
      }
    }
  }
  return out;
}

std::string metre(int numerator, int power) {
  return std::string("\0\xff\x58\4", 4) + static_cast<char>(numerator) + static_cast<char>(power) +
         "\x18\x08";
}

std::string tempo(int us) {
  return std::string("\0\xff\x51\3", 4) + static_cast<char>(us >> 16) + static_cast<char>(us >> 8) +
         static_cast<char>(us);
}

std::string program(int channel, int number) {
  return {'\0', static_cast<char>(0xc0 | channel), static_cast<char>(number)};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::filesystem::path folder = arguments[2];
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, char rules, const std::string& content) {
    std::ofstream(folder / name, std::ios::binary) << rules << content;
  };
  const std::string tune = line(0, {60, 62, 64, 65, 67, 69, 71, 72}, 12, 8);
  const std::string band =
      file({track(metre(4, 2) + tempo(500000)), track(program(0, 4) + tune),
            track(program(1, 33) + line(1, {36, 43}, 24, 16)), track(line(9, {36, 42, 38, 42}, 12, 16))});
  write("melody", 0, file({track(metre(6, 3) + tune)}));
  write("band", 1, band);
  write("triplets", 1 + 4, file({track(line(0, {60, 64, 67}, 8, 20))}));
  write("changes", 9,
        file({track(line(9, {36, 42, 38, 46}, 6, 20) + metre(3, 2) + tempo(400000) +
                    line(9, {36, 42, 51}, 5, 20))}));
  write("cut", 8, band.substr(0, band.size() - 40));
  write("chords", 1, file({track(line(0, {60}, 48, 4)), track(line(0, {64}, 48, 4))}));
  return 0;
}
