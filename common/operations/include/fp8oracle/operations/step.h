// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/operations/operation.h"

namespace fp8oracle {

/// What a step does that is no operation.
enum class Control {
  kSet,         ///< the cell `cell` := the option bits
  kWrite,       ///< adversary: `bytes` into the buffer `buffer` ("t.rowwise.codes"), from byte `at`
  kCapture,     ///< from here on steps are recorded and not run ...
  kEndCapture,  ///< ... up to here
  kReplay,      ///< the steps of the last recording run
  kSynchronize,  ///< the host waits for everything before
};
inline constexpr int kControls = 6;
std::string_view to_string(Control control);

/// One field of a call overwritten with an illegal value [K31]. The call must fail, name
/// `argument`, and change nothing.
struct Tamper {
  std::string field;  ///< a field of the ABI's argument struct, e.g. "rowwise.codes.bytes"
  std::int64_t value = 0;
  std::string argument;  ///< what the message must name, e.g. "rowwise.codes"
};

/// One step of a history: an operation or a control, with what it is given.
///
/// Operands go by the ABI's field names: a matrix, a tensor or a cell of the case by its name.
///
///   input -> "x"    scale -> "s"    items[2].rowwise -> "t2"
///
/// A tensor gives a pair its codes and its scale_inv; "rowwise.scale_inv" -> "" leaves that one out
/// [K13]. `scheme` names the tensor whose scheme the call has, where no pair shows it. Options are
/// the host's numbers: eps (FP32 bits), pow2, input_type, directions where no pair shows them.
struct Step {
  std::optional<fp8oracle_operation> operation;  ///< nothing: a control
  Control control = Control::kSynchronize;
  std::map<std::string, std::string, std::less<>> operands;
  std::map<std::string, std::uint32_t, std::less<>> options;
  std::int64_t at = 0;              ///< kWrite
  std::vector<std::uint8_t> bytes;  ///< kWrite
  std::optional<Tamper> tamper;

  Step() = default;
  explicit Step(fp8oracle_operation o) : operation(o) {}
  explicit Step(Control c) : control(c) {}

  bool is(fp8oracle_operation o) const { return operation == o; }
  bool is(Control c) const { return !operation && control == c; }
  std::string_view name() const;

  /// Empty when it is not given.
  const std::string& operand(std::string_view field) const;
  /// Gives a field an operand, or with "" none.
  Step& give(const std::string& field, const std::string& name);
  /// Whether a part of a pair is left out: "rowwise.scale_inv".
  bool leaves_out(std::string_view part) const;
  std::uint32_t option(std::string_view option_name, std::uint32_t otherwise = 0) const;
  Step& set(const std::string& option_name, std::uint32_t value);
  /// How many items the operands speak of.
  std::size_t items() const;
  /// Takes items out of the list; those behind move up.
  void drop_items(std::size_t begin, std::size_t count);
  /// fp8oracle_direction bits of the call: those of its pairs, else the option, else 0.
  unsigned directions() const;
};

/// "items[2].": what stands before the fields of an item.
std::string item_prefix(std::size_t item);

/// Leaves the scale_inv of every pair out of the call [K13].
Step& without_scale_inv(Step& step);

/// One field of a step's call, and what it is given.
struct Binding {
  const Field* field = nullptr;
  std::int64_t item = -1;  ///< of which item; -1: of the call
  std::string path;        ///< "input", "items[2].rowwise"
  std::string operand;     ///< empty: absent

  bool is_matrix() const;
  bool is_pair() const;
  bool is_cell() const;
  bool is_scales() const;
  bool is_written() const;
};

/// Every field of the operation that takes an operand, in the order of the ABI, item after item;
/// nothing for a control.
std::vector<Binding> bindings(const Step& step);
/// The binding of the same call or item with this role whose operand is given, or null.
const Binding* find(const std::vector<Binding>& list, FieldRole role, std::int64_t item = -1);

}  // namespace fp8oracle
