// SPDX-License-Identifier: Apache-2.0
// fp8oracle_bench: the rows of the two host backends beside their limits. Any backend, a GPU's
// included, is measured by `fp8oracle bench`.
#include <benchmark/benchmark.h>

#include "machine.h"
#include "optimized/cpu/backend.h"
#include "paired_row.h"

int main(int argc, char** argv) {
  namespace bench = fp8oracle::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("machine", bench::describe_run(fp8oracle::cpu::backend()).machine);
  benchmark::AddCustomContext("device", fp8oracle::cpu::device_name());
  bench::add_reference_rows();
  bench::add_quantize_rows();
  bench::add_quantize_mx_rows();
  bench::add_amax_rows();
  bench::add_dequantize_rows();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
