// The reader of MIDI files: whole files, broken ones, and what it says of them.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "models/data/midi/smf.h"

using namespace continuo::symbolic;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes file(const std::vector<Bytes>& tracks, int division = 96, int format = 1) {
  Bytes out{'M',
            'T',
            'h',
            'd',
            0,
            0,
            0,
            6,
            0,
            static_cast<std::uint8_t>(format),
            0,
            static_cast<std::uint8_t>(tracks.size()),
            static_cast<std::uint8_t>(division >> 8),
            static_cast<std::uint8_t>(division)};
  for (const Bytes& t : tracks) {
    out.insert(out.end(), {'M', 'T', 'r', 'k', 0, 0, static_cast<std::uint8_t>(t.size() >> 8),
                           static_cast<std::uint8_t>(t.size())});
    out.insert(out.end(), t.begin(), t.end());
  }
  return out;
}

std::string refusal(const Bytes& bytes) {
  try {
    read_smf(bytes);
  } catch (const SmfError& error) {
    return error.what();
  }
  return "";
}

// 60 for a quarter, then by running status and velocity 0 64 for a quarter.
const Bytes kTwoNotes{0, 0x90, 60, 100, 96, 60, 0, 0, 64, 90, 96, 64, 0, 0, 0xff, 0x2f, 0};

}  // namespace

TEST_CASE("running status and velocity 0") {
  const Sequence s = read_smf(file({kTwoNotes}));
  REQUIRE(s.notes.size() == 2);
  CHECK(s.notes[1].pitch == 64);
  CHECK(s.notes[1].start_tick == 96);
  CHECK(s.notes[1].end_tick == 192);
  CHECK(s.remarks.empty());
}

TEST_CASE("sysex, meta events and an empty track are passed over") {
  Bytes t{0, 0xf0, 2, 1, 0xf7, 0, 0xff, 0x51, 3, 7, 0xa1, 0x20, 0, 0xff, 0x58, 4, 6, 3, 24, 8};
  t.insert(t.end(), kTwoNotes.begin(), kTwoNotes.end());
  const Sequence s = read_smf(file({{}, t}));
  CHECK(s.notes.size() == 2);
  CHECK(s.metres.at(0).metre == Metre{6, 8});
  CHECK(s.tempi.at(0).us_per_quarter == 500000);
}

TEST_CASE("a broken track gives what stands before the break") {
  Bytes t = kTwoNotes;
  t.resize(9);  // in the second note-on
  const Sequence s = read_smf(file({kTwoNotes, t}));
  CHECK(s.notes.size() == 3);
  REQUIRE(!s.remarks.empty());
  CHECK(s.remarks[0].find("track 2 breaks at byte") != std::string::npos);
}

TEST_CASE("what can't be read is told with the byte and what would be right") {
  CHECK(refusal({}).find("empty") != std::string::npos);
  CHECK(refusal({'R', 'I', 'F', 'F'}).find("begins with MThd") != std::string::npos);
  CHECK(refusal(file({kTwoNotes}, 0xe728)).find("SMPTE") != std::string::npos);
  CHECK(refusal(file({kTwoNotes}, 96, 2)).find("formats 0 and 1") != std::string::npos);
  CHECK(refusal(file({kTwoNotes}, 0)).find("1 to 32767") != std::string::npos);
  CHECK(refusal(file({})).find("no track") != std::string::npos);
}

TEST_CASE("every truncation of a file is survived") {
  const Bytes whole = file({kTwoNotes, kTwoNotes});
  for (std::size_t n = 0; n < whole.size(); ++n)
    refusal(Bytes(whole.begin(), whole.begin() + static_cast<long>(n)));
}
