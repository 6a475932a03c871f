// SPDX-License-Identifier: Apache-2.0
#include "runner/calls.h"

#include "fp8oracle/operations/arguments.h"
#include "runner/tamper.h"

namespace fp8oracle::runner {

CallArguments Calls::arguments_of(const Step& step) const {
  return {case_, arena_, step, [this](std::uint64_t place) -> void* { return device_.at(place); }};
}

fp8oracle_status Calls::prepare(const Step& step, fp8oracle_message message) {
  if (!step.operation || !device_.client().offers(*step.operation)) return FP8ORACLE_OK;
  CallArguments args = arguments_of(step);
  return prepare(step, args, message);
}

fp8oracle_status Calls::prepare(const Step& step, CallArguments& args, fp8oracle_message message) {
  if (!args.takes_workspace()) return FP8ORACLE_OK;
  const auto known = workspaces_.find(&step);
  if (known != workspaces_.end()) {
    args.set_workspace(known->second);
    return FP8ORACLE_OK;
  }
  std::uint64_t bytes = 0;
  const auto status =
      device_.client().table().workspace_bytes(*step.operation, args.data(), &bytes, message);
  if (status != FP8ORACLE_OK) return status;
  args.set_workspace(workspaces_[&step] =
                         bytes == 0 ? fp8oracle_buffer{} : device_.allocate(bytes));
  return FP8ORACLE_OK;
}

fp8oracle_status Calls::enqueue(const Step& step, fp8oracle_message message) {
  return step.operation ? call_operation(step, message) : upload(step, message);
}

fp8oracle_status Calls::call_operation(const Step& step, fp8oracle_message message) {
  const fp8oracle_operation id = *step.operation;
  const client::Client& client = device_.client();
  if (!client.offers(id)) {
    return report(FP8ORACLE_UNSUPPORTED, "the table has no " + std::string(operation(id).name),
                  message);
  }
  CallArguments args = arguments_of(step);
  if (!step.tamper) {
    const auto status = client.table().supports(id, args.data(), message);
    if (status != FP8ORACLE_OK) return status;
  }
  if (const auto status = prepare(step, args, message); status != FP8ORACLE_OK) return status;
  if (step.tamper && !step.tamper->field.empty()) {
    tamper(args.operation(), args.data(), step.tamper->field, step.tamper->value,
           [this](void* address, std::int64_t by) { return device_.moved(address, by); });
  }
  const client::Answer answer = client.try_call(id, args.data(), device_.stream());
  return report(answer.status, answer.message, message);
}

std::optional<std::uint64_t> Calls::launches(const Step& step) {
  if (step.tamper || !step.operation) return std::nullopt;
  try {
    return device_.client().launches(*step.operation, arguments_of(step).data());
  } catch (const client::Error&) {
    return std::nullopt;  // it does not say
  }
}

Calls::Upload Calls::upload_of(const Step& step) const {
  if (step.is(Control::kSet)) {
    const auto option = step.options.find("bits");
    static constexpr std::uint32_t kZero = 0;
    const std::uint32_t* bits = option == step.options.end() ? &kZero : &option->second;
    return {arena_.named(step.operand("cell")).begin, bits, sizeof *bits};
  }
  if (!step.is(Control::kWrite)) return {};
  const ArenaBuffer& buffer = arena_.named(step.operand("buffer"));
  return {buffer.begin + static_cast<std::uint64_t>(step.at), step.bytes.data(), step.bytes.size()};
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
    return device_.client().table().copy(device_.at(what.place), staged->second.data, what.size,
                                         device_.stream(), message);
  }
  device_.upload(what.place, what.bytes, what.size);
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::runner
