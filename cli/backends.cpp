// SPDX-License-Identifier: Apache-2.0
#include "cli/backends.h"

#include "cli/mutant_lists.h"
#include "fp8oracle/client.hpp"
#include "fp8oracle/error.h"
#include "optimized/cpu/backend.h"
#include "reference/backend.h"
#ifdef FP8ORACLE_HAS_CUDA
#include "optimized/cuda/backend.h"
#endif

namespace fp8oracle::cli {
namespace {

constexpr std::string_view kMutant = "mutant:";

const fp8oracle_backend_table* resolve_mutant(const std::string& name) {
  if (const fp8oracle_backend_table* table = find_mutant_table(name)) return table;
  throw BackendError("no mutant named '" + name + "' (fp8oracle list mutants)");
}

}  // namespace

const std::vector<InTreeBackend>& in_tree_backends() {
  static const std::vector<InTreeBackend> all{
      {"reference", "the side that is believed: Eigen, one thread", &reference::backend},
      {"cpu", "SIMD kernels on every core", &cpu::backend},
#ifdef FP8ORACLE_HAS_CUDA
      {"cuda", "kernels for NVIDIA GPUs", &cuda::backend},
#endif
  };
  return all;
}

const InTreeBackend* find_in_tree_backend(std::string_view name) {
  for (const InTreeBackend& backend : in_tree_backends()) {
    if (backend.name == name) return &backend;
  }
  return nullptr;
}

std::string why_it_cannot_run(const InTreeBackend& backend) try {
  const client::Stream stream{client::Client(&backend.table())};
  return {};
} catch (const client::Error& error) {
  return error.message.empty() ? "it does not say why" : error.message;
}

const fp8oracle_backend_table* resolve_backend(const std::string& name) {
  if (name.rfind(kMutant, 0) == 0) return resolve_mutant(name.substr(kMutant.size()));
  if (const InTreeBackend* backend = find_in_tree_backend(name)) return &backend->table();
  std::string names;
  for (const InTreeBackend& backend : in_tree_backends()) names += std::string(backend.name) + ", ";
  throw BackendError("unknown backend '" + name + "' (" + names + "mutant:NAME, PATH.so)");
}

}  // namespace fp8oracle::cli
