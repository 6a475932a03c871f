// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "allocations.h"
#include "checked_call.h"
#include "kernel.h"
#include "mutants.h"

namespace fp8oracle::mutants {

/// The correct decisions after `kChange(Decisions&)`.
template <auto kChange>
const Decisions& changed_by() {
  static const Decisions changed = [] {
    Decisions d = correct();
    kChange(d);
    return d;
  }();
  return changed;
}

/// One backend table for one change to the decisions. The ABI's functions carry no context, so the
/// change is a template argument and each mutant gets functions of its own; the work is in
/// kernel.h.
template <auto kChange>
struct Table {
  static const Decisions& decisions() { return changed_by<kChange>(); }

  static fp8oracle_status upload(void* data, const void* host, std::uint64_t bytes,
                                 fp8oracle_stream stream, fp8oracle_message message) {
    const auto status = tracked_memory_table().upload(data, host, bytes, stream, message);
    const auto uploaded = decisions().boundary.uploaded;
    if (uploaded != nullptr && status == FP8ORACLE_OK) uploaded(data, bytes);
    return status;
  }
  template <fp8oracle_operation kOperation, auto kRun, typename AbiArgs>
  static fp8oracle_status run(const AbiArgs* args, fp8oracle_stream, fp8oracle_message message) {
    return checked_call(decisions(), kOperation, args, message,
                        [](const auto& a) { kRun(decisions(), a); });
  }

  /// `name` must live as long as the program; the first call's is kept.
  static const fp8oracle_backend_table& table(const char* name) {
    static const fp8oracle_backend_table made = [name] {
      fp8oracle_backend_table t = tracked_memory_table();
      t.name = name;
      t.upload = upload;
      t.supports = supports;
#define FP8ORACLE_OPERATION(ID, name, ...) t.name = run<FP8ORACLE_OP_##ID, kernel::name>;
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
      return t;
    }();
    return made;
  }
};

/// What the list says about a mutant; the change itself is mutant()'s template argument.
struct Entry {
  const char* name;
  const char* clause;
  const char* source;
  const char* summary;
  const char* profile = "";
  const char* equivalent = "";
  bool isolated = false;
};

/// A mutant whose kernel is the correct one after `kChange(Decisions&)`. The family is set by
/// families().
template <auto kChange>
Mutant mutant(const Entry& e) {
  return {e.name,    e.clause,     "",        e.summary,
          e.source,  e.equivalent, e.profile, &Table<kChange>::table(e.name),
          e.isolated};
}

/// The lists one after the other.
inline std::vector<Mutant> joined(std::initializer_list<std::vector<Mutant>> lists) {
  std::vector<Mutant> all;
  for (const std::vector<Mutant>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Mutant> rounding_mutants();
std::vector<Mutant> special_mutants();
std::vector<Mutant> amax_mutants();
std::vector<Mutant> scale_mutants();
std::vector<Mutant> e8m0_mutants();
std::vector<Mutant> data_scale_mutants();
std::vector<Mutant> layout_mutants();
std::vector<Mutant> tail_mutants();
std::vector<Mutant> direction_mutants();
std::vector<Mutant> lifetime_mutants();
std::vector<Mutant> boundary_mutants();
std::vector<Mutant> dequantize_mutants();
std::vector<Mutant> repeat_mutants();
std::vector<Mutant> classic_mutants();
std::vector<Mutant> given_mutants();

}  // namespace fp8oracle::mutants
