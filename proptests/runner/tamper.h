// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "fp8oracle/operations/operation.h"

namespace fp8oracle::runner {

/// The address so many bytes further in the case's arena; null where that is outside of it.
using MoveAddress = std::function<void*(void* address, std::int64_t by)>;

/// How far behind the end of a struct the tail lies that no callee can know, in bytes, and how many
/// knobs behind the last one: a backend of a later header knows the next fields and knobs.
inline constexpr std::size_t kFarBytes = 256;
inline constexpr std::uint32_t kFarKnobs = 64;

/// Overwrites one field of a call's arguments, named as the ABI spells it
/// ("items[3].rowwise.codes.bytes", "scheme.grid.levels", "scheme.knobs.element.overflow"). Numbers
/// take `value`, a float its bits; a buffer's address becomes null for 0 and moves by `value` bytes
/// otherwise; other pointers become null. "tail" makes a struct kFarBytes longer and puts `value`
/// into the last of them, "scheme.knobs.unknown" does so with kFarKnobs knobs. The structs that
/// `args` points to are overwritten: they must be the caller's own, with that much room behind each
/// (CallArguments).
/// Throws UsageError for a field that the operation does not have, for an address outside of the
/// case's buffers, and for a number that would make the callee read past what was sent.
void tamper(const Operation& operation, void* args, const std::string& field, std::int64_t value,
            const MoveAddress& move);

}  // namespace fp8oracle::runner
