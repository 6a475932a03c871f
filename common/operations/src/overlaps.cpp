// SPDX-License-Identifier: Apache-2.0
#include "overlaps.h"

namespace fp8oracle::checks {

Name Overlaps::full_name(const Range& range) const {
  Name name = names_[range.name];
  if (name.item == 0) name.item = range.item;
  return name;
}

Error Overlaps::check() {
  sort_ranges();
  const Range* furthest = nullptr;          // of all ranges so far
  const Range* furthest_written = nullptr;  // of those that are written
  for (const Range& range : ranges_) {
    const Range* other = range.written ? furthest : furthest_written;
    if (other != nullptr && range.begin < other->end && !one_cell(range, *other)) {
      const bool blame_other = other->written && !range.written;
      const Range& blamed = blame_other ? *other : range;
      const Range& hit = blame_other ? range : *other;
      return wrong(full_name(blamed), "is written and overlaps " + full_name(hit).text());
    }
    if (furthest == nullptr || range.end > furthest->end) furthest = &range;
    if (range.written && (furthest_written == nullptr || range.end > furthest_written->end))
      furthest_written = &range;
  }
  return std::nullopt;
}

/// By where they begin. A call with few of them allocates nothing.
void Overlaps::sort_ranges() {
  const auto before = [](const Range& a, const Range& b) { return a.begin < b.begin; };
  if (ranges_.size() > kFew) return std::stable_sort(ranges_.begin(), ranges_.end(), before);
  for (auto at = ranges_.begin(); at != ranges_.end(); ++at)
    std::rotate(std::upper_bound(ranges_.begin(), at, *at, before), at, at + 1);
}

bool Overlaps::one_cell(const Range& a, const Range& b) const {
  if (!a.shared || !b.shared || a.begin != b.begin || a.end != b.end) return false;
  const Name first = full_name(a), second = full_name(b);
  const bool scale_inv = first.part == "scale_inv";
  return scale_inv ? first.part == second.part && first.item == second.item
                   : first.field == second.field;
}

}  // namespace fp8oracle::checks
