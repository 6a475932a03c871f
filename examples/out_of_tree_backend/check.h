// SPDX-License-Identifier: Apache-2.0
//
// What the ABI says of every call, whatever the kernel behind it can do. A backend of your own can
// take check.h and check.cpp as they are.
//
// Each check answers FP8ORACLE_OK, or writes "argument: reason" into the message and answers why
// not.
#pragma once

#include <fp8oracle/backend.h>

#include <cstdint>

namespace example {

/// Writes a text, cut to the caller's buffer, and returns the status.
__attribute__((format(printf, 3, 4))) fp8oracle_status answer(fp8oracle_status status,
                                                              fp8oracle_message message,
                                                              const char* format, ...);

/// Copies what is known here of a struct that starts with its size and grows at its end: `bytes` of
/// it, of which the `first` ones were there when version 2 began. A caller built against an earlier
/// header sends fewer bytes: the others are zero. One built against a later header sends more,
/// which must be zero: they would ask for something that this backend does not do.
/// `name` is "" for the arguments themselves.
fp8oracle_status take(void* known, uint32_t bytes, uint32_t first, const void* given,
                      const char* name, fp8oracle_message message);

/// A scheme with its pointers followed.
struct Scheme {
  uint32_t directions, layout;
  fp8oracle_format format;
  fp8oracle_grid grid;
  fp8oracle_knobs knobs;

  /// The value of a knob; those that the caller did not send are 0.
  uint32_t knob(fp8oracle_knob id) const {
    return static_cast<uint32_t>(id) < knobs.count ? knobs.values[id] : 0;
  }
};
/// Takes a scheme, and checks that there is such a one at all. Whether the kernel can do it is
/// another question.
fp8oracle_status take_scheme(Scheme& scheme, const fp8oracle_scheme* given,
                             fp8oracle_message message);

/// The type is one, the shape does not overflow and the buffer has as many bytes as shape and
/// stride need.
fp8oracle_status check_input(const fp8oracle_matrix& input, const char* name,
                             fp8oracle_message message);
/// From the first element to behind the last. Precondition: check_input().
uint64_t bytes_read(const fp8oracle_matrix& input);

inline bool absent(const fp8oracle_buffer& buffer) {
  return buffer.data == nullptr && buffer.bytes == 0;
}
/// {NULL, 0}.
fp8oracle_status check_absent(const fp8oracle_buffer& buffer, const char* name,
                              fp8oracle_message message);
/// Exactly `bytes`, and aligned to elements of `alignment`.
fp8oracle_status check_buffer(const fp8oracle_buffer& buffer, uint64_t bytes, uint64_t alignment,
                              const char* name, fp8oracle_message message);
/// Absent, or one FP32.
fp8oracle_status check_scalar(const fp8oracle_buffer& buffer, const char* name,
                              fp8oracle_message message);

/// Memory that a call reads or writes.
struct Range {
  const char* name;
  const void* data;
  uint64_t bytes;
  bool written;
};
/// No output overlaps an input or another output.
fp8oracle_status check_overlaps(const Range* ranges, int count, fp8oracle_message message);

}  // namespace example
