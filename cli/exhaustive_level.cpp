// SPDX-License-Identifier: Apache-2.0
#include "cli/exhaustive_level.h"

#include <cstdio>

#include "cli/sweep_child.h"
#include "cli/sweep_table.h"

namespace fp8oracle::cli {

int run_exhaustive_tiers(const Subject& subject) {
  const SweepListener listener{[](const std::string& line) {
                                 std::printf("%s\n", line.c_str());
                                 std::fflush(stdout);
                               },
                               [](const std::string&, std::size_t, std::size_t) {}};
  if (subject.table == nullptr) return sweep_in_child(subject.word, {}, listener);
  return sweep_table(*subject.table, subject.word, {}, listener);
}

}  // namespace fp8oracle::cli
