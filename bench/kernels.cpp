// Measuring kernels and limits.
#include "bench/kernels.h"

#include <algorithm>
#include <vector>

#include "bench/trials.h"
#include "models/nn/gru.h"
#include "models/nn/int8_matrix.h"

namespace continuo::bench {
namespace {

constexpr int kHidden = 512;
constexpr std::int64_t kGruWeights = kLimitWeights;
constexpr int kInt8Rows = 1536, kInt8Columns = 1024;

class Int8Limit {
 public:
  void tick() {
    for (const int streams : {1, 2, 4})
      best_.tick([&] { sink = limit_loops().int8(weights_.data(), std::int64_t(weights_.size()), streams); });
  }
  double gops() const { return 2e-9 * double(weights_.size()) / best_.seconds(); }

 private:
  nn::Bytes weights_ = nn::Bytes(std::size_t(kInt8Rows) * kInt8Columns, 1);
  Best best_;
};

template <class Limit>
void run(Limit& limit) {
  for (int i = 0; i < kTrials; ++i) limit.tick();
}

}  // namespace

double machine_gemv_gflops() {
  GemvLimit limit;
  run(limit);
  return limit.gflops();
}

double machine_gemm_gflops() {
  GemmLimit limit;
  run(limit);
  return limit.gflops();
}

double machine_int8_gops() {
  Int8Limit limit;
  run(limit);
  return limit.gops();
}

KernelFigure gru512_step(int batch) {
  batch = std::clamp(batch, 1, 32);
  nn::Gru gru;
  {
    const auto weights = numbers(kGruWeights / 2, 0.04f), bias = numbers(3 * kHidden, 0.04f);
    gru.pack({weights, weights, bias, bias}, kHidden, kHidden);
  }
  const auto x = numbers(std::size_t(batch) * kHidden, 1.0f);
  nn::Floats h(std::size_t(batch) * kHidden), scratch(gru.scratch_floats(batch));
  std::vector<const float*> inputs;
  std::vector<float*> states;
  for (std::size_t i = 0; i < std::size_t(batch); ++i) {
    inputs.push_back(x.data() + i * kHidden);
    states.push_back(h.data() + i * kHidden);
  }
  GemvLimit gemv;
  GemmLimit gemm;
  Best best;
  for (int i = 0; i < kTrials; ++i) {
    gemv.tick();
    best.tick([&] { gru.step(inputs.data(), states.data(), batch, scratch.data()); });
    if (batch > 1) gemm.tick();
    best.tick([&] { gru.step(inputs.data(), states.data(), batch, scratch.data()); });
  }
  sink = h[0];
  KernelFigure figure;
  figure.microseconds = 1e6 * best.seconds();
  figure.giga_per_second = 2e-9 * double(kGruWeights) * batch / best.seconds();
  figure.limit = batch == 1 ? gemv.gflops() : std::min(batch * gemv.gflops(), gemm.gflops());
  return figure;
}

KernelFigure int8_product() {
  nn::Int8Matrix matrix;
  {
    const auto weights = numbers(std::size_t(kInt8Rows) * kInt8Columns, 1.0f);
    matrix.pack(weights, {}, kInt8Rows, kInt8Columns);
  }
  nn::Bytes q(matrix.scratch_bytes(), 3);
  std::vector<float> y(kInt8Rows);
  Int8Limit limit;
  Best best;
  for (int i = 0; i < kTrials; ++i) {
    limit.tick();
    best.tick([&] { matrix.multiply_rounded(q.data(), 1.0f, y.data()); });
  }
  sink = y[0];
  KernelFigure figure;
  figure.microseconds = 1e6 * best.seconds();
  figure.giga_per_second = 2e-9 * kInt8Rows * kInt8Columns / best.seconds();
  figure.limit = limit.gops();
  return figure;
}

}  // namespace continuo::bench
