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

}  // namespace fp8oracle::cuda::mutants
