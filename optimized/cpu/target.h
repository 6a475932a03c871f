// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fp8oracle::cpu {

/// The Highway targets that this build has and this processor can run, best first: "AVX3", "AVX2",
/// "SSE4", "SSSE3", "SCALAR".
std::vector<std::string> target_names();

/// Makes the calls that follow use this target; an empty name goes back to the best one. False, and
/// nothing changes, when it cannot run here. For tests and benchmarks; not while a call is running.
bool select_target(std::string_view name);

}  // namespace fp8oracle::cpu
