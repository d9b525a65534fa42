// Delta times, running status, system exclusive and meta events, and which note-off ends which note.
#include "models/data/midi/smf_track.h"

#include "models/data/midi/smf.h"

namespace continuo::symbolic {

namespace {

constexpr int kDrumChannel = 9;
constexpr std::size_t kMostInstruments = 4096;

std::string hex(unsigned byte) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  return {'0', 'x', kDigits[byte >> 4 & 15], kDigits[byte & 15]};
}

}  // namespace

void TrackReader::begin(Sequence& into) {
  out_ = &into;
  counts_ = {};
  open_.fill(-1);
  file_program_.fill(0);
  numbered_.fill({});
  latest_ = kMostQuarters * into.ticks_per_quarter;
}

bool TrackReader::read(std::span<const std::uint8_t> bytes, std::size_t from, std::size_t to, int track) {
  bytes_ = bytes;
  at_ = from;
  end_ = to;
  track_ = track;
  tick_ = 0;
  status_ = 0;
  program_ = file_program_;
  instrument_.fill(-1);
  bool whole = true;
  try {
    while (at_ < end_ && event()) {
    }
  } catch (const Broken& broken) {
    whole = false;
    out_->remark("track " + std::to_string(track + 1) + " breaks at byte " + std::to_string(broken.byte) +
                 ": " + broken.what + "; what stands before it is read");
  }
  end_track();
  return whole;
}

void TrackReader::end_track() {
  std::size_t endless = 0;
  for (const std::int32_t cell : used_) {
    for (std::int32_t i = open_[static_cast<std::size_t>(cell)]; i >= 0;
         i = opened_[static_cast<std::size_t>(i)].next)
      ++endless;
    open_[static_cast<std::size_t>(cell)] = -1;
  }
  used_.clear();
  opened_.clear();
  file_program_ = program_;
  if (endless > 0)
    out_->remark("track " + std::to_string(track_ + 1) +
                 ": notes that never end are left out: " + std::to_string(endless));
}

void TrackReader::need(std::size_t bytes, const char* what) const {
  if (end_ - at_ >= bytes) return;
  throw Broken{at_, std::string(what) + " needs " + std::to_string(bytes) + " bytes, " +
                        std::to_string(end_ - at_) + " are left"};
}

std::uint32_t TrackReader::variable_length() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    need(1, "a number of variable length");
    const std::uint8_t byte = bytes_[at_++];
    value = value << 7 | (byte & 0x7fu);
    if (byte < 0x80) return value;
  }
  throw Broken{at_ - 1, "a number of variable length goes on after its fourth byte"};
}

std::uint8_t TrackReader::data_byte() {
  need(1, "a channel message");
  const std::uint8_t byte = bytes_[at_];
  if (byte >= 0x80) throw Broken{at_, hex(byte) + " where a data byte (below 0x80) belongs"};
  ++at_;
  return byte;
}

bool TrackReader::event() {
  tick_ += variable_length();
  if (tick_ > latest_) {
    throw Broken{at_, "an event lies more than " + std::to_string(kMostQuarters) +
                          " quarter notes after the beginning"};
  }
  need(1, "an event");
  const std::uint8_t byte = bytes_[at_];
  if (byte < 0x80) {
    if (status_ == 0) throw Broken{at_, hex(byte) + " without a status byte (0x80 to 0xEF) before it"};
    channel_message(status_);
    return true;
  }
  ++at_;
  if (byte < 0xf0) {
    status_ = byte;
    channel_message(byte);
    return true;
  }
  // The specification ends running status at these; files that count on it all the same are read.
  if (byte == 0xff) return meta();
  if (byte == 0xf0 || byte == 0xf7) {
    const std::uint32_t length = variable_length();
    need(length, "a system exclusive message");
    at_ += length;
    ++counts_.sysex;
    return true;
  }
  throw Broken{at_ - 1, hex(byte) + " is no event of a MIDI file"};
}

void TrackReader::channel_message(std::uint8_t status) {
  const int channel = status & 15;
  const std::uint8_t first = data_byte();
  switch (status >> 4) {
    case 0x8:
      data_byte();
      ++counts_.note_off;
      note_off(channel, first);
      return;
    case 0x9:
      if (const std::uint8_t velocity = data_byte(); velocity > 0) {
        ++counts_.note_on;
        note_on(channel, first, velocity);
      } else {
        ++counts_.note_off;
        note_off(channel, first);
      }
      return;
    case 0xc:
      ++counts_.program;
      if (program_[static_cast<std::size_t>(channel)] != first)
        instrument_[static_cast<std::size_t>(channel)] = -1;
      program_[static_cast<std::size_t>(channel)] = first;
      return;
    case 0xd:
      ++counts_.pressure;
      return;
    default:
      data_byte();
      ++(status >> 4 == 0xb ? counts_.control : status >> 4 == 0xe ? counts_.bend : counts_.pressure);
  }
}

bool TrackReader::meta() {
  need(1, "a meta event");
  const std::uint8_t type = bytes_[at_++];
  const std::uint32_t length = variable_length();
  if (type == 0x2f) return false;
  need(length, "a meta event");
  const std::uint8_t* data = bytes_.data() + at_;
  const auto wrong = [&](const char* what) {
    out_->remark("track " + std::to_string(track_ + 1) + ", byte " + std::to_string(at_) + ": " + what +
                 " is passed over");
  };
  if (type == 0x51) {
    ++counts_.tempo;
    const std::uint32_t us =
        length == 3 ? std::uint32_t{data[0]} << 16 | std::uint32_t{data[1]} << 8 | data[2] : 0;
    if (us > 0)
      out_->tempi.push_back({tick_, us});
    else
      wrong("a tempo that is not three bytes above 0");
  } else if (type == 0x58) {
    ++counts_.metre;
    if (length >= 2 && data[0] > 0 && data[1] <= 6)
      out_->metres.push_back({tick_, {data[0], 1 << data[1]}});
    else
      wrong("a metre that is none (right: 1 to 255 over 1 to 64)");
  } else if (type == 0x59) {
    ++counts_.key;
    const int sharps = length == 2 ? static_cast<std::int8_t>(data[0]) : 99;
    if (sharps >= -7 && sharps <= 7 && data[1] <= 1)
      out_->keys.push_back({tick_, sharps, data[1] == 1});
    else
      wrong("a key that is none (right: 7 flats to 7 sharps)");
  } else {
    ++(type >= 1 && type <= 15 ? counts_.text : counts_.meta);
  }
  at_ += length;
  return true;
}

std::uint16_t TrackReader::instrument(int channel) {
  std::int32_t& now = instrument_[static_cast<std::size_t>(channel)];
  if (now >= 0) return static_cast<std::uint16_t>(now);
  const int program = program_[static_cast<std::size_t>(channel)];
  auto& all = out_->instruments;
  Numbered& numbered = numbered_[static_cast<std::size_t>(channel * 128 + program)];
  if (numbered.track != track_) {
    if (all.size() > kMostInstruments) {
      throw Broken{at_, "the file has more than " + std::to_string(kMostInstruments) + " instruments"};
    }
    all.push_back({track_, channel, program, channel == kDrumChannel});
    numbered = {track_, static_cast<std::int32_t>(all.size() - 1)};
  }
  now = numbered.instrument;
  return static_cast<std::uint16_t>(now);
}

void TrackReader::note_on(int channel, std::uint8_t pitch, std::uint8_t velocity) {
  const std::size_t cell = static_cast<std::size_t>(channel) * 128 + pitch;
  if (open_[cell] < 0) used_.push_back(static_cast<std::int32_t>(cell));
  opened_.push_back({tick_, open_[cell], velocity, instrument(channel)});
  open_[cell] = static_cast<std::int32_t>(opened_.size() - 1);
}

void TrackReader::note_off(int channel, std::uint8_t pitch) {
  std::int32_t& head = open_[static_cast<std::size_t>(channel) * 128 + pitch];
  std::int32_t i = head;
  // Notes of this very tick are the newest. They go on when an older one ends here: its note-off came late.
  while (i >= 0 && opened_[static_cast<std::size_t>(i)].tick == tick_)
    i = opened_[static_cast<std::size_t>(i)].next;
  const bool older = i >= 0;
  for (; i >= 0; i = opened_[static_cast<std::size_t>(i)].next) {
    const Open& note = opened_[static_cast<std::size_t>(i)];
    out_->notes.push_back({note.tick, tick_, pitch, note.velocity, note.instrument});
  }
  if (!older) {
    if (channel == kDrumChannel && head >= 0) {
      const Open& note = opened_[static_cast<std::size_t>(head)];
      out_->notes.push_back({note.tick, tick_, pitch, note.velocity, note.instrument});
    }
    head = -1;
    return;
  }
  std::int32_t last = -1;
  for (i = head; i >= 0 && opened_[static_cast<std::size_t>(i)].tick == tick_;
       i = opened_[static_cast<std::size_t>(i)].next)
    last = i;
  if (last < 0)
    head = -1;
  else
    opened_[static_cast<std::size_t>(last)].next = -1;
}

}  // namespace continuo::symbolic
