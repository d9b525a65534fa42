// Recordings of a session: parts that come and go meanwhile.
#include "engine/audio/sound_file.h"
#include "rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

float peak_of(const Sound& sound, uint64_t from, uint64_t to) {
  float most = 0;
  for (uint64_t i = from * sound.channels; i < to * sound.channels; ++i)
    most = std::max(most, std::fabs(sound.samples[i]));
  return most;
}

}  // namespace

TEST_CASE("a part that comes while stems are recorded has one, aligned; one that goes closes its own") {
  Folder home;
  Rig rig(home.path());
  const auto take = home.path() / "recordings";
  rig.say("/part/new additive early");
  CHECK(rig.say("/record/start take 1") == std::vector<std::string>{"/done \"/record/start\" \"take\""});
  rig.say("/part/early/note 57 100");
  rig.run(0.5);
  rig.say("/part/early/remove");
  rig.run(0.5);
  const Sound early = read_sound(take / "take-early.wav");  // while the take goes on
  CHECK(early.frames() > 24000);
  CHECK(early.frames() < 36000);
  rig.say("/part/new additive late");
  rig.run(0.1);
  rig.say("/part/late/note 69 100");
  rig.run(0.4);
  rig.say("/part/late/remove");
  rig.say("/part/new additive late");  // in the same slot at once
  rig.run(0.2);
  rig.say("/record/stop");
  rig.run(0.2);
  const Sound master = read_sound(take / "take.wav"), late = read_sound(take / "take-late.wav"),
              again = read_sound(take / "take-late-2.wav");
  CHECK(again.frames() == master.frames());
  CHECK(peak_of(again, 0, again.frames()) == 0);
  CHECK(peak_of(late, 0, 52000) == 0);
  CHECK(peak_of(late, 52800, late.frames()) > 0.01f);
  // The stem's note is in the master at the same frames.
  CHECK(peak_of(master, 46000, 52000) < 0.1f * peak_of(master, 54000, 60000));
}
