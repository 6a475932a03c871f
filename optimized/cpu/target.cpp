// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <cstdint>

#include "hwy/highway.h"

namespace fp8oracle::cpu {
namespace {

// A better target has a lower bit. The baseline runs everywhere, whatever detection says.
std::vector<std::int64_t> runnable_targets() {
  const std::int64_t mask = (hwy::SupportedTargets() | HWY_STATIC_TARGET) & HWY_TARGETS;
  std::vector<std::int64_t> targets;
  for (std::int64_t rest = mask; rest != 0; rest &= rest - 1) targets.push_back(rest & -rest);
  return targets;
}

}  // namespace

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const std::int64_t target : runnable_targets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

bool select_target(std::string_view name) {
  if (name.empty()) {
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return true;
  }
  for (const std::int64_t target : runnable_targets()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::GetChosenTarget().Update(target);
    return true;
  }
  return false;
}

}  // namespace fp8oracle::cpu
