// Speed of the packed kernels, beside what this machine can do at all. One thread; runs off stage.
#pragma once

namespace continuo::bench {

// The machine's limits, each from a short loop that does nothing else (bench/machine_limits.cpp). All figures
// take the best of many short trials, since whatever else the machine does can only make a trial slower.
double machine_gemv_gflops();  // float32, one row of activations, 6.3 MB of weights: each weight is used once
double
machine_gemm_gflops();  // float32, 32 rows of activations, the same weights: each weight is used 32 times
double machine_int8_gops();  // int8, one row of activations, 1.6 MB of weights

struct KernelFigure {
  double microseconds = 0;     // a call
  double giga_per_second = 0;  // operations: a multiplication and an addition count two
  double limit = 0;            // the machine's, measured alternately with the kernel
  double limit_share() const { return limit > 0 ? giga_per_second / limit : 0; }
};

// One step of a GRU of 512 inputs and 512 hidden values for `batch` voices (1..32). The limit is gemv for one
// voice, gemm from 5 voices on, and between them gemv's weights at the batch's number of operations, if that
// is less.
KernelFigure gru512_step(int batch);

// An int8 product of 1536 rows and 1024 columns, activations rounded before.
KernelFigure int8_product();

// LibTorch's GRUCell(512, 512) beside ours, one thread, the same weights and 100 inputs. Only with
// CONTINUO_TRAIN (bench/kernels_torch.cpp).
struct GruPeer {
  double ours_us = 0, torch_us = 0;  // a step
  double largest_difference = 0;     // between the states
};
GruPeer gru512_beside_torch();

}  // namespace continuo::bench
