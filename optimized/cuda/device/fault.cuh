// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fp8oracle::cuda {

/// What is planted wrong in a kernel. The backend instantiates kNone alone; the mutants' own
/// translation unit instantiates the rest.
enum class Fault {
  kNone,
};

}  // namespace fp8oracle::cuda
