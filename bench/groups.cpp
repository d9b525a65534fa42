// The list of all figures, in the order of the table.
#include "bench/figures.h"

namespace continuo::bench {

const std::vector<Group>& groups() {
  static const std::vector<Group> all{
      {"what one core can do",
       {{"machine_gemv_gflops", "GFLOP/s"},
        {"machine_gemm_gflops", "GFLOP/s"},
        {"machine_int8_gops", "GOP/s"}},
       measure_machine},
      {"GRU step of one voice", {{"gru512_step_us", "us"}}, measure_gru_step},
      {"GRU step of 8 voices", {{"gru512_batch8_step_us", "us"}}, measure_gru_batch},
      {"int8 matrix-vector product", {{"int8_product_us", "us"}}, measure_int8_product},
      {"decoder of 32 notes", {{"ddsp_decode32_us_per_note", "us"}}, measure_decode},
      {"OSC decode and dispatch", {{"osc_dispatch_ns", "ns"}}, measure_dispatch},
      {"process start", {{"start_ms", "ms"}}, measure_start},
      {"callback with 8 notes",
       {{"callback_p999_percent", "% of period"}, {"resident_mb", "MB"}},
       measure_callback},
      {"notes of a GRU of 512 at 64 frames", {{"ddsp_notes_at_64", "notes"}}, measure_notes},
      {"flood of OSC with 8 notes",
       {{"flood_xruns", "xruns"},
        {"flood_lost", "messages"},
        {"worker_step_max_ms", "ms"},
        {"control_turn_max_ms", "ms"}},
       measure_flood},
      {"real-time guard", {{"realtime_violations", "violations"}}, measure_violations},
      {"OSC to changed sound", {{"control_latency_p99_ms", "ms"}}, measure_control_latency},
      {"untimed note-on to sound", {{"note_on_ms", "ms"}}, measure_note_on},
      {"note-on with a time tag", {{"note_on_exact", "% of notes"}}, measure_note_on_exact},
      {"live input to sound", {{"live_input_latency_ms", "ms"}}, measure_live_input},
      {"model against table on held-out recordings",
       {{"ddsp_mss", "loss"},
        {"ddsp_f0_within_10_cents_percent", "% of frames"},
        {"ddsp_loudness_l1_db", "dB"},
        {"ddsp_f0_l1_semitones", "semitones"},
        {"ddsp_f0_outliers_percent", "% of recordings"},
        {"ddsp_brightness_slope", "octaves for 10 dB"}},
       measure_ddsp},
      {"saxophone and violin on each other's recordings",
       {{"ddsp_own_saxophone_loss", "loss"}, {"ddsp_own_violin_loss", "loss"}},
       measure_own_data},
      {"codes of the technique voice",
       {{"vq_perplexity", "codes"},
        {"vq_technique_percent", "% of seconds"},
        {"vq_technique_nmi", "of 1"},
        {"vq_vowel_nmi", "of 1"},
        {"vq_loss_gain", "loss"}},
       measure_codes},
      {"pitch tracker beside aubio",
       {{"pitch_rpa_clean", "of frames"},
        {"pitch_rpa_20db", "of frames"},
        {"pitch_rpa_10db", "of frames"},
        {"pitch_octave_errors", "% of frames"}},
       measure_pitch},
      {"audio features on one core", {{"audio_features_xrt", "x real time"}}, measure_audio_features},
      {"MIDI files read and taken apart", {{"midi_files_per_s", "files/s"}}, measure_midi},
  };
  return all;
}

}  // namespace continuo::bench
