// SPDX-License-Identifier: Apache-2.0
#include "baseline.h"

#include <algorithm>
#include <cstdio>

namespace fp8oracle::bench {
namespace {

std::string change(const RowResult& row, const char* what, double before, double after) {
  char line[256];
  std::snprintf(line, sizeof line, "%s: %s %.4g, was %.4g (%+.1f %%)", row.name().c_str(), what,
                after, before, 100 * (after / before - 1));
  return line;
}

}  // namespace

Comparison compare(const Results& baseline, const Results& now) {
  Comparison result;
  const bool same_device =
      baseline.machine == now.machine && baseline.gpu == now.gpu && baseline.device == now.device;
  if (!same_device) {
    result.notes.push_back("the baseline is of another machine (" + baseline.machine + ", " +
                           baseline.device + "): times of small rows are not compared");
  }
  for (const RowResult& row : now.rows) {
    const auto before =
        std::find_if(baseline.rows.begin(), baseline.rows.end(),
                     [&](const RowResult& other) { return other.name() == row.name(); });
    if (before == baseline.rows.end() || !before->measured()) {
      result.notes.push_back(row.name() + ": not in the baseline");
      continue;
    }
    if (!row.measured()) {
      result.worse.push_back(row.name() + ": " + row.status + " now (" + row.reason + ")");
      continue;
    }
    const bool small = row.bytes <= kSmallBytes;
    if (small && !same_device) continue;
    ++result.compared;
    const bool ok = small ? (row.us <= before->us * (1 + kTolerance))
                          : (row.ratio >= before->ratio * (1 - kTolerance));
    if (ok) continue;
    result.worse.push_back(small ? change(row, "us", before->us, row.us)
                                 : change(row, "ratio", before->ratio, row.ratio));
  }
  return result;
}

}  // namespace fp8oracle::bench
