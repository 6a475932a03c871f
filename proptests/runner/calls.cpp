// SPDX-License-Identifier: Apache-2.0
#include "runner/calls.h"

#include "fp8oracle/operations/arguments.h"
#include "runner/tamper.h"

namespace fp8oracle::runner {

AddressOf Calls::addresses() const {
  return [this](std::uint64_t place) -> void* { return device_.at(place); };
}

fp8oracle_status Calls::prepare(const Step& step, fp8oracle_message message) {
  if (!step.operation || workspaces_.count(&step) != 0) return FP8ORACLE_OK;
  std::uint64_t bytes = 0;
  CallArguments args(case_, arena_, step, addresses());
  if (args.takes_workspace() && offers(table_, *step.operation)) {
    const auto status = table_.workspace_bytes(*step.operation, args.data(), &bytes, message);
    if (status != FP8ORACLE_OK) return status;
  }
  workspaces_[&step] = bytes == 0 ? fp8oracle_buffer{nullptr, 0} : device_.allocate(bytes);
  return FP8ORACLE_OK;
}

fp8oracle_status Calls::enqueue(const Step& step, fp8oracle_message message) {
  return step.operation ? call_operation(step, message) : upload(step, message);
}

fp8oracle_status Calls::call_operation(const Step& step, fp8oracle_message message) {
  const fp8oracle_operation id = *step.operation;
  if (!offers(table_, id)) {
    return report(FP8ORACLE_UNSUPPORTED, "the table has no " + std::string(operation(id).name),
                  message);
  }
  CallArguments args(case_, arena_, step, addresses());
  if (!step.tamper) {
    const auto status = table_.supports(id, args.data(), message);
    if (status != FP8ORACLE_OK) return status;
  }
  if (const auto status = prepare(step, message); status != FP8ORACLE_OK) return status;
  if (args.takes_workspace()) args.set_workspace(workspaces_.at(&step));
  if (step.tamper && !step.tamper->field.empty()) {
    tamper(args.operation(), args.data(), step.tamper->field, step.tamper->value,
           [this](void* address, std::int64_t by) { return device_.moved(address, by); });
  }
  return call(table_, id, args.data(), device_.stream(), message);
}

std::optional<std::uint64_t> Calls::launches(const Step& step) {
  std::optional<std::uint64_t> declared;
  if (table_.launches == nullptr || step.tamper || !step.operation) return declared;
  CallArguments args(case_, arena_, step, addresses());
  std::uint64_t count = 0;
  const auto status = table_.launches(*step.operation, args.data(), &count, {nullptr, 0});
  if (status == FP8ORACLE_OK) declared = count;
  return declared;
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
    return table_.copy(device_.at(what.place), staged->second.data, what.size, device_.stream(),
                       message);
  }
  device_.upload(what.place, what.bytes, what.size);
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::runner
