#include "models/ddsp/nodes.h"

#include <cmath>

#include "models/ddsp/clones.h"
#include "models/ddsp/harmonic_bank.h"
#include "models/ddsp/noise_filter.h"
#include "models/ddsp/spectral_loss.h"

namespace continuo::ddsp {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

std::span<float> row(const Tensor& t, int64_t i) {
  const auto size = static_cast<std::size_t>(t.numel() / t.size(0));
  return {t.data_ptr<float>() + static_cast<std::size_t>(i) * size, size};
}

// exp to 2e-7 relative, plain arithmetic so that loops over it vectorise (Cephes expf).
inline float fast_exp(float x) {
  x = x < -87.f ? -87.f : (x > 87.f ? 87.f : x);
  const float n = __builtin_floorf(x * 1.44269504f + 0.5f);
  const float r = x - n * 0.693359375f - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.f;
  const int bits = (static_cast<int>(n) + 127) << 23;
  return p * __builtin_bit_cast(float, bits);
}

inline float fast_sigmoid(float x) {
  return 1.f / (1.f + fast_exp(-x));
}

// One frame of one crop. gates: from the inputs; recurrent: from the state; both [3G]. Writes the new state
// and r, z, n to `saved` [3G] for the way back.
CONTINUO_CLONES
void gru_forward(const float* __restrict gates, const float* __restrict recurrent,
                 const float* __restrict past, int g, float* __restrict state, float* __restrict saved) {
  for (int i = 0; i < g; ++i) {
    const float r = fast_sigmoid(gates[i] + recurrent[i]);
    const float z = fast_sigmoid(gates[g + i] + recurrent[g + i]);
    const float n = 2.f * fast_sigmoid(2.f * (gates[2 * g + i] + r * recurrent[2 * g + i])) - 1.f;
    saved[i] = r;
    saved[g + i] = z;
    saved[2 * g + i] = n;
    state[i] = n + z * (past[i] - n);
  }
}

// d_state: gradient of the new state; becomes the part that reaches the past directly.
CONTINUO_CLONES
void gru_backward(const float* __restrict saved, const float* __restrict recurrent,
                  const float* __restrict past, int g, float* __restrict d_state, float* __restrict d_gates,
                  float* __restrict d_recurrent) {
  for (int i = 0; i < g; ++i) {
    const float r = saved[i], z = saved[g + i], n = saved[2 * g + i];
    const float d = d_state[i];
    const float dn = d * (1.f - z) * (1.f - n * n);
    const float dz = d * (past[i] - n) * z * (1.f - z);
    const float dr = dn * recurrent[2 * g + i] * r * (1.f - r);
    d_gates[i] = dr;
    d_gates[g + i] = dz;
    d_gates[2 * g + i] = dn;
    d_recurrent[i] = dr;
    d_recurrent[g + i] = dz;
    d_recurrent[2 * g + i] = dn * r;
    d_state[i] = d * z;
  }
}

struct GruSequence : Function<GruSequence> {
  static Tensor forward(AutogradContext* context, const Tensor& inputs, const Tensor& weight,
                        const Tensor& bias) {
    const auto x = inputs.contiguous();
    const int64_t frames = x.size(0), crops = x.size(1), g = weight.size(1);
    auto states = torch::zeros({frames + 1, crops, g});
    auto recurrent = torch::empty({frames, crops, 3 * g});
    auto saved = torch::empty({frames, crops, 3 * g});
    const auto transposed = weight.t();
    for (int64_t t = 0; t < frames; ++t) {
      auto out = recurrent[t];
      torch::addmm_out(out, bias, states[t], transposed);
      for (int64_t i = 0; i < crops; ++i) {
        const int64_t at = (t * crops + i) * 3 * g, past = (t * crops + i) * g;
        gru_forward(x.data_ptr<float>() + at, recurrent.data_ptr<float>() + at,
                    states.data_ptr<float>() + past, static_cast<int>(g),
                    states.data_ptr<float>() + past + crops * g, saved.data_ptr<float>() + at);
      }
    }
    context->save_for_backward({states, recurrent, saved, weight});
    return states.narrow(0, 1, frames);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto kept = context->get_saved_variables();
    const Tensor &states = kept[0], &recurrent = kept[1], &saved = kept[2], &weight = kept[3];
    const int64_t frames = recurrent.size(0), crops = recurrent.size(1), g = weight.size(1);
    const auto incoming = gradients[0].contiguous();
    auto d_gates = torch::empty({frames, crops, 3 * g});
    auto d_recurrent = torch::empty({frames, crops, 3 * g});
    auto d_state = torch::zeros({crops, g});
    for (int64_t t = frames - 1; t >= 0; --t) {
      d_state.add_(incoming[t]);
      for (int64_t i = 0; i < crops; ++i) {
        const int64_t at = (t * crops + i) * 3 * g, past = (t * crops + i) * g;
        gru_backward(saved.data_ptr<float>() + at, recurrent.data_ptr<float>() + at,
                     states.data_ptr<float>() + past, static_cast<int>(g), d_state.data_ptr<float>() + i * g,
                     d_gates.data_ptr<float>() + at, d_recurrent.data_ptr<float>() + at);
      }
      d_state.addmm_(d_recurrent[t], weight);
    }
    const auto flat = d_recurrent.view({frames * crops, 3 * g});
    const auto past = states.narrow(0, 0, frames).reshape({frames * crops, g});
    return {d_gates, flat.t().mm(past), flat.sum(0)};
  }
};

struct HarmonicAudio : Function<HarmonicAudio> {
  static Tensor forward(AutogradContext* context, const Tensor& amplitudes, const Tensor& f0_hz, int64_t hop,
                        double sample_rate) {
    const auto a = amplitudes.contiguous(), f = f0_hz.contiguous();
    auto audio = torch::empty({a.size(0), a.size(1) * hop});
    for (int64_t i = 0; i < a.size(0); ++i) {
      harmonic_bank(row(a, i), row(f, i), static_cast<int>(a.size(2)), static_cast<int>(hop), sample_rate,
                    row(audio, i));
    }
    context->save_for_backward({f});
    context->saved_data["harmonics"] = a.size(2);
    context->saved_data["hop"] = hop;
    context->saved_data["sample_rate"] = sample_rate;
    return audio;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto f = context->get_saved_variables()[0];
    const int64_t harmonics = context->saved_data["harmonics"].toInt(),
                  hop = context->saved_data["hop"].toInt();
    const auto g = gradients[0].contiguous();
    auto d = torch::empty({f.size(0), f.size(1), harmonics});
    for (int64_t i = 0; i < f.size(0); ++i) {
      harmonic_bank_gradient(row(g, i), row(f, i), static_cast<int>(harmonics), static_cast<int>(hop),
                             context->saved_data["sample_rate"].toDouble(), row(d, i));
    }
    return {d, Tensor(), Tensor(), Tensor()};
  }
};

struct NoiseAudio : Function<NoiseAudio> {
  static Tensor forward(AutogradContext* context, const Tensor& responses, const Tensor& white, int64_t hop) {
    const auto h = responses.contiguous(), x = white.contiguous();
    auto audio = torch::empty_like(x);
    for (int64_t i = 0; i < h.size(0); ++i) {
      filter_noise(row(h, i), row(x, i), static_cast<int>(h.size(2)), static_cast<int>(hop), row(audio, i));
    }
    context->save_for_backward({x});
    context->saved_data["taps"] = h.size(2);
    context->saved_data["hop"] = hop;
    return audio;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto x = context->get_saved_variables()[0];
    const int64_t taps = context->saved_data["taps"].toInt(), hop = context->saved_data["hop"].toInt();
    const auto g = gradients[0].contiguous();
    auto d = torch::empty({x.size(0), x.size(1) / hop, taps});
    for (int64_t i = 0; i < x.size(0); ++i) {
      filter_noise_gradient(row(g, i), row(x, i), static_cast<int>(taps), static_cast<int>(hop), row(d, i));
    }
    return {d, Tensor(), Tensor()};
  }
};

struct SpectralLoss : Function<SpectralLoss> {
  static Tensor forward(AutogradContext* context, const Tensor& audio, const Tensor& target,
                        std::vector<int64_t> sizes, double weight) {
    const auto x = audio.contiguous(), y = target.contiguous();
    auto gradient = torch::zeros_like(x);
    const double scale = weight / static_cast<double>(x.size(0));
    double sum = 0;
    for (int64_t i = 0; i < x.size(0); ++i) {
      for (const int64_t size : sizes) {
        sum += scale * spectral_distance(row(x, i), row(y, i), static_cast<int>(size), row(gradient, i),
                                         static_cast<float>(scale))
                           .total();
      }
    }
    context->save_for_backward({gradient});
    return torch::tensor(static_cast<float>(sum));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {context->get_saved_variables()[0] * gradients[0], Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor gru_sequence(const Tensor& inputs, const Tensor& weight, const Tensor& bias) {
  return GruSequence::apply(inputs, weight, bias);
}

Tensor harmonic_audio(const Tensor& amplitudes, const Tensor& f0_hz, int hop, double sample_rate) {
  return HarmonicAudio::apply(amplitudes, f0_hz, static_cast<int64_t>(hop), sample_rate);
}

Tensor noise_audio(const Tensor& responses, const Tensor& white, int hop) {
  return NoiseAudio::apply(responses, white, static_cast<int64_t>(hop));
}

Tensor spectral_loss(const Tensor& audio, const Tensor& target, const std::vector<int64_t>& sizes,
                     double weight) {
  return SpectralLoss::apply(audio, target, sizes, weight);
}

}  // namespace continuo::ddsp
