// What the technique voice tells of real singers ($CONTINUO_DATA/singing; skipped without it). It learned
// from synthetic voices alone.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "engine/audio/sound_file.h"
#include "tests/engine/technique/listener.h"

using namespace continuo;
namespace fs = std::filesystem;

namespace {

fs::path recordings() {
  const char* given = std::getenv("CONTINUO_DATA");
  return fs::path(given != nullptr ? given : "../shared/data") / "singing" / "audio";
}

// How much of its sounding time a recording is told to be sung so.
double share(const std::string& file, const std::string& technique) {
  test::Listener listener(false);
  listener.hear(read_sound((recordings() / file).string(), {48000, 1}).samples, 64);
  CHECK(listener.sounding > 10);
  return listener.share(technique);
}

}  // namespace

TEST_CASE("a real soprano's vibrato is vibrato, most straight notes of women and men are straight") {
  if (!fs::exists(recordings())) {
    WARN("skipped: no " << recordings().string() << " (set CONTINUO_DATA)");
    return;
  }
  CHECK(share("smstools_soprano-E4.flac", "vibrato") > 0.9);
  int straight = 0, all = 0;
  for (const std::string voice : {"female", "male"}) {
    for (const std::string note :
         {"aa_A4", "aa_Db5", "oo_A3", "oo_A4", "oo_Db5", "aa_A2", "aa_F4", "oo_A2", "oo_C3", "oo_F3"}) {
      const std::string file = "berklee_" + voice + "_solo_" + note + ".flac";
      if (!fs::exists(recordings() / file)) continue;
      ++all;
      straight += share(file, "straight") > 0.5;
    }
  }
  REQUIRE(all >= 10);
  CHECK(straight >= all - 2);
}
