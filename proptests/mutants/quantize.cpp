// SPDX-License-Identifier: Apache-2.0
// The cast of whatever grid the scheme has.
#include "kernel.h"

namespace fp8oracle::mutants {

void cast(const Decisions& d, const Args& args) {
  if (d.writes.returns_at_once(args)) return;
  if (d.writes.before != nullptr) d.writes.before(args);
  if (args.scheme.grid.scale_is_given()) {
    quantize_tensor(d, args);
  } else {
    quantize_blocks(d, args);
  }
  if (d.writes.after != nullptr) d.writes.after(args);
}

void cast_unless_stopped(const Decisions& d, const Args& args, fp8oracle_operation operation) {
  if (!stopped_by(d, args.noop, operation)) return cast(d, args);
  if (args.scheme.grid.scale_is_given()) write_in_spite_of_noop(d, args);
}

void kernel::quantize(const Decisions& d, const Args& args) {
  cast_unless_stopped(d, args, FP8ORACLE_OP_QUANTIZE);
}

}  // namespace fp8oracle::mutants
