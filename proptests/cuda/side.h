// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "fp8oracle/client.hpp"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::cuda_tests {

/// Memory of a backend with guard bytes around it, all poisoned.
struct Block {
  void* base = nullptr;
  std::uint64_t all = 0;
  fp8oracle_buffer buffer{};
};

/// A backend's stream and the memory of one case. Throws client::Error.
class Side : public client::Stream {
 public:
  explicit Side(const fp8oracle_backend_table& table) : Stream(client::Client(&table)) {}

  /// `offset` bytes behind an aligned address.
  Block make(std::uint64_t bytes, std::uint64_t offset = 0);
  Block make(const std::vector<std::uint8_t>& content, std::uint64_t offset = 0);
  Block make_float(float value);
  /// The scheme as the ABI has it, named `te`. It lives until free_all().
  const fp8oracle_scheme* keep(const ResolvedScheme& scheme);
  void write(const Block& block, const std::vector<std::uint8_t>& content);
  /// Guards included.
  std::vector<std::uint8_t> read(const Block& block);
  void free_all();

 private:
  std::vector<client::Memory> memory_;
  std::deque<AbiScheme> schemes_;
};

/// Bits of the type: every class of number, magnitudes all over the exponents, neighbours of ties.
std::vector<std::uint8_t> random_elements(fp8oracle_type type, std::int64_t count,
                                          std::uint64_t seed);

/// The first place where two outputs differ, as words, or empty. A NaN equals a NaN in FP32.
std::string difference(const std::vector<std::uint8_t>& expected,
                       const std::vector<std::uint8_t>& observed, bool is_float);

/// NaNs differ in their bits by device: each becomes the same one.
void unify_nans(std::span<std::uint8_t> elements, fp8oracle_type type);

}  // namespace fp8oracle::cuda_tests
