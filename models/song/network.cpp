// The networks of a song model.
#include "models/song/network.h"

#include <cmath>

#include "models/ddsp/nodes.h"

namespace continuo::song {

using torch::Tensor;

GruImpl::GruImpl(int inputs, int hidden) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden));
  const auto start = [&](at::IntArrayRef sizes) { return torch::empty(sizes).uniform_(-bound, bound); };
  weight_ih = register_parameter("weight_ih", start({3 * hidden, inputs}));
  weight_hh = register_parameter("weight_hh", start({3 * hidden, hidden}));
  bias_ih = register_parameter("bias_ih", start({3 * hidden}));
  bias_hh = register_parameter("bias_hh", start({3 * hidden}));
}

Tensor GruImpl::forward(const Tensor& x) {
  return ddsp::gru_sequence(torch::linear(x, weight_ih, bias_ih), weight_hh, bias_hh);
}

NoteTierImpl::NoteTierImpl(const NetworkShape& s) : shape(s) {
  const int t = s.techniques, n = s.note_hidden, m = s.note_dense;
  gru = register_module("gru", Gru(note_features(t), n));
  const auto linear = [&](const char* name, int inputs, int outputs) {
    return register_module(name, torch::nn::Linear(inputs, outputs));
  };
  technique_out = linear("technique", n, t);
  interval_hidden = linear("interval_hidden", n + t, m);
  interval_out = linear("interval_out", m, kIntervals);
  length_hidden = linear("length_hidden", n + t + kIntervals, m);
  length_out = linear("length_out", m, kLengths);
  gap_hidden = linear("gap_hidden", n + t + kIntervals + kLengths, m);
  gap_out = linear("gap_out", m, kGaps);
}

NoteTierImpl::Logits NoteTierImpl::forward(const Tensor& x, const Tensor& technique, const Tensor& interval,
                                           const Tensor& length) {
  const auto one_hot = [](const Tensor& index, int classes) {
    return torch::one_hot(index, classes).to(torch::kFloat32);
  };
  Tensor state = gru(x);
  if (is_training() && dropout > 0) state = torch::dropout(state, dropout, true);
  const Tensor with_technique = torch::cat({state, one_hot(technique, shape.techniques)}, -1);
  const Tensor with_interval = torch::cat({with_technique, one_hot(interval, kIntervals)}, -1);
  const Tensor with_length = torch::cat({with_interval, one_hot(length, kLengths)}, -1);
  return {technique_out(state), interval_out(torch::tanh(interval_hidden(with_technique))),
          length_out(torch::tanh(length_hidden(with_interval))),
          gap_out(torch::tanh(gap_hidden(with_length)))};
}

FrameTierImpl::FrameTierImpl(const NetworkShape& s) : shape(s) {
  const int c = s.channels, g = s.hidden;
  in = register_module("in_linear", torch::nn::Linear(frame_features(s.techniques), c));
  norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({c})));
  lower = register_module("lower", Gru(c, g));
  upper = register_module("upper", Gru(g, g));
  voiced = register_module("voiced", torch::nn::Linear(c + g, 1));
  deviation = register_module("deviation", torch::nn::Linear(c + g, kDeviations));
  level = register_module("level", torch::nn::Linear(c + g + 2, kLevels));
}

FrameTierImpl::Logits FrameTierImpl::forward(const Tensor& x, const Tensor& chosen) {
  const Tensor features = torch::leaky_relu(norm(in(x)), 0.2);
  const Tensor row = torch::cat({features, upper(lower(features))}, -1);
  return {voiced(row).squeeze(-1), deviation(row), level(torch::cat({row, chosen}, -1))};
}

}  // namespace continuo::song
