// SPDX-License-Identifier: Apache-2.0
// The operations of the kernel in launches, with the places where a device's launches go wrong.
#include "queued.h"

#include <algorithm>
#include <memory>
#include <optional>

namespace fp8oracle::mutants {
namespace {

constexpr std::size_t kBatch = 64;

bool per_tensor(const Args& args) { return args.scheme.grid.scale_is_given(); }

Args without_scale_inv(Args args) {
  args.rowwise.scale_inv = args.columnwise.scale_inv = {nullptr, 0};
  return args;
}

/// scale_inv of a cast, by itself.
void write_inverse(const Decisions& d, const Args& args, fp8oracle_operation operation) {
  if (!stopped_by(d, args.noop, operation)) kernel::scale_inverse(d, args);
}

/// Cells whose values the host kept at the time of the call; absent = read when the kernel runs.
struct Kept {
  std::optional<float> scale, noop, amax;

  void run(const Decisions& d, Args args) {
    if (scale) args.scale.data = &*scale;
    if (noop) args.noop.data = &*noop;
    const bool runs = !stopped_by(d, args.noop, FP8ORACLE_OP_QUANTIZE);
    if (amax && runs) write_float(args.amax.data, *amax);
    kernel::quantize(d, args);
  }
};

std::optional<float> value_if(bool keeps, const fp8oracle_buffer& cell) {
  if (!keeps || cell.data == nullptr) return std::nullopt;
  return read_float(cell.data);
}

}  // namespace

void Queue::quantize(const Args& args) {
  const Kept kept{
      value_if(faults_.host_reads_scale || (faults_.graph_keeps_scale && capturing()), args.scale),
      value_if(faults_.host_reads_noop || (faults_.graph_keeps_noop && capturing()), args.noop),
      value_if(faults_.graph_keeps_amax && capturing(), args.amax)};
  const bool splits =
      (faults_.inverse_runs_later || faults_.inverse_is_a_launch) && per_tensor(args);
  launch([&d = d_, kept, cast = splits ? without_scale_inv(args) : args] {
    Kept cells = kept;
    cells.run(d, cast);
  });
  if (!splits) return;
  const auto inverse = [&d = d_, args] { write_inverse(d, args, FP8ORACLE_OP_QUANTIZE); };
  faults_.inverse_runs_later ? launch_late(inverse) : launch(inverse);
}

void Queue::amax(const Args& args) {
  if (faults_.amax_is_cleared) {
    launch([&d = d_, args] {
      if (!stopped_by(d, args.noop, FP8ORACLE_OP_AMAX)) write_float(args.amax.data, 0.0f);
    });
  }
  launch([&d = d_, args] { kernel::amax(d, args); });
}

void Queue::scale_from_amax(const ScaleArgs& args) {
  launch([&d = d_, args] { kernel::scale_from_amax(d, args); });
}
void Queue::dequantize(const DequantizeArgs& args) {
  launch([&d = d_, args] { kernel::dequantize(d, args); });
}
void Queue::swizzle(const SwizzleArgs& args) {
  launch([&d = d_, args] { kernel::swizzle(d, args); });
}
void Queue::unswizzle(const SwizzleArgs& args) {
  launch([&d = d_, args] { kernel::unswizzle(d, args); });
}

void Queue::quantize_current(const CurrentArgs& args) {
  launch([&d = d_, args] { kernel::quantize_current(d, args); });
  if (faults_.current_casts_twice) launch([] {});
}

void Queue::quantize_many(const std::vector<Args>& given) {
  const bool splits =
      faults_.many_inverse_per_tensor && !given.empty() && per_tensor(given.front());
  const auto items = std::make_shared<std::vector<Args>>(items_to_cast(d_, given));
  if (splits) std::transform(items->begin(), items->end(), items->begin(), without_scale_inv);
  const std::size_t step = faults_.many_launch_per_tensor ? 1 : kBatch;
  for (std::size_t begin = 0; begin < items->size(); begin += step) {
    launch([&d = d_, items, begin, step] {
      const std::size_t end = std::min(begin + step, items->size());
      for (std::size_t i = begin; i < end; ++i)
        cast_unless_stopped(d, (*items)[i], FP8ORACLE_OP_QUANTIZE_MANY);
    });
  }
  if (!splits) return;
  for (const Args& item : given)
    launch([&d = d_, item] { write_inverse(d, item, FP8ORACLE_OP_QUANTIZE_MANY); });
}

void Queue::quantize_given(const Args& args) {
  launch([&d = d_, args] { kernel::quantize_given(d, args); });
}

void Queue::scale_inverse(const Args& args) {
  if (faults_.inverse_skips) return launch([] {});
  const auto run = [&d = d_, args] { kernel::scale_inverse(d, args); };
  faults_.inverse_other_stream ? launch_late(run) : launch(run);
  if (faults_.inverse_two_launches) launch([] {});
}

std::uint64_t declared_launches(const Faults& faults, fp8oracle_operation operation,
                                const void* args) {
  if (operation == FP8ORACLE_OP_SCALE_INVERSE) return faults.inverse_two_launches ? 2 : 1;
  if (operation != FP8ORACLE_OP_QUANTIZE_MANY) return 1;
  const auto& many = *static_cast<const fp8oracle_quantize_many_args*>(args);
  const bool tensor = resolve(*many.scheme).grid.scale_is_given();
  if (faults.many_launch_per_tensor) return many.count;
  const auto batches = (many.count + kBatch - 1) / kBatch;
  return batches + (faults.many_inverse_per_tensor && tensor ? many.count : 0);
}

}  // namespace fp8oracle::mutants
