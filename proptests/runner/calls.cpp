// SPDX-License-Identifier: Apache-2.0
#include "runner/calls.h"

#include <bit>

#include "fp8oracle/error.h"
#include "fp8oracle/operations/arguments.h"
#include "runner/tamper.h"

namespace fp8oracle::runner {
namespace {

template <typename Args>
constexpr bool has_workspace = requires(Args args) {
  args.workspace;
};

}  // namespace

// ---- The arguments of each operation ------------------------------------------------------------

/// quantize, quantize_current, quantize_many.
template <typename Visitor>
fp8oracle_status Calls::with_cast(const Step& step, Visitor&& visit) {
  if (step.kind == StepKind::kQuantizeMany) {
    std::vector<fp8oracle_quantize_item> items;
    for (const CastItem& cast : step.items) items.push_back(item(step, cast));
    fp8oracle_quantize_many_args args{};
    args.struct_size = sizeof args;
    AbiScheme abi = step.items.empty() ? any_scheme() : scheme(step, step.items.front().tensor);
    args.scheme = abi.get();
    args.items = items.empty() ? nullptr : items.data();
    args.item_bytes = sizeof items.front();
    args.count = items.size();
    args.noop = scalar(step.noop);
    return visit(FP8ORACLE_OP_QUANTIZE_MANY, args, table_.quantize_many);
  }
  const fp8oracle_quantize_item one = item(step, {step.input, step.tensor, step.scale, step.amax});
  AbiScheme abi = scheme(step, step.tensor);
  const auto fill = [&](auto& args) {
    args.struct_size = sizeof args;
    args.scheme = abi.get();
    args.input = one.input;
    args.scale = one.scale;
    args.amax = one.amax;
    args.rowwise = one.rowwise;
    args.columnwise = one.columnwise;
    args.noop = scalar(step.noop);
  };
  if (step.kind == StepKind::kQuantize) {
    fp8oracle_quantize_args args{};
    fill(args);
    return visit(FP8ORACLE_OP_QUANTIZE, args, table_.quantize);
  }
  fp8oracle_quantize_current_args args{};
  fill(args);
  args.pow2 = step.pow2 ? 1 : 0;
  args.eps = std::bit_cast<float>(step.eps_bits);
  return visit(FP8ORACLE_OP_QUANTIZE_CURRENT, args, table_.quantize_current);
}

/// amax, scale_from_amax, scale_inverse.
template <typename Visitor>
fp8oracle_status Calls::with_recipe(const Step& step, Visitor&& visit) {
  if (step.kind == StepKind::kAmax) {
    fp8oracle_amax_args args{};
    args.struct_size = sizeof args;
    AbiScheme abi = any_scheme();
    args.scheme = abi.get();
    args.input = input(step.input);
    args.amax = scalar(step.amax);
    args.noop = scalar(step.noop);
    return visit(FP8ORACLE_OP_AMAX, args, table_.amax);
  }
  if (step.kind == StepKind::kScaleFromAmax) {
    fp8oracle_scale_from_amax_args args{};
    args.struct_size = sizeof args;
    AbiScheme abi = any_scheme();
    args.scheme = abi.get();
    args.input_type = step.input_type;
    args.pow2 = step.pow2 ? 1 : 0;
    args.eps = std::bit_cast<float>(step.eps_bits);
    args.amax = scalar(step.amax);
    args.scale = scalar(step.scale);
    args.noop = scalar(step.noop);
    return visit(FP8ORACLE_OP_SCALE_FROM_AMAX, args, table_.scale_from_amax);
  }
  fp8oracle_scale_inverse_args args{};
  args.struct_size = sizeof args;
  AbiScheme abi = case_.tensor(step.tensor).scheme.abi();
  args.scheme = abi.get();
  args.scale = scalar(step.scale);
  if (step.scale_inv_directions != 0)
    args.scale_inv = buffer(arena_.named(step.tensor + ".scale_inv"));
  return visit(FP8ORACLE_OP_SCALE_INVERSE, args, table_.scale_inverse);
}

/// dequantize, swizzle, unswizzle.
template <typename Visitor>
fp8oracle_status Calls::with_reader(const Step& step, Visitor&& visit) {
  if (step.kind == StepKind::kDequantize) {
    const OutputDecl& y = case_.output(step.output);
    fp8oracle_dequantize_args args{};
    args.struct_size = sizeof args;
    AbiScheme abi = scheme(step, step.tensor);
    args.scheme = abi.get();
    args.pair = pair(step, step.tensor, step.directions);
    args.output = {buffer(arena_.named(y.name)), static_cast<std::uint32_t>(y.type), y.rows, y.cols,
                   y.cols};
    return visit(FP8ORACLE_OP_DEQUANTIZE, args, table_.dequantize);
  }
  const bool unswizzle = step.kind == StepKind::kUnswizzle;
  const TensorDecl& from = case_.tensor(step.tensor);
  const TensorDecl& to = case_.tensor(step.target);
  fp8oracle_swizzle_args args{};
  args.struct_size = sizeof args;
  AbiScheme abi = (unswizzle ? to : from).scheme.with_directions(step.directions).abi();
  args.scheme = abi.get();
  args.rows = from.rows;
  args.cols = from.cols;
  args.input = buffer(arena_.scale_inv(from.name, step.directions));
  args.output = buffer(arena_.scale_inv(to.name, step.directions));
  return unswizzle ? visit(FP8ORACLE_OP_UNSWIZZLE, args, table_.unswizzle)
                   : visit(FP8ORACLE_OP_SWIZZLE, args, table_.swizzle);
}

/// Calls visit(operation, arguments, the table's function); OK for what is no operation.
template <typename Visitor>
fp8oracle_status Calls::with_arguments(const Step& step, Visitor&& visit) {
  switch (step.kind) {
    case StepKind::kQuantize:
    case StepKind::kQuantizeCurrent:
    case StepKind::kQuantizeMany: return with_cast(step, visit);
    case StepKind::kAmax:
    case StepKind::kScaleFromAmax:
    case StepKind::kScaleInverse: return with_recipe(step, visit);
    case StepKind::kDequantize:
    case StepKind::kSwizzle:
    case StepKind::kUnswizzle: return with_reader(step, visit);
    case StepKind::kSetScale:
    case StepKind::kSetNoop:
    case StepKind::kWriteCodes:
    case StepKind::kWriteScaleInv:
    case StepKind::kCapture:
    case StepKind::kEndCapture:
    case StepKind::kReplay:
    case StepKind::kSynchronize: break;
  }
  return FP8ORACLE_OK;
}

// ---- What is done with them ---------------------------------------------------------------------

fp8oracle_status Calls::prepare(const Step& step, fp8oracle_message message) {
  if (workspaces_.count(&step) != 0) return FP8ORACLE_OK;
  return with_arguments(step, [&](fp8oracle_operation operation, auto& args, auto) {
    std::uint64_t bytes = 0;
    if constexpr (has_workspace<decltype(args)>) {
      if (offers(table_, operation)) {
        const auto status = table_.workspace_bytes(operation, &args, &bytes, message);
        if (status != FP8ORACLE_OK) return status;
      }
    }
    workspaces_[&step] = bytes == 0 ? fp8oracle_buffer{nullptr, 0} : device_.allocate(bytes);
    return FP8ORACLE_OK;
  });
}

fp8oracle_status Calls::enqueue(const Step& step, fp8oracle_message message) {
  if (const auto status = upload(step, message); status != FP8ORACLE_OK) return status;
  if (const auto status = prepare(step, message); status != FP8ORACLE_OK) return status;
  return with_arguments(step, [&](fp8oracle_operation operation, auto& args, auto function) {
    if (!offers(table_, operation)) {
      return report(FP8ORACLE_UNSUPPORTED, "the table has no " + std::string(to_string(operation)),
                    message);
    }
    if constexpr (has_workspace<decltype(args)>) args.workspace = workspaces_.at(&step);
    if (step.tamper && !step.tamper->field.empty()) {
      tamper(fp8oracle::operation(operation), &args, step.tamper->field, step.tamper->value,
             [this](const void* address) { return device_.owns(address); });
    }
    return function(&args, device_.stream(), message);
  });
}

std::optional<std::uint64_t> Calls::launches(const Step& step) {
  std::optional<std::uint64_t> declared;
  if (table_.launches == nullptr || step.tamper) return declared;
  with_arguments(step, [&](fp8oracle_operation operation, auto& args, auto) {
    std::uint64_t count = 0;
    const auto status = table_.launches(operation, &args, &count, {nullptr, 0});
    if (status == FP8ORACLE_OK) declared = count;
    return status;
  });
  return declared;
}

Calls::Upload Calls::upload_of(const Step& step) const {
  const auto bytes_at = [&](const ArenaBuffer& b) {
    return Upload{b.begin + static_cast<std::uint64_t>(step.at), step.bytes.data(),
                  step.bytes.size()};
  };
  const auto scalar_at = [&](const std::string& name) {
    return Upload{arena_.named(name).begin, &step.bits, sizeof step.bits};
  };
  switch (step.kind) {
    case StepKind::kSetScale: return scalar_at(step.scale);
    case StepKind::kSetNoop: return scalar_at(step.noop);
    case StepKind::kWriteCodes: return bytes_at(arena_.codes(step.tensor, step.directions));
    case StepKind::kWriteScaleInv: return bytes_at(arena_.scale_inv(step.tensor, step.directions));
    default: return {};
  }
}

void Calls::stage_uploads() {
  for (const Step& step : case_.steps) {
    const Upload what = upload_of(step);
    if (what.size > 0) staged_[&step] = device_.allocate_copy(what.bytes, what.size);
  }
}

fp8oracle_status Calls::upload(const Step& step, fp8oracle_message message) {
  const Upload what = upload_of(step);
  if (what.size == 0) return FP8ORACLE_OK;
  const auto staged = staged_.find(&step);
  if (staged != staged_.end()) {
    return table_.copy(device_.at(what.place), staged->second.data, what.size, device_.stream(),
                       message);
  }
  device_.upload(what.place, what.bytes, what.size);
  return FP8ORACLE_OK;
}

// ---- Buffers ------------------------------------------------------------------------------------

fp8oracle_buffer Calls::buffer(const ArenaBuffer& b) const {
  return {device_.at(b.begin), b.bytes};
}

fp8oracle_buffer Calls::scalar(const std::string& name) const {
  return name.empty() ? fp8oracle_buffer{nullptr, 0} : buffer(arena_.named(name));
}

fp8oracle_matrix Calls::input(const std::string& name) const {
  const InputDecl& x = case_.input(name);
  return {buffer(arena_.named(x.name)), static_cast<std::uint32_t>(x.type), x.rows, x.cols,
          x.row_stride};
}

fp8oracle_pair Calls::pair(const Step& step, const std::string& tensor, unsigned direction) const {
  fp8oracle_pair pair{buffer(arena_.codes(tensor, direction)), {nullptr, 0}, {nullptr, 0}};
  if (step.scale_inv_directions & direction)
    pair.scale_inv = buffer(arena_.scale_inv(tensor, direction));
  return pair;
}

fp8oracle_quantize_item Calls::item(const Step& step, const CastItem& cast) const {
  fp8oracle_quantize_item item{};
  item.input = input(cast.input);
  item.scale = scalar(cast.scale);
  item.amax = scalar(cast.amax);
  if (step.directions & FP8ORACLE_ROWWISE) item.rowwise = pair(step, cast.tensor, 1);
  if (step.directions & FP8ORACLE_COLUMNWISE) item.columnwise = pair(step, cast.tensor, 2);
  return item;
}

AbiScheme Calls::scheme(const Step& step, const std::string& tensor) const {
  return case_.tensor(tensor).scheme.with_directions(step.directions).abi();
}

/// amax and scale_from_amax have no tensor; the case's first one carries the scheme.
AbiScheme Calls::any_scheme() const {
  if (case_.tensors.empty()) throw UsageError("case: no tensor that carries the scheme");
  return case_.tensors.front().scheme.abi();
}

}  // namespace fp8oracle::runner
