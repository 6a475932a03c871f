// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "runner/quantized_view.h"

namespace fp8oracle::cli {

/// What quantizing did to a tensor's numbers. Elements that are not finite count in `elements`
/// alone.
struct Quality {
  std::uint64_t elements = 0;
  std::uint64_t zeros = 0;      ///< codes of zero, either sign
  std::uint64_t saturated = 0;  ///< codes of the largest magnitude that is written
  double signal = 0;            ///< sum of x^2
  double noise = 0;             ///< sum of (x - dequantized)^2
  double max_error = 0;

  double sqnr_db() const;  ///< +Inf where nothing was lost
};

/// Of one direction of a quantize step.
Quality measure(const runner::QuantizedView& view);

/// "SQNR 31.5 dB, max error 0.0123, zeros 0.10 %, saturated 0.00 %"
std::string in_words(const Quality& quality);

}  // namespace fp8oracle::cli
