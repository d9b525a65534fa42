// The DDSP network written down plainly in double precision, loop by loop: what the kernels are held against.
#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "models/ddsp/inference/config.h"

class ReferenceNetwork {
 public:
  using List = std::vector<double>;

  explicit ReferenceNetwork(const continuo::io::Safetensors& file)
      : file_(file), config_(continuo::ddsp::read_config(file)), h_(std::size_t(config_.hidden), 0.0) {}

  // Harmonic amplitudes, then noise bands.
  List step(double midi, double db) {
    const int harmonics = config_.harmonics, bands = config_.noise_bands, hidden = config_.hidden;
    List features = norm("pitch", linear("pitch.linear.weight", "pitch.linear.bias", {midi / 127}));
    const List power = norm("power", linear("power.linear.weight", "power.linear.bias", {db / 80 + 1}));
    features.insert(features.end(), power.begin(), power.end());
    const List gi = linear("gru.weight_ih", "gru.bias_ih", features),
               gh = linear("gru.weight_hh", "gru.bias_hh", h_);
    for (std::size_t i = 0, g = std::size_t(hidden); i < g; ++i) {
      const double r = sigmoid(gi[i] + gh[i]), z = sigmoid(gi[g + i] + gh[g + i]);
      const double n = std::tanh(gi[2 * g + i] + r * gh[2 * g + i]);
      h_[i] = (1 - z) * n + z * h_[i];
    }
    features.insert(features.end(), h_.begin(), h_.end());
    List controls = linear("head.weight", "head.bias",
                           norm("out", linear("out.linear.weight", "out.linear.bias", features)));
    for (double& v : controls) v = 2 * std::pow(sigmoid(v), std::log(10.0)) + 1e-7;
    const double f0 = 440 * std::pow(2.0, (midi - 69) / 12);
    double sum = 0;
    for (int k = 1; k <= harmonics; ++k) {
      if (k * f0 >= config_.sample_rate / 2.0) controls[std::size_t(k)] = 0;
      sum += controls[std::size_t(k)];
    }
    for (int k = 1; k <= harmonics; ++k) controls[std::size_t(k)] *= controls[0] / (sum == 0 ? 1e-7 : sum);
    return List(controls.begin() + 1, controls.begin() + 1 + harmonics + bands);
  }

 private:
  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

  List tensor(const std::string& name) const {
    const auto* found = file_.find(name);
    const auto values = found->shape.size() == 1 ? file_.floats(name, {found->shape[0]})
                                                 : file_.floats(name, {found->shape[0], found->shape[1]});
    return {values.begin(), values.end()};
  }
  List linear(const std::string& weight, const std::string& bias, const List& x) const {
    const List w = tensor(weight);
    List y = tensor(bias);
    for (std::size_t i = 0; i < y.size(); ++i)
      for (std::size_t j = 0; j < x.size(); ++j) y[i] += w[i * x.size() + j] * x[j];
    return y;
  }
  List norm(const std::string& layer, List x) const {
    const List weight = tensor(layer + ".norm.weight"), bias = tensor(layer + ".norm.bias");
    double mean = 0, variance = 0;
    for (const double v : x) mean += v / double(x.size());
    for (const double v : x) variance += (v - mean) * (v - mean) / double(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = (x[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i];
      if (x[i] < 0) x[i] *= 0.2;
    }
    return x;
  }

  const continuo::io::Safetensors& file_;
  continuo::ddsp::Config config_;
  List h_;
};
