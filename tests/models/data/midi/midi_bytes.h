// MIDI files for tests, written by hand.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace continuo::test {

using Bytes = std::vector<std::uint8_t>;

// One track's events on a time axis: tick by tick, ended by an end of track.
class TrackBytes {
 public:
  TrackBytes& at(int tick, std::initializer_list<int> message) {
    delta(tick - now_);
    now_ = tick;
    for (const int byte : message) bytes_.push_back(static_cast<std::uint8_t>(byte));
    return *this;
  }
  TrackBytes& metre(int tick, int numerator, int power) {
    return at(tick, {0xff, 0x58, 4, numerator, power, 24, 8});
  }
  TrackBytes& tempo(int tick, int us) { return at(tick, {0xff, 0x51, 3, us >> 16, us >> 8 & 255, us & 255}); }
  TrackBytes& note(int pitch, int start, int end, int velocity = 90, int channel = 0) {
    return at(start, {0x90 | channel, pitch, velocity}).at(end, {0x80 | channel, pitch, 0});
  }
  // Notes of one length, one after another.
  TrackBytes& line(int from, int length, const std::vector<int>& pitches, int times = 1, int velocity = 90,
                   int channel = 0) {
    for (int i = 0; i < times; ++i) {
      for (const int pitch : pitches) {
        note(pitch, from, from + length, velocity, channel);
        from += length;
      }
    }
    return *this;
  }
  Bytes end() const {
    Bytes out = bytes_;
    out.insert(out.end(), {0, 0xff, 0x2f, 0});
    return out;
  }

 private:
  void delta(int ticks) {
    for (int shift = 21; shift > 0; shift -= 7) {
      if (ticks >> shift) bytes_.push_back(static_cast<std::uint8_t>(0x80 | (ticks >> shift & 127)));
    }
    bytes_.push_back(static_cast<std::uint8_t>(ticks & 127));
  }
  Bytes bytes_;
  int now_ = 0;
};

inline Bytes midi_file(const std::vector<Bytes>& tracks, int division = 96, int format = 1) {
  Bytes out{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0};
  for (const std::size_t byte : {static_cast<std::size_t>(format), tracks.size() >> 8, tracks.size(),
                                 static_cast<std::size_t>(division >> 8), static_cast<std::size_t>(division)})
    out.push_back(static_cast<std::uint8_t>(byte));
  for (const Bytes& t : tracks) {
    out.insert(out.end(), {'M', 'T', 'r', 'k'});
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(t.size() >> shift));
    out.insert(out.end(), t.begin(), t.end());
  }
  return out;
}

inline std::string as_text(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace continuo::test
