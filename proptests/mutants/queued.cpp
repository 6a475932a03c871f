// SPDX-License-Identifier: Apache-2.0
// The operations of the queued kernel: the correct kernel's, in launches, with the places where a
// device's kernel goes wrong.
#include "queued.h"

#include <algorithm>
#include <memory>

namespace fp8oracle::mutants {
namespace {

constexpr std::uint64_t kBatch = 64;

float value_or_one(const fp8oracle_buffer& cell) {
  return cell.data != nullptr ? read_float(cell.data) : 1.0f;
}
bool stops(const Faults& faults, const fp8oracle_buffer& noop) {
  return noop.data != nullptr && faults.stops(read_float(noop.data));
}

void write_inverse(const fp8oracle_quantize_args& args) {
  const float inverse = correct().tensor.scale_inv(value_or_one(args.scale), args);
  for (const fp8oracle_buffer& to : {args.rowwise.scale_inv, args.columnwise.scale_inv}) {
    if (to.data != nullptr) write_float(to.data, inverse);
  }
}

/// The outputs that are written although noop stops the rest.
void write_in_spite(const Faults& faults, const fp8oracle_quantize_args& args) {
  if (args.scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR) return;
  if (faults.inverse_ignores_noop) write_inverse(args);
  if (faults.amax_ignores_noop && args.amax.data != nullptr) {
    const float found = measure_tensor(correct(), args, 1.0f);
    write_float(args.amax.data,
                correct().tensor.amax_result(read_float(args.amax.data), found, args));
  }
}

void run_cast(const Faults& faults, const fp8oracle_quantize_args& args) {
  if (stops(faults, args.noop)) return write_in_spite(faults, args);
  fp8oracle_quantize_args cast = args;
  cast.noop = {nullptr, 0};
  run_quantize(correct(), cast, {nullptr, 0});
}

/// Cells whose values the host kept at the time of the call.
struct Kept {
  float scale = 1, noop = 0, amax = 0;
};

fp8oracle_quantize_args item_of(const fp8oracle_quantize_many_args& many,
                                const fp8oracle_quantize_item& item) {
  fp8oracle_quantize_args args{};
  args.struct_size = sizeof args;
  args.scheme = many.scheme;
  args.input = item.input;
  args.scale = item.scale;
  args.amax = item.amax;
  args.rowwise = item.rowwise;
  args.columnwise = item.columnwise;
  args.noop = many.noop;
  return args;
}

}  // namespace

void Queue::quantize(fp8oracle_quantize_args args) {
  const bool keeps_scale = faults_.host_reads_scale || (faults_.graph_keeps_scale && capturing());
  const bool keeps_noop = faults_.host_reads_noop || (faults_.graph_keeps_noop && capturing());
  const bool keeps_amax = faults_.graph_keeps_amax && capturing() && args.amax.data != nullptr;
  const bool splits = faults_.inverse_runs_later || faults_.inverse_is_a_launch;
  Kept kept{value_or_one(args.scale), 0, keeps_amax ? read_float(args.amax.data) : 0};
  if (args.noop.data != nullptr) kept.noop = read_float(args.noop.data);
  fp8oracle_quantize_args whole = args;
  if (splits && args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR)
    whole.rowwise.scale_inv = whole.columnwise.scale_inv = {nullptr, 0};
  launch([&faults = faults_, whole, kept, keeps_scale, keeps_noop, keeps_amax] {
    fp8oracle_quantize_args now = whole;
    Kept cells = kept;
    if (keeps_scale && now.scale.data != nullptr) now.scale.data = &cells.scale;
    if (keeps_noop && now.noop.data != nullptr) now.noop.data = &cells.noop;
    if (keeps_amax && !stops(faults, now.noop)) write_float(now.amax.data, kept.amax);
    run_cast(faults, now);
  });
  if (!splits || args.scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR) return;
  const auto inverse = [&faults = faults_, args] {
    if (!stops(faults, args.noop)) write_inverse(args);
  };
  faults_.inverse_runs_later ? launch_late(inverse) : launch(inverse);
}

void Queue::amax(const fp8oracle_amax_args& args) {
  if (faults_.amax_is_cleared) {
    launch([&faults = faults_, args] {
      if (!stops(faults, args.noop)) write_float(args.amax.data, 0.0f);
    });
  }
  launch([&faults = faults_, args] {
    if (stops(faults, args.noop) && !faults.amax_op_ignores_noop) return;
    fp8oracle_amax_args now = args;
    now.noop = {nullptr, 0};
    run_amax(correct(), now, {nullptr, 0});
  });
}

void Queue::scale_from_amax(const fp8oracle_scale_from_amax_args& args) {
  launch([&faults = faults_, args] {
    if (stops(faults, args.noop) && !faults.scale_op_ignores_noop) return;
    fp8oracle_scale_from_amax_args now = args;
    now.noop = {nullptr, 0};
    run_scale_from_amax(correct(), now, {nullptr, 0});
  });
}

void Queue::quantize_current(const fp8oracle_quantize_current_args& args) {
  const auto run = [&faults = faults_, args] {
    const bool stopped = stops(faults, args.noop);
    if (stopped && !faults.current_ignores_noop) return;
    float amax = 0, scale = 1;
    fp8oracle_amax_args measure{};
    measure.struct_size = sizeof measure;
    measure.scheme = args.scheme;
    measure.input = args.input;
    measure.amax = args.amax.data != nullptr ? args.amax : fp8oracle_buffer{&amax, 4};
    const float old = read_float(measure.amax.data);
    run_amax(correct(), measure, {nullptr, 0});
    const float found = read_float(measure.amax.data);
    if (faults.current_keeps_amax && old > found) write_float(measure.amax.data, old);
    float with_eps = read_float(measure.amax.data) + args.eps;
    fp8oracle_scale_from_amax_args rule{};
    rule.struct_size = sizeof rule;
    rule.scheme = args.scheme;
    rule.input_type = args.input.type;
    rule.pow2 = args.pow2;
    rule.eps = faults.current_adds_eps ? 0.0f : args.eps;
    rule.amax = faults.current_adds_eps ? fp8oracle_buffer{&with_eps, 4} : measure.amax;
    rule.scale = args.scale.data != nullptr ? args.scale : fp8oracle_buffer{&scale, 4};
    run_scale_from_amax(correct(), rule, {nullptr, 0});
    if (stopped) return;
    fp8oracle_quantize_args cast{};
    cast.struct_size = sizeof cast;
    cast.scheme = args.scheme;
    cast.input = args.input;
    cast.scale = rule.scale;
    cast.rowwise = args.rowwise;
    cast.columnwise = args.columnwise;
    run_quantize(correct(), cast, {nullptr, 0});
  };
  launch(run);
  if (faults_.current_casts_twice) launch([] {});
}

void Queue::quantize_many(const fp8oracle_quantize_many_args& args) {
  auto items = std::make_shared<std::vector<fp8oracle_quantize_args>>();
  const bool tensor = args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR;
  for (std::uint64_t i = 0; i < args.count; ++i) {
    fp8oracle_quantize_args item = item_of(args, args.items[i]);
    const bool empty = item.input.rows == 0 || item.input.cols == 0;
    if (faults_.many_skips_empty && empty) continue;
    if (faults_.many_one_scale) item.scale = args.items[0].scale;
    if (faults_.many_forgets_amax && i > 0) item.amax = {nullptr, 0};
    if (faults_.many_ignores_noop) item.noop = {nullptr, 0};
    const bool last_batch = i / kBatch == (args.count - 1) / kBatch;
    const bool loses_inverse =
        faults_.many_inverse_per_tensor || (faults_.many_last_inverse && last_batch);
    if (loses_inverse && tensor) item.rowwise.scale_inv = item.columnwise.scale_inv = {nullptr, 0};
    items->push_back(item);
  }
  if (faults_.many_stops_at_64 && items->size() > kBatch) items->resize(kBatch);
  const std::uint64_t step = faults_.many_launch_per_tensor ? 1 : kBatch;
  for (std::uint64_t begin = 0; begin < items->size(); begin += step) {
    launch([&faults = faults_, items, begin, step] {
      const std::uint64_t end = std::min<std::uint64_t>(begin + step, items->size());
      for (std::uint64_t i = begin; i < end; ++i) run_cast(faults, (*items)[i]);
    });
  }
  if (!faults_.many_inverse_per_tensor || !tensor) return;
  for (std::uint64_t i = 0; i < args.count; ++i) {
    launch([&faults = faults_, item = item_of(args, args.items[i])] {
      if (!stops(faults, item.noop)) write_inverse(item);
    });
  }
}

void Queue::scale_inverse(const fp8oracle_scale_inverse_args& args) {
  const auto run = [args] {
    Args view{};
    view.scheme = args.scheme;
    write_float(args.scale_inv.data, correct().tensor.scale_inv(value_or_one(args.scale), view));
  };
  if (faults_.inverse_skips) return launch([] {});
  faults_.inverse_other_stream ? launch_late(run) : launch(run);
  if (faults_.inverse_two_launches) launch([] {});
}

std::uint64_t declared_launches(const Faults& faults, fp8oracle_operation operation,
                                const void* args) {
  if (operation == FP8ORACLE_OP_SCALE_INVERSE) return faults.inverse_two_launches ? 2 : 1;
  if (operation != FP8ORACLE_OP_QUANTIZE_MANY) return 1;
  const auto& many = *static_cast<const fp8oracle_quantize_many_args*>(args);
  const bool tensor = many.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR;
  if (faults.many_launch_per_tensor) return many.count;
  const auto batches = (many.count + kBatch - 1) / kBatch;
  return batches + (faults.many_inverse_per_tensor && tensor ? many.count : 0);
}

}  // namespace fp8oracle::mutants
