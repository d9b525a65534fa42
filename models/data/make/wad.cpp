#include "models/data/make/wad.h"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "models/data/make/midi_file.h"

namespace continuo::make {
namespace {

constexpr int kMusTicksASecond = 140;
constexpr std::uint8_t kMusDrums = 15, kMidiDrums = 9;

std::uint32_t little(const std::string& bytes, std::size_t at, int count) {
  if (at + static_cast<std::size_t>(count) > bytes.size()) throw std::runtime_error("ends too early");
  std::uint32_t value = 0;
  for (int i = count - 1; i >= 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  }
  return value;
}

}  // namespace

std::map<std::string, std::string> wad_music(const std::string& wad) {
  if (wad.size() < 12 || (wad.compare(0, 4, "IWAD") != 0 && wad.compare(0, 4, "PWAD") != 0)) {
    throw std::runtime_error("is no WAD file: it should begin with IWAD or PWAD");
  }
  const std::uint32_t lumps = little(wad, 4, 4), directory = little(wad, 8, 4);
  std::map<std::string, std::string> music;
  for (std::uint32_t i = 0; i < lumps; ++i) {
    const std::size_t entry = directory + std::size_t{16} * i;
    const std::uint32_t begin = little(wad, entry, 4), size = little(wad, entry + 4, 4);
    little(wad, entry + 12, 4);
    if (size < 16) continue;
    if (begin > wad.size() || size > wad.size() - begin)
      throw std::runtime_error("a lump lies outside the file");
    std::string name = wad.substr(entry + 8, 8);
    name.resize(name.find('\0') == std::string::npos ? 8 : name.find('\0'));
    const std::string lump = wad.substr(begin, size);
    if (lump.compare(0, 4, "MThd") == 0) music[name] = lump;
    if (lump.compare(0, 4, "MUS\x1a") == 0) music[name] = mus_to_midi(lump);
  }
  return music;
}

std::string mus_to_midi(const std::string& mus) {
  // MIDI controllers by MUS number: bank, modulation, volume, pan, expression ...; 0 is a program change.
  constexpr std::array<std::uint8_t, 15> kControllers = {0,  0,  1,   7,   10,  11,  91, 93,
                                                         64, 67, 120, 123, 126, 127, 121};
  std::size_t at = little(mus, 6, 2);
  std::array<std::uint8_t, 16> velocity;
  velocity.fill(100);
  std::vector<MidiEvent> events = {tempo(0, 500'000)};
  long tick = 0;
  const auto byte = [&] { return static_cast<std::uint8_t>(little(mus, at++, 1)); };
  for (bool more = true; more;) {
    const std::uint8_t event = byte();
    std::uint8_t channel = event & 15;
    channel = channel == kMusDrums ? kMidiDrums : channel >= kMidiDrums ? channel + 1 : channel;
    const auto send = [&](int status, int a, int b) {
      events.push_back({tick,
                        {static_cast<std::uint8_t>(status | channel), static_cast<std::uint8_t>(a & 127),
                         static_cast<std::uint8_t>(b & 127)}});
    };
    switch (event >> 4 & 7) {
      case 0:
        send(0x80, byte(), 64);
        break;
      case 1: {
        const std::uint8_t key = byte();
        if (key & 128) velocity[channel] = byte() & 127;
        send(0x90, key, velocity[channel]);
        break;
      }
      case 2: {
        const int bend = byte() * 64;
        send(0xe0, bend & 127, bend >> 7);
        break;
      }
      case 3: {
        const std::uint8_t what = byte();
        if (what >= 10 && what <= 14) send(0xb0, kControllers[what], 0);
        break;
      }
      case 4: {
        const std::uint8_t what = byte(), value = byte();
        if (what == 0) {
          events.push_back(
              {tick, {static_cast<std::uint8_t>(0xc0 | channel), static_cast<std::uint8_t>(value & 127)}});
        } else if (what < 10) {
          send(0xb0, kControllers[what], value);
        }
        break;
      }
      case 6:
        more = false;
        break;
      default:
        break;
    }
    if (more && event & 128) {
      long wait = 0;
      for (std::uint8_t part = 128; part & 128;) {
        part = byte();
        wait = wait * 128 + (part & 127);
      }
      tick += wait;
    }
  }
  // 70 ticks a quarter at 120 quarters a minute: 140 a second.
  return midi_file(std::move(events), kMusTicksASecond / 2);
}

}  // namespace continuo::make
