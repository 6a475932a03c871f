// SPDX-License-Identifier: Apache-2.0
#include "cli/quality.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "fp8oracle/format.h"
#include "reference/codec.h"

namespace fp8oracle::cli {
namespace {

double percent(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

double Quality::sqnr_db() const {
  return noise == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(signal / noise);
}

Quality measure(const runner::QuantizedView& view) {
  const Scheme& scheme = view.scheme();
  std::array<double, 256> value{};
  for (std::size_t code = 0; code < value.size(); ++code)
    value[code] = reference::decode(scheme.format, static_cast<std::uint8_t>(code));
  const std::uint32_t max_code = view.knobs().element_max_code;
  Quality q;
  for (std::int64_t row = 0; row < view.rows(); ++row) {
    for (std::int64_t col = 0; col < view.cols(); ++col) {
      const std::uint8_t code = view.code(row, col);
      const std::uint32_t magnitude = code & ~Format::kSignMask;
      ++q.elements;
      q.zeros += magnitude == 0;
      q.saturated += magnitude == max_code;
      const double x = view.x(row, col);
      const double error = std::fabs(x - value[code] * view.stored_scale_inv(row, col));
      if (!std::isfinite(x) || !std::isfinite(error)) continue;
      q.signal += x * x;
      q.noise += error * error;
      q.max_error = std::fmax(q.max_error, error);
    }
  }
  return q;
}

std::string in_words(const Quality& q) {
  char sqnr[32] = "exact";
  if (q.noise > 0) std::snprintf(sqnr, sizeof sqnr, "%.2f dB", q.sqnr_db());
  char text[160];
  std::snprintf(text, sizeof text,
                "SQNR %9s  max error %-10.3g  zeros %6.2f %%  saturated %6.2f %%", sqnr,
                q.max_error, percent(q.zeros, q.elements), percent(q.saturated, q.elements));
  return text;
}

}  // namespace fp8oracle::cli
