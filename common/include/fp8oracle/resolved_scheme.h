// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/format.h"
#include "fp8oracle/grid.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle {

/// A scheme with every pointer followed and every knob settled: what an implementation reads once,
/// when it is called, instead of the ABI's struct.
struct ResolvedScheme {
  Format format;
  Grid grid;
  std::uint32_t directions = FP8ORACLE_ROWWISE;  ///< fp8oracle_direction bits
  fp8oracle_layout layout = FP8ORACLE_LAYOUT_COMPACT;
  Knobs knobs;  ///< element_max_code is set

  bool has(fp8oracle_direction d) const {
    return (directions & static_cast<std::uint32_t>(d)) != 0;
  }
};

/// Precondition: check_scheme() found nothing.
ResolvedScheme resolve(const fp8oracle_scheme& scheme);

/// The way back: the ABI's structs of a scheme, which point to each other. Lives as long as a call.
class AbiScheme {
 public:
  /// All of a scheme but the profile's name, without a pointer in it.
  struct Parts {
    fp8oracle_format format;
    fp8oracle_grid grid;
    KnobValues knobs;
    std::uint32_t directions;
    std::uint32_t layout;
  };

  AbiScheme(const ResolvedScheme& scheme, std::string profile);
  AbiScheme(const Parts& parts, std::string profile)
      : parts_(parts), profile_(std::move(profile)) {}

  /// Points into this object.
  const fp8oracle_scheme* get();
  const Parts& parts() const { return parts_; }
  const std::string& profile() const { return profile_; }

 private:
  Parts parts_;
  std::string profile_;
  fp8oracle_knobs knobs_{};
  fp8oracle_scheme scheme_{};
};

}  // namespace fp8oracle
