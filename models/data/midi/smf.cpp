// The chunks of a Standard MIDI File.
#include "models/data/midi/smf.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

#include "models/data/midi/smf_track.h"

namespace continuo::symbolic {

namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint32_t big32(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

int big16(Bytes bytes, std::size_t at) {
  return bytes[at] << 8 | bytes[at + 1];
}

bool is_chunk(Bytes bytes, std::size_t at, const char* name) {
  return at + 8 <= bytes.size() && std::memcmp(bytes.data() + at, name, 4) == 0;
}

std::size_t find_chunk(Bytes bytes, std::size_t from, const char* name) {
  const auto found = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(from, bytes.size())),
                                 bytes.end(), name, name + 4);
  return static_cast<std::size_t>(found - bytes.begin());
}

// The header; returns where the chunks begin.
std::size_t read_header(Bytes bytes, Sequence& out, int& tracks) {
  if (bytes.empty()) throw SmfError("the file is empty; a MIDI file begins with MThd");
  // Files inside a RIFF wrapper, or behind a mail header, begin a little later.
  constexpr std::size_t kSearched = 1024;
  const std::size_t at = find_chunk(bytes.first(std::min(bytes.size(), kSearched)), 0, "MThd");
  if (at + 4 > std::min(bytes.size(), kSearched))
    throw SmfError("byte 0: this is no MIDI file; one begins with MThd");
  if (bytes.size() - at < 14) {
    throw SmfError("byte " + std::to_string(bytes.size()) +
                   ": the file ends in its header, which has 14 bytes");
  }
  if (at > 0 && std::memcmp(bytes.data(), "RIFF", std::min<std::size_t>(4, bytes.size())) != 0)
    out.remark(std::to_string(at) + " bytes before the header MThd are passed over");
  const std::uint32_t length = big32(bytes, at + 4);
  const int format = big16(bytes, at + 8), division = big16(bytes, at + 12);
  tracks = big16(bytes, at + 10);
  const std::string where = "byte " + std::to_string(at + 8) + ": ";
  if (format > 1) {
    throw SmfError(where + "the file has format " + std::to_string(format) +
                   (format == 2 ? " (patterns without a common time)" : "") + "; formats 0 and 1 are read");
  }
  const std::string at_division = "byte " + std::to_string(at + 12) + ": ";
  if (division & 0x8000) {
    throw SmfError(at_division + "time is in SMPTE frames (" + std::to_string(256 - (division >> 8)) +
                   " a second), so no beat is known; export it with ticks per quarter note");
  }
  if (division == 0) throw SmfError(at_division + "0 ticks per quarter note; right are 1 to 32767");
  out.ticks_per_quarter = division;
  if (length < 6) out.remark("the header says that it has " + std::to_string(length) + " bytes, not 6");
  const std::size_t next = at + 8 + std::max<std::size_t>(6, length);
  return !is_chunk(bytes, next, "MTrk") && is_chunk(bytes, at + 14, "MTrk") ? at + 14 : next;
}

void count(Sequence& out, const EventCounts& c) {
  const std::pair<const char*, std::uint64_t> all[] = {
      {"note_on", c.note_on}, {"note_off", c.note_off}, {"control", c.control}, {"program", c.program},
      {"bend", c.bend},       {"pressure", c.pressure}, {"sysex", c.sysex},     {"tempo", c.tempo},
      {"metre", c.metre},     {"key", c.key},           {"text", c.text},       {"meta", c.meta}};
  for (const auto& [name, n] : all) {
    if (n > 0) out.events[name] = n;
  }
}

}  // namespace

Sequence read_smf(Bytes bytes) {
  if (bytes.size() > kLargestFile)
    throw SmfError("the file has " + std::to_string(bytes.size() >> 20) +
                   " MiB; MIDI files up to 64 MiB are read");
  Sequence out;
  int promised = 0, tracks = 0;
  std::size_t at = read_header(bytes, out, promised);
  thread_local TrackReader reader;
  reader.begin(out);
  out.notes.reserve(bytes.size() / 8);
  while (at + 8 <= bytes.size()) {
    const std::uint32_t length = big32(bytes, at + 4);
    if (!is_chunk(bytes, at, "MTrk")) {
      const bool named = std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                                     [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
      if (named && length <= bytes.size() - at - 8) {  // a chunk of another kind
        at += 8 + std::size_t{length};
        continue;
      }
      const std::size_t next = find_chunk(bytes, at, "MTrk");
      if (next < bytes.size() || tracks < promised) {
        out.remark(
            "byte " + std::to_string(at) + ": no chunk begins here" +
            (next < bytes.size() ? "; reading goes on at the next MTrk, byte " + std::to_string(next) : ""));
      }
      at = next;
      continue;
    }
    std::size_t end = at + 8 + length;
    if (length > bytes.size() - at - 8) {
      // The next track begins where it says, whatever this one claims.
      end = find_chunk(bytes, at + 8, "MTrk");
      out.remark("track " + std::to_string(tracks + 1) + " at byte " + std::to_string(at) +
                 " says that it has " + std::to_string(length) + " bytes, " +
                 std::to_string(bytes.size() - at - 8) + " are left in the file");
    }
    reader.read(bytes, at + 8, end, tracks++);
    at = end;
  }
  if (tracks == 0) {
    throw SmfError("byte " + std::to_string(std::min(at, bytes.size())) +
                   ": the file holds no track (MTrk); its header promises " + std::to_string(promised));
  }
  if (tracks < promised) {
    out.remark("the header promises " + std::to_string(promised) + " tracks, the file holds " +
               std::to_string(tracks));
  }
  if (out.notes.empty() && !out.remarks.empty())
    throw SmfError("no note can be read: " + out.remarks.front());
  count(out, reader.counts());
  const auto by_tick = [](const auto& a, const auto& b) { return a.tick < b.tick; };
  std::stable_sort(out.tempi.begin(), out.tempi.end(), by_tick);
  std::stable_sort(out.metres.begin(), out.metres.end(), by_tick);
  std::stable_sort(out.keys.begin(), out.keys.end(), by_tick);
  std::stable_sort(out.notes.begin(), out.notes.end(),
                   [](const Note& a, const Note& b) { return a.start_tick < b.start_tick; });
  return out;
}

Sequence read_smf_file(const std::filesystem::path& file, std::vector<std::uint8_t>& bytes) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"), &std::fclose);
  if (!in) throw SmfError("the file can't be opened: " + std::string(std::strerror(errno)));
  bytes.resize(std::max<std::size_t>(bytes.size(), 1u << 16));
  std::size_t size = 0;
  while (const std::size_t n = std::fread(bytes.data() + size, 1, bytes.size() - size, in.get())) {
    size += n;
    if (size > kLargestFile) break;
    if (size == bytes.size()) bytes.resize(2 * size);
  }
  if (std::ferror(in.get())) throw SmfError("the file can't be read to its end");
  return read_smf(Bytes(bytes.data(), size));
}

Sequence read_smf_file(const std::filesystem::path& file) {
  std::vector<std::uint8_t> bytes;
  return read_smf_file(file, bytes);
}

}  // namespace continuo::symbolic
