// SPDX-License-Identifier: Apache-2.0
#include "cli/mutant_lists.h"

#include <string>

#include "fp8oracle/error.h"
#ifdef FP8ORACLE_HAS_CUDA
#include "optimized/cuda/backend.h"
#include "optimized/cuda/mutants/block_mutants.h"
#include "optimized/cuda/mutants/tensor_mutants.h"
#endif

namespace fp8oracle::cli {
namespace {

#ifdef FP8ORACLE_HAS_CUDA
void append(std::vector<mutants::Mutant>& list, const std::vector<cuda::mutants::Mutant>& more,
            const char* family) {
  for (const cuda::mutants::Mutant& m : more)
    list.push_back({m.name, m.clause, family, m.summary, "CUDA", "", "", m.table});
}

MutantList cuda_list() {
  MutantList list{"cuda", {}, &cuda::backend(), false};
  append(list.mutants, cuda::mutants::tensor_mutants(), "cuda-tensor");
  append(list.mutants, cuda::mutants::block_mutants(), "cuda-block");
  return list;
}

const fp8oracle_backend_table* planted_for_sanitizers(std::string_view name) {
  for (const auto& m : cuda::mutants::sanitizer_mutants()) {
    if (m.name == name) return m.table;
  }
  return nullptr;
}
#else
const fp8oracle_backend_table* planted_for_sanitizers(std::string_view) { return nullptr; }
#endif

const std::vector<MutantList>& lists() {
  static const std::vector<MutantList> all{
      {"cpu", mutants::mutants(), &mutants::correct_queued_kernel(), true},
#ifdef FP8ORACLE_HAS_CUDA
      cuda_list(),
#endif
  };
  return all;
}

}  // namespace

const MutantList& mutants_of(std::string_view backend) {
  std::string names;
  for (const MutantList& list : lists()) {
    if (list.backend == backend) return list;
    names += (names.empty() ? "" : ", ") + std::string(list.backend);
  }
  throw UsageError("mutants: there are none of backend '" + std::string(backend) + "' (" + names +
                   ")");
}

const fp8oracle_backend_table* find_mutant_table(std::string_view name) {
  for (const MutantList& list : lists()) {
    for (const mutants::Mutant& m : list.mutants) {
      if (m.name == name) return m.table;
    }
  }
  return planted_for_sanitizers(name);
}

}  // namespace fp8oracle::cli
