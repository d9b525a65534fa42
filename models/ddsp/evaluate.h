// How well a renderer of (pitch, power) frames matches recordings it never saw. Without LibTorch, so that the
// bench judges the shipped inference with the very same code as training does.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/ddsp/dataset.h"

namespace continuo::ddsp {

// Renders a recording from its features: frames * hop samples at the model's rate, sample 0 being frame 0.
using Renderer = std::function<std::vector<float>(const Clip& clip)>;

struct Evaluation {
  int recordings = 0;
  double spectral_loss = 0;    // mean multi-scale spectral loss of the recordings
  double power_error_db = 0;   // mean |difference| of power on sounding frames (above -50 dB)
  double loudness_l1_db = 0;   // the same of A-weighted loudness
  double f0_l1_semitones = 0;  // mean |difference| of pitch on frames that are voiced in both
  // Recordings whose pitch is lost: no frame tracked, or off by more than 12 semitones on average (the
  // paper's outliers), and frames off by more than a semitone or not voiced.
  double outliers_percent = 0, lost_frames_percent = 0;
  double within_10_cents = 0;  // percent of voiced frames whose f0, tracked anew, is within 10 cents
  double noise_model_db = 0;   // noise below harmonics on sounding frames, mean: rendered, and recorded
  double noise_data_db = 0;
};

Evaluation evaluate(std::span<const Clip> recordings, int sample_rate, int hop, const Renderer& render);

}  // namespace continuo::ddsp
