// SPDX-License-Identifier: Apache-2.0
// The reference on its one thread: the encoder alone on 2^22 values, and whole operations. Beside
// them std::memcpy of the same bytes on one thread.
#include "reference/codec.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "host_copy.h"
#include "paired_row.h"
#include "reference/backend.h"

namespace fp8oracle::bench {
namespace {

constexpr std::size_t kValues = std::size_t{1} << 22;
constexpr double kBytes = 5.0 * static_cast<double>(kValues);

Pair encode_pair(const Format& format) {
  const auto values = std::make_shared<std::vector<float>>(kValues);
  std::mt19937 random(8);
  std::normal_distribution<float> normal(0.0f, 16.0f);
  for (float& value : *values) value = normal(random);
  const auto codes = std::make_shared<std::vector<std::uint8_t>>(kValues);
  const auto copy = std::make_shared<HostCopy>(static_cast<std::uint64_t>(kBytes), 1, 1);
  const reference::ElementRules rules =
      reference::element_rules(format, find_profile("te").knobs_for(format));
  return {[=] {
            reference::encode_all(format, rules, *values, *codes);
            benchmark::DoNotOptimize(codes->data());
          },
          [copy] { copy->run(0); }, static_cast<double>(kValues), kBytes};
}

}  // namespace

void add_reference_rows() {
  for (const Format& format : {kE4M3, kE5M2}) {
    add_paired_row("encode/f32/" + std::string(format.name) + "/4194304/reference",
                   [format] { return encode_pair(format); });
  }
  for (const char* const operation : {"quantize", "mx-rowwise", "dequantize"}) {
    add_host_row("reference", reference::backend(),
                 {&find_operation(operation), 2048, 2048, 1, FP8ORACLE_F32, kE4M3}, 1, [] {});
  }
}

}  // namespace fp8oracle::bench
