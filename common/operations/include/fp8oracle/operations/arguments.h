// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle {

/// What is wrong with a call, or nothing. `argument` is the name of the offending field as the ABI
/// spells it ("rowwise.codes", "input.row_stride"); `reason` says what was expected [K31].
struct ArgumentError {
  std::string argument;
  std::string reason;
  fp8oracle_status status = FP8ORACLE_INVALID_ARGUMENT;
};

/// Everything that the descriptions say about the call's arguments: sizes of structs and the bytes
/// behind them, the scheme, shapes, bytes and alignment of every buffer, what must be given and
/// what not, and that no output overlaps another buffer. An error of an item names it:
/// "items[3].rowwise.codes".
std::optional<ArgumentError> check_arguments(fp8oracle_operation operation, const void* args);
/// The same; where nothing is wrong, `scheme` is the call's.
std::optional<ArgumentError> check_arguments(fp8oracle_operation operation, const void* args,
                                             ResolvedScheme& scheme);
/// Format, grid, layout, directions, every knob within its list.
std::optional<ArgumentError> check_scheme(const fp8oracle_scheme* scheme);
/// Whether a buffer is {null, 0}.
inline bool absent(const fp8oracle_buffer& buffer) {
  return buffer.data == nullptr && buffer.bytes == 0;
}

/// Writes "argument: reason" into the message and returns the error's status.
fp8oracle_status report(const ArgumentError& error, fp8oracle_message message);
/// Writes a text (cut to the capacity) and returns `status`.
fp8oracle_status report(fp8oracle_status status, std::string_view text, fp8oracle_message message);

/// Runs `body`; what it throws becomes a status, because no exception crosses the table.
template <typename Body>
fp8oracle_status guarded(fp8oracle_message message, Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return report(FP8ORACLE_OUT_OF_MEMORY, "out of host memory", message);
  } catch (const std::exception& error) {
    return report(FP8ORACLE_INTERNAL_ERROR, error.what(), message);
  } catch (...) {
    return report(FP8ORACLE_INTERNAL_ERROR, "an unknown exception", message);
  }
}

/// The frame of an operation: nothing is enqueued before every check has passed [K31].
/// `body(scheme, args)` returns a status.
template <typename Args, typename Body>
fp8oracle_status checked(fp8oracle_operation operation, const Args* args, fp8oracle_message message,
                         Body&& body) {
  return guarded(message, [&] {
    ResolvedScheme scheme;
    if (const auto error = check_arguments(operation, args, scheme)) return report(*error, message);
    return body(scheme, *args);
  });
}

}  // namespace fp8oracle
