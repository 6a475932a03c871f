// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "runner/call_arguments.h"
#include "runner/device.h"

namespace fp8oracle::runner {

/// Turns the steps of one case that are operations or uploads into calls of the device's table.
class Calls {
 public:
  Calls(const Case& c, const Arena& arena, Device& device)
      : case_(c), arena_(arena), device_(device) {}

  /// Makes the step's call; its outputs are there when the stream gets to it. A call that the
  /// backend does not support is not made.
  fp8oracle_status enqueue(const Step& step, fp8oracle_message message);
  /// Brings what the steps upload to the device beforehand: enqueue() then copies it there, in the
  /// stream's order. An upload from the host may wait for the stream [K3].
  void stage_uploads();
  /// Allocates the workspace that the step asks for, which a capture must not do.
  fp8oracle_status prepare(const Step& step, fp8oracle_message message);
  /// The launches that the backend declares for the step; nothing when it does not say.
  std::optional<std::uint64_t> launches(const Step& step);

 private:
  /// What the step uploads and where to; empty for other steps.
  struct Upload {
    std::uint64_t place = 0;
    const void* bytes = nullptr;
    std::uint64_t size = 0;
  };
  Upload upload_of(const Step& step) const;
  fp8oracle_status upload(const Step& step, fp8oracle_message message);
  fp8oracle_status call_operation(const Step& step, fp8oracle_message message);
  CallArguments arguments_of(const Step& step) const;
  /// For a step with these arguments.
  fp8oracle_status prepare(const Step& step, CallArguments& args, fp8oracle_message message);

  const Case& case_;
  const Arena& arena_;
  Device& device_;
  std::map<const Step*, fp8oracle_buffer> workspaces_;
  std::map<const Step*, fp8oracle_buffer> staged_;
};

}  // namespace fp8oracle::runner
