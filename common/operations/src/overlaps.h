// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "checks.h"

namespace fp8oracle::checks {

/// The memory of one call: which of its buffers overlap although one of them is written.
class Overlaps {
 public:
  Overlaps() {
    ranges_.reserve(kFew);
    names_.reserve(kFew);
  }

  /// Remembers a buffer of some bytes. `shared`: cells that several may name, one scale_inv of two
  /// directions and cells of items.
  void add(std::uintptr_t begin, std::uint64_t bytes, bool written, bool shared, const Name& name) {
    ranges_.push_back({begin, begin + bytes, static_cast<std::uint32_t>(name.item), number_of(name),
                       written, shared});
  }
  std::size_t size() const { return ranges_.size(); }
  void reserve(std::size_t count) { ranges_.reserve(count); }

  /// Inputs are never written, and no output is another one. Sorts what was added.
  Error check();

 private:
  /// Memory that the call reads or writes. Many small tensors have several each: kept short.
  struct Range {
    std::uintptr_t begin, end;
    std::uint32_t item;  ///< of a name that has one
    std::uint16_t name;  ///< in names_
    bool written;
    bool shared;  ///< cells that several may name: one scale_inv of two directions, cells of items
  };

  /// In names_, where all items have the names of item 0. Equal texts may stand there twice.
  std::uint16_t number_of(const Name& name) {
    const auto same = [&name](const Name& n) {
      return n.part.data() == name.part.data() && n.field.data() == name.field.data() &&
             (n.item < 0) == (name.item < 0);
    };
    const auto found = std::find_if(names_.begin(), names_.end(), same);
    const auto number = static_cast<std::uint16_t>(found - names_.begin());
    if (found == names_.end())
      names_.push_back({std::min<std::int64_t>(name.item, 0), name.field, name.part});
    return number;
  }
  Name full_name(const Range& range) const;
  void sort_ranges();
  bool one_cell(const Range& a, const Range& b) const;

  static constexpr std::size_t kFew = 16;
  std::vector<Range> ranges_;
  std::vector<Name> names_;
};

}  // namespace fp8oracle::checks
