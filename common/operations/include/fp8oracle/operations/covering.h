// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace fp8oracle {

/// A covering array of strength 3: rows of one level a factor, such that any levels of any three
/// factors stand together in some row. levels[f] >= 1 is how many levels factor f has; with fewer
/// than three factors every combination is a row. The first rows cover the most.
///
/// Greedy over all combinations: levels multiply to a few thousand at most. Throws UsageError
/// beyond 65536.
std::vector<std::vector<int>> covering_array(const std::vector<int>& levels);

}  // namespace fp8oracle
