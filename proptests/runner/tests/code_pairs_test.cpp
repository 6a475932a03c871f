// SPDX-License-Identifier: Apache-2.0
// Why the comparator knows no tolerance: what the usual one lets through, counted over all pairs of
// different codes. The model is the comparator of TransformerEngine's C++ tests
// (getFirstMismatchIdx in tests/cpp/test_common.cu): 1e-2 absolute or relative on decoded values,
// and an excuse when the two values are the two sides of one rounding step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fp8oracle/compare.h"
#include "fp8oracle/scheme.h"
#include "reference/codec.h"

namespace fp8oracle {
namespace {

using reference::decode;

class CodePairs : public ::testing::TestWithParam<Format> {
 protected:
  CodePairs()
      : scheme_(parse_scheme(std::string(GetParam().name) + ".tensor.row.compact.te",
                             find_profile("te"))) {}

  double cast(double value) const {
    const auto rules = reference::element_rules(GetParam(), scheme_.resolved().knobs);
    return decode(GetParam(), reference::encode(GetParam(), rules, static_cast<float>(value)));
  }

  bool tolerated(std::uint8_t test, std::uint8_t expected) const {
    const double t = decode(GetParam(), test);
    const double r = decode(GetParam(), expected);
    const bool mismatch = std::fabs(t - r) > 1e-2 && (r == 0 || std::fabs((t - r) / r) > 1e-2);
    if (!mismatch) return true;  // so is every NaN: no comparison with it is true
    const double mean = (t + r) / 2;
    const double mean_p = mean >= 0 ? mean * (1 + 1e-6) : mean * (1 - 1e-6);
    const double mean_m = mean >= 0 ? mean * (1 - 1e-6) : mean * (1 + 1e-6);
    return cast(mean_m) == std::min(t, r) && cast(mean_p) == std::max(t, r);
  }

  Scheme scheme_;
};

struct Census {
  int wrong = 0, tolerated = 0, with_nan = 0, with_nan_tolerated = 0, ours = 0;
};

TEST_P(CodePairs, AToleranceAcceptsWrongCodesThatThisComparatorDoesNot) {
  Census census;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      if (a == b) continue;
      const auto test = static_cast<std::uint8_t>(a);
      const auto expected = static_cast<std::uint8_t>(b);
      const bool nan = (code_class(GetParam(), test) == CodeClass::kNan) !=
                       (code_class(GetParam(), expected) == CodeClass::kNan);
      const bool accepted = tolerated(test, expected);
      ++census.wrong;
      census.tolerated += accepted;
      census.with_nan += nan;
      census.with_nan_tolerated += nan && accepted;
      census.ours += same_code(scheme_.resolved(), expected, test);
    }
  }
  const bool e4m3 = GetParam().name == "e4m3";
  EXPECT_EQ(census.wrong, 65280);
  EXPECT_EQ(census.tolerated, e4m3 ? 1824 : 8412);
  EXPECT_EQ(census.with_nan, e4m3 ? 1016 : 3000);
  EXPECT_EQ(census.with_nan_tolerated, census.with_nan) << "a NaN never mismatches there";
  EXPECT_EQ(census.ours, 0);
}

INSTANTIATE_TEST_SUITE_P(Formats, CodePairs, ::testing::Values(kE4M3, kE5M2),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

}  // namespace
}  // namespace fp8oracle
