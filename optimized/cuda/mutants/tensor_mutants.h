// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fp8oracle/backend.h"

// Wrong per-tensor kernels: each backend is the CUDA backend with one fault planted in one
// operation. The fault is compiled in for BF16 and E4M3 alone; every other call goes to the right
// kernel.
namespace fp8oracle::cuda::mutants {

struct TensorMutant {
  const char* name;     ///< stable id
  const char* clause;   ///< the clause that must kill it
  const char* summary;  ///< what the kernel does wrong
  const fp8oracle_backend_table* table;
};

/// All of them. The tables live as long as the program.
const std::vector<TensorMutant>& tensor_mutants();
/// One fault for each tool of compute-sanitizer: a write out of bounds, a missing barrier, a
/// divergent barrier, an initial value that nobody wrote. Not for the kill table: what a missing or
/// divergent barrier does to the bytes is a matter of luck.
const std::vector<TensorMutant>& sanitizer_mutants();

}  // namespace fp8oracle::cuda::mutants
