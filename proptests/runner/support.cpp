// SPDX-License-Identifier: Apache-2.0
#include "runner/support.h"

#include <algorithm>
#include <optional>

namespace fp8oracle::runner {
namespace {

struct Need {
  fp8oracle_operation operation;
  Scheme scheme;
  fp8oracle_type type;
};

/// The type that a step's call speaks of: of its matrix, else the option, else F32.
fp8oracle_type type_of(const Case& c, const Step& s) {
  for (const Binding& b : bindings(s)) {
    if (b.operand.empty()) continue;
    if (b.field->role == FieldRole::kMatrixIn) return c.input(b.operand).type;
    if (b.field->role == FieldRole::kMatrixOut) return c.output(b.operand).type;
  }
  return static_cast<fp8oracle_type>(s.option("input_type", FP8ORACLE_F32));
}

/// What a step asks of the backend; nothing for controls.
std::optional<Need> need_of(const Case& c, const Step& s) {
  if (!s.operation) return std::nullopt;
  return Need{*s.operation, scheme_of(c, s), type_of(c, s)};
}

bool is_of_a_capture(const Step& step) {
  return step.is(Control::kCapture) || step.is(Control::kEndCapture) || step.is(Control::kReplay);
}

}  // namespace

const std::string& Support::reason(fp8oracle_operation operation, const Scheme& scheme,
                                   fp8oracle_type type, bool noop) {
  const Key key{operation, scheme.name(), type, noop};
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  return known_.emplace(key, session_.unsupported(operation, scheme, type, noop)).first->second;
}

std::vector<fp8oracle_type> Support::quantize_types(const Scheme& scheme, std::string& why) {
  std::vector<fp8oracle_type> types;
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
    const std::string& no = reason(FP8ORACLE_OP_QUANTIZE, scheme, type);
    if (no.empty()) types.push_back(type);
    if (!no.empty() && why.empty()) why = no;
  }
  return types;
}

std::string Support::lacks(const clauses::Property& property) const {
  return property.needs_capture && !session_.can_capture() ? "the backend cannot capture a stream"
                                                           : "";
}

std::string Support::trim(Case& c, const clauses::Property& property) {
  const bool captures = session_.can_capture();
  if (std::string why = lacks(property); !why.empty()) return why;
  std::vector<Step> kept;
  std::vector<fp8oracle_operation> operations;
  std::map<fp8oracle_operation, std::string> missing;
  for (const Step& step : c.steps) {
    if (is_of_a_capture(step) && !captures) continue;  // its operations run at once
    const auto need = need_of(c, step);
    if (need) {
      const std::string& no =
          reason(need->operation, need->scheme, need->type, !step.operand("noop").empty());
      if (!no.empty()) {
        missing.try_emplace(need->operation, std::string(to_string(need->operation)) + ": " + no);
        continue;
      }
      operations.push_back(need->operation);
    }
    kept.push_back(step);
  }
  for (const auto needed : property.needs) {
    if (std::find(operations.begin(), operations.end(), needed) != operations.end()) continue;
    return missing.count(needed) != 0 ? missing.at(needed)
                                      : "its cases lack the operation it needs";
  }
  if (operations.empty()) {
    return missing.empty() ? "no operation of this clause is supported" : missing.begin()->second;
  }
  c.steps = std::move(kept);
  return {};
}

}  // namespace fp8oracle::runner
