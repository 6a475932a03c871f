// SPDX-License-Identifier: Apache-2.0
// The codec against search in the sorted table of values: a second method that rounds nothing.
#include <bit>
#include <cmath>

#include "reference/tests/table_search.h"
#include "tests/every_float.h"
#include "tests/knobs.h"

namespace fp8oracle::exhaustive {
namespace {

std::uint8_t searched(const reference::TableSearch& table, const Format& format, float x) {
  if (std::isnan(x)) return static_cast<std::uint8_t>(format.nan_code);
  const double magnitude = std::fabs(static_cast<double>(x));
  const unsigned code = std::min(table.nearest(magnitude), format.max_code);
  return static_cast<std::uint8_t>((std::signbit(x) ? 0x80u : 0u) | code);
}

class TableSearchWitness : public testing::TestWithParam<Format> {};

TEST_P(TableSearchWitness, EncodesEveryFloatLikeTheReference) {
  const Format& format = GetParam();
  const reference::TableSearch table(format);
  const auto rules = reference::element_rules(format, te_knobs(format));
  const auto agrees = [&](float x) {
    return searched(table, format, x) == reference::encode(format, rules, x);
  };
  std::size_t aimed = 0;
  for (const float magnitude : table.aimed_magnitudes()) {
    for (const float x : {magnitude, -magnitude}) {
      ++aimed;
      EXPECT_TRUE(agrees(x)) << std::hexfloat << x;
    }
  }
  EXPECT_GE(aimed, 3000u);
  expect_every_float("table search", std::uint64_t{1} << 32, step(255),
                     [&](std::uint32_t bits) { return agrees(std::bit_cast<float>(bits)); });
}

TEST_P(TableSearchWitness, DecodesEveryCodeLikeTheReference) {
  const Format& format = GetParam();
  const reference::TableSearch table(format);
  for (unsigned code = 0; code < 256; ++code) {
    const unsigned magnitude = code & 0x7Fu;
    const double value = reference::decode(format, static_cast<std::uint8_t>(code));
    if (magnitude > format.max_code) {
      const bool inf = format.has_inf() && magnitude == format.inf_code;
      EXPECT_TRUE(inf ? std::isinf(value) : std::isnan(value)) << code;
    } else {
      const double expected =
          (code & 0x80u) != 0 ? -table.value(magnitude) : table.value(magnitude);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(expected))
          << code;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, TableSearchWitness, testing::ValuesIn(kSchemeFormats),
                         [](const auto& format) { return std::string(format.param.name); });

}  // namespace
}  // namespace fp8oracle::exhaustive
