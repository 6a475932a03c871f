// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mutant.h"

// Wrong per-tensor kernels.
namespace fp8oracle::cuda::mutants {

/// All of them. The tables live as long as the program.
const std::vector<Mutant>& tensor_mutants();
/// One fault for each tool of compute-sanitizer: a write out of bounds, a missing barrier, a
/// divergent barrier, an initial value that nobody wrote. Not for the kill table: what a missing or
/// divergent barrier does to the bytes is a matter of luck.
const std::vector<Mutant>& sanitizer_mutants();

}  // namespace fp8oracle::cuda::mutants
