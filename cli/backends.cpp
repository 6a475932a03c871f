// SPDX-License-Identifier: Apache-2.0
#include "cli/backends.h"

#include <array>

#include "cli/mutant_lists.h"
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

std::string why_it_cannot_run(const InTreeBackend& backend) {
  std::array<char, 512> text{};
  fp8oracle_stream stream = nullptr;
  const fp8oracle_backend_table& table = backend.table();
  if (table.stream_create(&stream, {text.data(), text.size()}) == FP8ORACLE_OK) {
    table.stream_destroy(stream);
    return {};
  }
  return text[0] != '\0' ? text.data() : "it does not say why";
}

const fp8oracle_backend_table* resolve_backend(const std::string& name) {
  if (name.rfind(kMutant, 0) == 0) return resolve_mutant(name.substr(kMutant.size()));
  if (const InTreeBackend* backend = find_in_tree_backend(name)) return &backend->table();
  std::string names;
  for (const InTreeBackend& backend : in_tree_backends()) names += std::string(backend.name) + ", ";
  throw BackendError("unknown backend '" + name + "' (" + names + "mutant:NAME, PATH.so)");
}

}  // namespace fp8oracle::cli
