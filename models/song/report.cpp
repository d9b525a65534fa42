// The card of a song model.
#include "models/song/report.h"

#include <cstdio>

#include "models/data/set.h"

namespace continuo::song {
namespace {

template <typename... Arguments>
std::string line(const char* format, Arguments... arguments) {
  char text[512];
  std::snprintf(text, sizeof text, format, arguments...);
  return std::string(text) + "\n";
}

}  // namespace

void write_card(const std::filesystem::path& file, const Report& r) {
  const Statistics& s = r.config.statistics;
  std::string text = "# " + r.config.name + "\n\n";
  text +=
      "A song model: it sings by itself, note by note (technique, interval, length, rest) and frame by frame "
      "(voicing, pitch around the note, level). It makes curves; a DDSP voice makes them sound.\n\n";
  text += "| | |\n|---|---|\n";
  text += "| source | " + r.config.source + " |\n| licence | " + r.config.licence + " |\n";
  text += line("| learned from | %.1f minutes, %d notes; held out %.1f minutes, %d notes |", r.train_minutes,
               r.train_notes, r.held_out_minutes, r.held_out_notes);
  text += line("| network | notes: GRU %d; frames: 2 x GRU %d, %d frames a second; %ld parameters |",
               r.config.note_hidden, r.config.hidden, r.config.frame_rate, r.parameters);
  text += line("| training | %ld + %ld steps, %.1f minutes on one core |", r.note_steps, r.frame_steps,
               r.minutes);
  std::string techniques;
  for (const Technique& t : r.config.techniques) {
    techniques += (techniques.empty() ? "" : ", ") + t.name;
    char share[32];
    std::snprintf(share, sizeof share, " %.0f %%", 100 * double(t.share));
    techniques += share;
  }
  text += "| techniques, share of the notes | " + techniques + " |\n\n";
  text += "## Held-out loss, nats\n\n| technique | interval | length | rest | voiced | pitch | level |\n";
  text += "|---|---|---|---|---|---|---|\n";
  text += line("| %.2f | %.2f | %.2f | %.2f | %.3f | %.2f | %.2f |", r.losses.technique, r.losses.interval,
               r.losses.length, r.losses.gap, r.losses.voiced, r.losses.deviation, r.losses.level);
  text +=
      "\nA choice at random would cost 3.50 nats an interval, 3.33 a length, 2.64 a rest, 4.39 a pitch, "
      "3.89 a level.\n\n";
  text += "## Singing by itself\n\nTen minutes with seed 1 at temperature 1, measured like the set.\n\n";
  text += "| | set | song |\n|---|---|---|\n";
  text += line("| notes a minute | %.0f | %.0f |", double(s.notes_a_minute), r.sung.notes_a_minute());
  text +=
      line("| phrase between breaths, median, s | %.1f | %.1f |", double(s.phrase_s), r.sung.median_phrase_s);
  text += line("| longest note, s | %.1f | %.1f |", double(s.longest_note_s), r.sung.longest_note_s);
  text += line("| overlap of intervals | 1 | %.2f |", r.interval_overlap);
  text += line("| overlap of note lengths | 1 | %.2f |", r.length_overlap);
  text += "\nMade by `" + r.command + "`.\n";
  data::write_file(file, text);
}

}  // namespace continuo::song
