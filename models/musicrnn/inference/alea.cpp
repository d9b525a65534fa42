#include "models/musicrnn/inference/alea.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace continuo::musicrnn {
namespace {

constexpr double k2To32 = 4294967296.0, k2ToMinus32 = 2.3283064365386963e-10;

class Mash {
 public:
  double operator()(const std::string& text) {
    for (const char c : text) {
      n_ += static_cast<unsigned char>(c);
      double h = 0.02519603282416938 * n_;
      n_ = std::floor(h);
      h -= n_;
      h *= n_;
      n_ = std::floor(h);
      h -= n_;
      n_ += h * k2To32;
    }
    return std::floor(std::fmod(n_, k2To32)) * k2ToMinus32;
  }

 private:
  double n_ = 0xefc8249d;
};

}  // namespace

double alea(const std::string& seed) {
  Mash mash;
  double s0 = mash(" "), s1 = mash(" "), s2 = mash(" ");
  for (double* s : {&s0, &s1, &s2}) {
    *s -= mash(seed);
    if (*s < 0) *s += 1;
  }
  const double t = 2091639 * s0 + 1 * k2ToMinus32;
  return t - std::floor(t);
}

std::string javascript_text(double x) {
  char text[64];
  // Exponents begin below 1e-6 there.
  const auto format = x != 0 && x < 1e-6 ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(text, text + sizeof text, x, format);
  std::string out(text, end.ptr);
  // "1e-07" is "1e-7".
  if (const auto exponent = out.find("e-0"); exponent != std::string::npos) out.erase(exponent + 2, 1);
  return out;
}

int multinomial(std::span<const float> logits, double random) {
  const double u = alea(javascript_text(random));
  const float most = *std::max_element(logits.begin(), logits.end());
  std::vector<float> p(logits.begin(), logits.end());
  float sum = 0;
  for (float& x : p) sum += x = static_cast<float>(std::exp(static_cast<double>(x - most)));
  float running = 0;
  for (std::size_t i = 0; i + 1 < p.size(); ++i) {
    running += p[i] / sum;
    if (u < static_cast<double>(running)) return static_cast<int>(i);
  }
  return static_cast<int>(p.size()) - 1;
}

}  // namespace continuo::musicrnn
