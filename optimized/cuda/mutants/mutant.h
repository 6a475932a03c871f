// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../backend.h"
#include "fp8oracle/backend.h"

namespace fp8oracle::cuda::mutants {

/// The CUDA backend with one fault planted in one operation. A fault is compiled in for BF16 and
/// E4M3 alone (swizzle: always); every other call goes to the right kernel.
struct Mutant {
  const char* name;     ///< stable id
  const char* clause;   ///< the clause that must kill it
  const char* summary;  ///< what the kernel does wrong
  const fp8oracle_backend_table* table;
};

using Table = fp8oracle_backend_table;

/// The CUDA backend's table but for one function.
template <auto kMember, auto kFunction>
const Table* table_with() {
  static const Table table = [] {
    Table changed = backend();
    changed.*kMember = kFunction;
    return changed;
  }();
  return &table;
}

}  // namespace fp8oracle::cuda::mutants
