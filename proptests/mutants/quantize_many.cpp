// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {

std::vector<Args> items_to_cast(const Decisions& d, const std::vector<Args>& items) {
  std::vector<Args> taken;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!d.many.takes(items[i], i)) continue;
    taken.push_back(items[i]);
    if (d.many.prepare != nullptr) d.many.prepare(taken.back(), i, items);
  }
  return taken;
}

void kernel::quantize_many(const Decisions& d, const std::vector<Args>& items) {
  for (const Args& item : items_to_cast(d, items))
    cast_unless_stopped(d, item, FP8ORACLE_OP_QUANTIZE_MANY);
}

}  // namespace fp8oracle::mutants
