// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mutant.h"

// Wrong kernels for blocks, dequantize and swizzle.
namespace fp8oracle::cuda::mutants {

/// All of them. The tables live as long as the program.
const std::vector<Mutant>& block_mutants();

}  // namespace fp8oracle::cuda::mutants
