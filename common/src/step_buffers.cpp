// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/step_buffers.h"

#include <set>

namespace fp8oracle {
namespace {

void append_pair(std::vector<StepBuffer>& list, const Arena& arena, const Step& step,
                 const Binding& b) {
  const unsigned direction = b.field->direction != 0 ? b.field->direction : step.directions();
  list.push_back({&arena.codes(b.operand, direction), b.path + ".codes", b.is_written()});
  if (step.leaves_out(b.path + ".scale_inv")) return;
  list.push_back({&arena.scale_inv(b.operand, direction), b.path + ".scale_inv",
                  b.field->role == FieldRole::kPairOut});
}

}  // namespace

std::vector<StepBuffer> buffers_of(const Arena& arena, const Step& step) {
  std::vector<StepBuffer> list;
  if (step.is(Control::kSet)) list.push_back({&arena.named(step.operand("cell")), "cell", true});
  if (step.is(Control::kWrite))
    list.push_back({&arena.named(step.operand("buffer")), "buffer", true});
  for (const Binding& b : bindings(step)) {
    if (b.operand.empty()) continue;
    if (b.is_pair()) {
      append_pair(list, arena, step, b);
    } else if (b.is_scales()) {
      list.push_back({&arena.scale_inv(b.operand, step.directions()), b.path, b.is_written()});
    } else {
      list.push_back({&arena.named(b.operand), b.path, b.is_written()});
    }
  }
  return list;
}

bool reads_what_nothing_wrote(const Case& c) {
  const Arena arena = lay_out(c);
  std::set<const ArenaBuffer*> written;
  for (const Step& step : c.steps) {
    const std::vector<StepBuffer> buffers = buffers_of(arena, step);
    for (const StepBuffer& b : buffers) {
      const bool of_a_tensor = b.buffer->role == Role::kCodes || b.buffer->role == Role::kScaleInv;
      if (of_a_tensor && !b.written && !step.tamper && written.count(b.buffer) == 0) return true;
    }
    for (const StepBuffer& b : buffers) {
      if (b.written && !step.tamper) written.insert(b.buffer);
    }
  }
  return false;
}

}  // namespace fp8oracle
