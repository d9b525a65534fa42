// Rows of kernels and dispatch, beside the machine's limits and their peers.
#include <sstream>

#include "bench/decode.h"
#include "bench/figures.h"
#include "bench/kernels.h"
#include "bench/osc_dispatch.h"
#include "bench/process.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

Row kernel_row(const KernelFigure& figure, double goal) {
  Row row;
  row.value = figure.microseconds;
  row.limit_share = figure.limit_share();
  row.note =
      text("%.1f of %.1f G operations/s; goal: share %.1f", figure.giga_per_second, figure.limit, goal);
  return row;
}

// LibTorch lives in a program of its own: it brings hundreds of libraries and threads, none of which should
// run beside what is measured here.
// What it prints.
std::vector<double> run_torch_peer(const std::vector<std::string>& arguments, size_t numbers) {
  const auto program = own_path().parent_path() / "continuo-bench-torch";
  if (!std::filesystem::exists(program)) throw Absent(program.string() + " is not built");
  TemporaryFolder folder;
  std::vector<std::string> command{program.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command, {{"OPENBLAS_NUM_THREADS", "1"}, {"OMP_WAIT_POLICY", "PASSIVE"}},
                  folder.path() / "output.log");
  while (process.running()) wait_for(20ms);
  std::istringstream printed(process.output());
  std::vector<double> values(numbers);
  for (double& value : values) {
    if (!(printed >> value)) throw Absent("continuo-bench-torch: " + process.output());
  }
  return values;
}

}  // namespace

std::vector<Row> measure_machine(const Settings&) {
  std::vector<Row> rows(3);
  rows[0].value = machine_gemv_gflops();
  rows[0].note = "float32 matrix-vector, one core: weights from cache or memory";
  rows[1].value = machine_gemm_gflops();
  rows[1].note = "float32 matrix-matrix at 32 rows, one core";
  rows[2].value = machine_int8_gops();
  rows[2].note = "int8 matrix-vector, one core";
  for (Row& row : rows) row.better = Better::kMore;
  return rows;
}

std::vector<Row> measure_gru_step(const Settings&) {
  Row row = kernel_row(gru512_step(1), 0.8);
  row.peer = "LibTorch GRUCell";
  try {
    const auto peer = run_torch_peer({}, 3);
    row.peer_value = peer[1];
    row.note += text("; beside LibTorch %.1f us, largest difference %.1e (goal 1e-4)", peer[0], peer[2]);
  } catch (const Absent& why) {
    row.note += "; peer absent: " + std::string(why.what());
  }
  return {row};
}

std::vector<Row> measure_gru_batch(const Settings&) {
  return {kernel_row(gru512_step(8), 0.7)};
}

std::vector<Row> measure_decode(const Settings&) {
  constexpr int kBatch = 32;
  const KernelFigure figure = decoder_step(kBatch);
  Row row;
  row.value = figure.microseconds / kBatch;
  row.limit_share = figure.limit_share();
  row.peer = "LibTorch eager, one by one";
  row.note = text("GRU of 512, 100 harmonics, 65 bands; %.1f of %.1f GFLOP/s; goal: share 0.7, ratio 8",
                  figure.giga_per_second, figure.limit);
  for (const int batch : {1, 4, 16}) {
    row.note += text("%s%d: %.1f us", batch == 1 ? "; a note at a batch of " : ", ", batch,
                     decoder_step(batch).microseconds / batch);
  }
  try {
    const auto peer = run_torch_peer({"decode"}, 4);
    row.peer_value = peer[1];
    row.note += text("; beside LibTorch %.1f us, its own batch of 32 %.1f us, largest difference %.1e",
                     peer[0], peer[2], peer[3]);
  } catch (const Absent& why) {
    row.note += "; peer absent: " + std::string(why.what());
  }
  return {row};
}

std::vector<Row> measure_int8_product(const Settings&) {
  return {kernel_row(int8_product(), 0.8)};
}

std::vector<Row> measure_dispatch(const Settings&) {
  const OscDispatchFigure figure = measure_osc_dispatch();
  Row row;
  row.value = figure.ours_ns;
  row.peer = "liblo";
  row.peer_value = figure.liblo_ns;
  row.note = "one float to one of 500 addresses; goal: below 200";
  return {row};
}

}  // namespace continuo::bench
