// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "example.h"
#include "fp8oracle/client.hpp"

namespace fp8oracle::mutants::tests {

/// A table, driven directly, and the stream that its calls go through. A call that fails throws,
/// which fails the test.
class Subject {
 public:
  explicit Subject(const fp8oracle_backend_table& table) : stream_(client::Client(&table)) {}

  Outputs quantize(const Example& e);
  Outputs quantize_current(const Example& e);
  /// All of one scheme and type; the items stand `gap` bytes apart, as for a caller of tomorrow.
  std::vector<Outputs> quantize_many(const std::vector<Example>& examples, std::size_t gap = 0);
  float scale_inverse(const Example& e);
  /// The elements of the dense output as bits, every NaN the same one.
  std::vector<std::uint32_t> dequantize(const Example& e, Outputs& outputs,
                                        fp8oracle_direction direction, fp8oracle_type type);
  fp8oracle_status supports_quantize(const Example& e);

 private:
  /// Calls and waits.
  void run(fp8oracle_operation operation, const void* args);

  client::Stream stream_;
};

}  // namespace fp8oracle::mutants::tests
