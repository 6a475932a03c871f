// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "example.h"
#include "fp8oracle/backend.h"

namespace fp8oracle::mutants::tests {

/// A table, driven directly, and the stream that its calls go through. A call that fails is a
/// failure of the test.
class Subject {
 public:
  explicit Subject(const fp8oracle_backend_table& table);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

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
  template <typename AbiArgs>
  void run(fp8oracle_status (*operation)(const AbiArgs*, fp8oracle_stream, fp8oracle_message),
           const AbiArgs& args);

  const fp8oracle_backend_table& table_;
  fp8oracle_stream stream_ = nullptr;
};

}  // namespace fp8oracle::mutants::tests
