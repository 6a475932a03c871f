// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "queued.h"
#include "table.h"

namespace fp8oracle::mutants {
namespace {

std::vector<Mutant> families() {
  std::vector<Mutant> all;
  const std::pair<const char*, std::vector<Mutant>> lists[] = {
      {"classic", classic_mutants()},
      {"rounding", rounding_mutants()},
      {"specials", special_mutants()},
      {"amax", amax_mutants()},
      {"scale", scale_mutants()},
      {"e8m0", e8m0_mutants()},
      {"data_scale", data_scale_mutants()},
      {"layout", layout_mutants()},
      {"tail", tail_mutants()},
      {"direction", direction_mutants()},
      {"lifetime", lifetime_mutants()},
      {"dequantize", dequantize_mutants()},
      {"repeat", repeat_mutants()},
      {"boundary", boundary_mutants()},
      {"control", control_mutants()},
      {"current", current_mutants()},
      {"many", many_mutants()},
      {"given", given_mutants()},
  };
  for (const auto& [family, list] : lists) {
    for (const Mutant& m : list) {
      all.push_back(m);
      all.back().family = family;
    }
  }
  return all;
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = families();
  return all;
}

const Mutant* find_mutant(std::string_view name) {
  for (const Mutant& m : mutants()) {
    if (m.name == name) return &m;
  }
  return nullptr;
}

const fp8oracle_backend_table& correct_kernel() {
  return Table<[](Decisions&) {}>::table("mutants' correct kernel");
}

}  // namespace fp8oracle::mutants
