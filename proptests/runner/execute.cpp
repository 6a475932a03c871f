// SPDX-License-Identifier: Apache-2.0
#include "runner/execute.h"

#include <array>
#include <bit>
#include <cstring>

#include "fp8oracle/error.h"
#include "runner/tamper.h"

namespace fp8oracle::runner {
namespace {

/// A message buffer as the ABI wants it.
struct Message {
  std::array<char, 512> text{};
  fp8oracle_message abi() { return {text.data(), text.size()}; }
};

void require(fp8oracle_status status, const Message& message, const char* what) {
  if (status == FP8ORACLE_OK) return;
  throw BackendError(std::string(what) + ": " + std::string(to_string(status)) + ": " +
                     message.text.data());
}

/// The arena in the backend's space, and a stream. Both go back in the destructor.
class Device {
 public:
  Device(const fp8oracle_backend_table& table, std::uint64_t bytes) : table_(table) {
    Message message;
    require(table.stream_create(&stream_, message.abi()), message, "stream_create");
    const fp8oracle_status status = table.alloc(bytes, &base_, message.abi());
    if (status != FP8ORACLE_OK) table.stream_destroy(stream_);
    require(status, message, "alloc");
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device() {
    table_.free(base_);
    table_.stream_destroy(stream_);
  }

  std::uint8_t* base() const { return static_cast<std::uint8_t*>(base_); }
  fp8oracle_stream stream() const { return stream_; }

  void upload(std::uint64_t at, const void* host, std::uint64_t bytes) {
    Message message;
    require(table_.upload(base() + at, host, bytes, stream_, message.abi()), message, "upload");
  }
  std::vector<std::uint8_t> download(std::uint64_t bytes) {
    std::vector<std::uint8_t> host(bytes);
    Message message;
    require(table_.download(host.data(), base_, bytes, stream_, message.abi()), message,
            "download");
    require(table_.synchronize(stream_, message.abi()), message, "synchronize");
    return host;
  }

 private:
  const fp8oracle_backend_table& table_;
  void* base_ = nullptr;
  fp8oracle_stream stream_ = nullptr;
};

/// Turns the steps of one case into calls of one table.
class Executor {
 public:
  Executor(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Device& device)
      : table_(table), case_(c), arena_(arena), device_(device) {}

  StepOutcome run(const Step& step) {
    Message message;
    StepOutcome outcome;
    outcome.status = call(step, message.abi());
    if (outcome.status == FP8ORACLE_OK) {
      outcome.status = table_.synchronize(device_.stream(), message.abi());
    }
    outcome.message = message.text.data();
    return outcome;
  }

 private:
  fp8oracle_status call(const Step& step, fp8oracle_message message) {
    switch (step.kind) {
      case StepKind::kSetScale:
        device_.upload(arena_.named(step.scale).begin, &step.bits, sizeof step.bits);
        return FP8ORACLE_OK;
      case StepKind::kWriteCodes:
        device_.upload(arena_.codes(step.tensor, step.directions).begin + offset(step),
                       step.bytes.data(), step.bytes.size());
        return FP8ORACLE_OK;
      case StepKind::kWriteScaleInv:
        device_.upload(arena_.scale_inv(step.tensor, step.directions).begin + offset(step),
                       step.bytes.data(), step.bytes.size());
        return FP8ORACLE_OK;
      case StepKind::kQuantize: return quantize(step, message);
      case StepKind::kAmax: return amax(step, message);
      case StepKind::kScaleFromAmax: return scale_from_amax(step, message);
      case StepKind::kDequantize: return dequantize(step, message);
      case StepKind::kSwizzle: return permute(step, false, message);
      case StepKind::kUnswizzle: return permute(step, true, message);
    }
    return FP8ORACLE_INTERNAL_ERROR;
  }

  fp8oracle_status quantize(const Step& step, fp8oracle_message message) {
    fp8oracle_quantize_args args{};
    args.struct_size = sizeof args;
    args.scheme = scheme(step);
    args.input = input(step);
    args.scale = scalar(step.scale);
    args.amax = scalar(step.amax);
    if (step.directions & FP8ORACLE_ROWWISE) args.rowwise = pair(step, FP8ORACLE_ROWWISE);
    if (step.directions & FP8ORACLE_COLUMNWISE) args.columnwise = pair(step, FP8ORACLE_COLUMNWISE);
    return make(step, args, FP8ORACLE_OP_QUANTIZE, table_.quantize, message);
  }

  fp8oracle_status amax(const Step& step, fp8oracle_message message) {
    fp8oracle_amax_args args{};
    args.struct_size = sizeof args;
    args.scheme = any_scheme();
    args.input = input(step);
    args.amax = scalar(step.amax);
    return make(step, args, FP8ORACLE_OP_AMAX, table_.amax, message);
  }

  fp8oracle_status scale_from_amax(const Step& step, fp8oracle_message message) {
    fp8oracle_scale_from_amax_args args{};
    args.struct_size = sizeof args;
    args.scheme = any_scheme();
    args.input_type = step.input_type;
    args.pow2 = step.pow2 ? 1 : 0;
    args.eps = std::bit_cast<float>(step.eps_bits);
    args.amax = scalar(step.amax);
    args.scale = scalar(step.scale);
    if (step.tamper) apply(*step.tamper, args);
    return table_.scale_from_amax(&args, device_.stream(), message);
  }

  fp8oracle_status dequantize(const Step& step, fp8oracle_message message) {
    const OutputDecl& y = case_.output(step.output);
    fp8oracle_dequantize_args args{};
    args.struct_size = sizeof args;
    args.scheme = scheme(step);
    args.pair = pair(step, step.directions);
    args.output = {buffer(arena_.named(y.name)), static_cast<std::uint32_t>(y.type), y.rows, y.cols,
                   y.cols};
    if (step.tamper) apply(*step.tamper, args);
    return table_.dequantize(&args, device_.stream(), message);
  }

  fp8oracle_status permute(const Step& step, bool unswizzle, fp8oracle_message message) {
    const TensorDecl& from = case_.tensor(step.tensor);
    const TensorDecl& to = case_.tensor(step.target);
    fp8oracle_swizzle_args args{};
    args.struct_size = sizeof args;
    args.scheme = (unswizzle ? to : from).scheme.with_directions(step.directions).abi();
    args.rows = from.rows;
    args.cols = from.cols;
    args.input = buffer(arena_.scale_inv(from.name, step.directions));
    args.output = buffer(arena_.scale_inv(to.name, step.directions));
    if (step.tamper) apply(*step.tamper, args);
    return (unswizzle ? table_.unswizzle : table_.swizzle)(&args, device_.stream(), message);
  }

  /// Calls an operation that may ask for workspace.
  template <typename Args>
  fp8oracle_status make(const Step& step, Args& args, fp8oracle_operation operation,
                        fp8oracle_status (*function)(const Args*, fp8oracle_stream,
                                                     fp8oracle_message),
                        fp8oracle_message message) {
    std::uint64_t bytes = 0;
    const auto status = table_.workspace_bytes(operation, &args, &bytes, message);
    if (status != FP8ORACLE_OK) return status;
    if (step.tamper) apply(*step.tamper, args);
    if (bytes == 0) return function(&args, device_.stream(), message);
    void* workspace = nullptr;
    const auto allocated = table_.alloc(bytes, &workspace, message);
    if (allocated != FP8ORACLE_OK) return allocated;
    args.workspace = {workspace, bytes};
    auto result = function(&args, device_.stream(), message);
    if (result == FP8ORACLE_OK) result = table_.synchronize(device_.stream(), message);
    table_.free(workspace);
    return result;
  }

  template <typename Args>
  static void apply(const Tamper& t, Args& args) {
    if (!t.field.empty()) tamper(args, t.field, t.value);
  }

  static std::uint64_t offset(const Step& step) { return static_cast<std::uint64_t>(step.at); }

  fp8oracle_buffer buffer(const ArenaBuffer& b) const {
    return {device_.base() + b.begin, b.bytes};
  }

  fp8oracle_buffer scalar(const std::string& name) const {
    return name.empty() ? fp8oracle_buffer{nullptr, 0} : buffer(arena_.named(name));
  }

  fp8oracle_matrix input(const Step& step) const {
    const InputDecl& x = case_.input(step.input);
    return {buffer(arena_.named(x.name)), static_cast<std::uint32_t>(x.type), x.rows, x.cols,
            x.row_stride};
  }

  fp8oracle_pair pair(const Step& step, unsigned direction) const {
    fp8oracle_pair pair{buffer(arena_.codes(step.tensor, direction)), {nullptr, 0}};
    if (step.scale_inv_directions & direction) {
      pair.scale_inv = buffer(arena_.scale_inv(step.tensor, direction));
    }
    return pair;
  }

  fp8oracle_scheme scheme(const Step& step) const {
    return case_.tensor(step.tensor).scheme.with_directions(step.directions).abi();
  }

  /// amax and scale_from_amax have no tensor; the case's first one carries the scheme.
  fp8oracle_scheme any_scheme() const {
    if (case_.tensors.empty()) throw UsageError("case: no tensor that carries the scheme");
    return case_.tensors.front().scheme.abi();
  }

  const fp8oracle_backend_table& table_;
  const Case& case_;
  const Arena& arena_;
  Device& device_;
};

}  // namespace

void execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena, Fill fill,
             const StepSink& sink) {
  Device device(table, arena.bytes);
  const std::vector<std::uint8_t> initial = initial_arena(c, arena, fill);
  device.upload(0, initial.data(), initial.size());
  Executor executor(table, c, arena, device);
  for (const Step& step : c.steps) {
    StepOutcome outcome = executor.run(step);
    outcome.arena = device.download(arena.bytes);
    sink(std::move(outcome));
  }
}

Outcome execute(const fp8oracle_backend_table& table, const Case& c, const Arena& arena,
                Fill fill) {
  Outcome outcome;
  execute(table, c, arena, fill,
          [&outcome](StepOutcome&& step) { outcome.steps.push_back(std::move(step)); });
  return outcome;
}

}  // namespace fp8oracle::runner
