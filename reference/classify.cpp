// SPDX-License-Identifier: Apache-2.0
#include "reference/classify.h"

#include <cmath>

#include "reference/value_space.h"

namespace fp8oracle::reference {

CodeTraits classify(const Format& format, const Knobs& knobs, float scaled) {
  CodeTraits traits;
  traits.nan = std::isnan(scaled);
  traits.inf = std::isinf(scaled);
  if (traits.nan || traits.inf) return traits;

  const int mantissa_bits = static_cast<int>(format.mantissa_bits);
  const double magnitude = std::fabs(static_cast<double>(scaled));
  const unsigned code = nearest_code(magnitude, mantissa_bits, format.emin());
  const double quanta =
      magnitude * power_of_two(-quantum_exponent(magnitude, mantissa_bits, format.emin()));

  // The neighbours of a tie are rounded down and rounded up; the even one of them is `code`.
  const double remainder = quanta - round_half_even(quanta);
  const unsigned upper = remainder == 0.5 ? code + 1 : code;
  traits.tie = std::fabs(remainder) == 0.5 && upper <= knobs.element_max_code;
  traits.subnormal = code != 0 && code < (1u << mantissa_bits);
  traits.saturated = code > knobs.element_max_code;
  traits.negative_zero = code == 0 && std::signbit(scaled);
  return traits;
}

}  // namespace fp8oracle::reference
