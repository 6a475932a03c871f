// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::reference {

// amax = max|x|, +0 for no elements. What a NaN does is said by the name, never left to a bare
// maxCoeff(), which is unspecified on NaN [K12].

/// NaN elements are invisible: a tensor of NaNs has amax 0.
template <typename Derived>
float max_dropping_nan(const Eigen::ArrayBase<Derived>& x) {
  float amax = 0.0f;
  for (Eigen::Index r = 0; r < x.rows(); ++r) {
    for (Eigen::Index c = 0; c < x.cols(); ++c) {
      const float magnitude = std::fabs(x(r, c));
      amax = magnitude > amax ? magnitude : amax;  // false for NaN
    }
  }
  return amax;
}

/// One NaN element makes the amax NaN.
template <typename Derived>
float max_propagating_nan(const Eigen::ArrayBase<Derived>& x) {
  return x.size() == 0 ? 0.0f : x.abs().template maxCoeff<Eigen::PropagateNaN>();
}

/// max|x| by the knob amax.nan.
template <typename Derived>
float max_magnitude(const Eigen::ArrayBase<Derived>& x, const Knobs& knobs) {
  return knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN ? max_propagating_nan(x)
                                                        : max_dropping_nan(x);
}

/// max(old, next) for next >= +0. A previous value whose sign bit is set (negative, -0, NaN with a
/// sign) is below everything; any other NaN stays. A NaN that got into `next` stays as well:
/// amax.nan = drop never makes one.
inline float accumulate_amax(float old, float next) {
  return std::signbit(old) || next > old || std::isnan(next) ? next : old;
}

/// amax = max|input|, overwritten; 0 for an empty input [K24].
void amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args);

}  // namespace fp8oracle::reference
