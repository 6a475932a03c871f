// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/case.h"

#include <algorithm>
#include <set>

#include "fp8oracle/arena.h"
#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/quote.h"

namespace fp8oracle {
namespace {

constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;
constexpr std::size_t kMaxItems = 4096;
constexpr std::size_t kMaxCells = std::size_t{1} << 24;

template <typename Decl>
const Decl& find(const std::vector<Decl>& list, std::string_view name, const char* what) {
  for (const Decl& decl : list) {
    if (decl.name == name) return decl;
  }
  throw UsageError(std::string("case: no ") + what + " named " + quote(name));
}

void require(bool ok, const std::string& message) {
  if (!ok) throw UsageError("case: " + message);
}

// A dimension alone is bounded as well: rounding it up to whole tiles must not overflow.
void check_shape(const std::string& name, std::int64_t rows, std::int64_t cols) {
  require(rows >= 0 && cols >= 0, quote(name) + ": a dimension is negative");
  require(rows <= kMaxElements && cols <= kMaxElements, quote(name) + ": too large");
  require(cols == 0 || rows <= kMaxElements / cols, quote(name) + ": too large");
}

/// The checks of one step that is an operation, out of the descriptions of its fields.
class OperationCheck {
 public:
  OperationCheck(const Case& c, const Arena& arena, const Step& step)
      : case_(c), arena_(arena), step_(step), name_(step.name()), bindings_(bindings(step)) {}

  void run() {
    require(step_.items() <= kMaxItems, name_ + ": too many items");
    check_names();
    for (const Binding& b : bindings_) check(b);
    const Scheme scheme = scheme_of(case_, step_);
    require(scheme.directions >= 1 && scheme.directions <= 3, name_ + ": names no direction");
    check_rule(scheme);
  }

 private:
  struct Shape {
    std::int64_t rows, cols;
  };

  /// Operands and options that the operation does not have are mistakes.
  void check_names() const {
    for (const auto& operand : step_.operands) {
      const std::string& path = operand.first;
      const bool known = path == "scheme" ||
                         std::any_of(bindings_.begin(), bindings_.end(), [&](const Binding& b) {
                           return b.path == path || (b.is_pair() && b.path + ".scale_inv" == path);
                         });
      require(known, name_ + ": has no operand " + quote(path));
    }
    for (const auto& [option, value] : step_.options) {
      const Field* field = operation(*step_.operation).find(option);
      const bool known = option == "directions" ||
                         (field != nullptr &&
                          (field->role == FieldRole::kFlag || field->role == FieldRole::kFloor ||
                           field->role == FieldRole::kType));
      require(known, name_ + ": has no option " + quote(option));
    }
  }

  void check(const Binding& b) {
    if (b.operand.empty()) {
      const bool needed = b.field->presence == Presence::kRequired && !step_.tamper;
      require(!needed, name_ + ": " + b.path + " is not given");
      return;
    }
    if (b.is_cell()) {
      // A cell of the recipe, or the one scale_inv of a tensor.
      const ArenaBuffer& cell = arena_.named(b.operand);
      const bool scale_inv = cell.role == Role::kScaleInv && !cell.e8m0;
      require(cell.bytes == sizeof(float) && (scale_inv || cell.role == Role::kCell),
              name_ + ": " + b.path + ": " + quote(b.operand) + " is not one FP32 cell");
    } else if (b.field->role == FieldRole::kMatrixIn) {
      const InputDecl& x = case_.input(b.operand);
      same_shape(b, {x.rows, x.cols});
    } else if (b.field->role == FieldRole::kMatrixOut) {
      const OutputDecl& y = case_.output(b.operand);
      same_shape(b, {y.rows, y.cols});
    } else {
      check_tensor(b, case_.tensor(b.operand));
    }
  }

  void check_tensor(const Binding& b, const TensorDecl& t) {
    same_shape(b, {t.rows, t.cols});
    const unsigned direction = b.field->direction != 0 ? b.field->direction : step_.directions();
    require(direction == 1 || direction == 2, name_ + ": " + b.path + ": names no one direction");
    require((direction & t.scheme.directions) != 0, name_ + ": the tensor lacks the direction");
    if (b.is_scales()) {
      const bool swizzled = t.scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED;
      require(swizzled == (b.field->layout == ScalesLayout::kSwizzled),
              name_ + ": one side must be swizzled, the other not");
      return;
    }
    const std::string scheme = t.scheme.with_directions(3).name();
    require(scheme_.empty() || scheme_ == scheme, name_ + ": the tensors differ in scheme");
    scheme_ = scheme;
    const std::string half = std::string(b.field->name) + " of " + b.operand;
    require(!b.is_written() || written_.insert(half).second, name_ + ": two items write " + half);
  }

  /// Of a call, or of an item, all matrices and tensors have one shape.
  void same_shape(const Binding& b, const Shape& shape) {
    const auto [known, fresh] = shapes_.try_emplace(b.item, shape);
    require(fresh || (known->second.rows == shape.rows && known->second.cols == shape.cols),
            name_ + ": " + b.path + " differs in shape");
  }

  void check_rule(const Scheme& scheme) const {
    switch (operation(*step_.operation).schemes) {
      case SchemeRule::kAnyScheme: return;
      case SchemeRule::kOneDirection:
        return require(scheme.directions != 3, name_ + ": names two directions");
      case SchemeRule::kGivenScale:
        return require(scheme.grid.scale_is_given(), name_ + ": is per tensor");
      case SchemeRule::kPermutedScales:
        return require(scheme.grid.is_mx(), name_ + ": there is nothing to permute");
    }
  }

  const Case& case_;
  const Arena& arena_;
  const Step& step_;
  const std::string name_;
  const std::vector<Binding> bindings_;
  std::map<std::int64_t, Shape> shapes_;
  std::set<std::string> written_;
  std::string scheme_;
};

void check_write(const Case& c, const Arena& arena, const Step& step) {
  const ArenaBuffer& buffer = arena.named(step.operand("buffer"));
  require(buffer.role == Role::kCodes || buffer.role == Role::kScaleInv,
          "write: " + quote(buffer.name) + " is no part of a tensor");
  c.tensor(buffer.owner);
  const auto size = static_cast<std::uint64_t>(step.bytes.size());
  require(step.at >= 0 && size <= buffer.bytes &&
              static_cast<std::uint64_t>(step.at) <= buffer.bytes - size,
          "write: bytes outside the buffer");
}

void check_step(const Case& c, const Arena& arena, const Step& step) {
  if (step.operation) return OperationCheck(c, arena, step).run();
  require(!step.tamper, std::string(step.name()) + ": cannot be tampered with");
  if (step.is(Control::kSet)) c.cell(step.operand("cell"));
  if (step.is(Control::kWrite)) check_write(c, arena, step);
}

bool runs_on_the_host(const Step& step) {
  return !step.operation && step.control != Control::kEndCapture;
}

/// Captures come in pairs and hold operations alone; a replay has something to replay.
void check_captures(const std::vector<Step>& steps) {
  bool recording = false, recorded = false;
  for (const Step& step : steps) {
    require(!recording || !runs_on_the_host(step),
            std::string(step.name()) + ": cannot be captured");
    if (step.is(Control::kReplay)) require(recorded, "replay: nothing was captured");
    if (step.is(Control::kEndCapture)) {
      require(recording, "end_capture: without a capture");
      recorded = true;
    }
    if (step.is(Control::kCapture) || step.is(Control::kEndCapture))
      recording = step.is(Control::kCapture);
  }
  require(!recording, "capture: without an end_capture");
}

}  // namespace

const InputDecl& Case::input(std::string_view name) const { return find(inputs, name, "input"); }
const TensorDecl& Case::tensor(std::string_view name) const {
  return find(tensors, name, "tensor");
}
const OutputDecl& Case::output(std::string_view name) const {
  return find(outputs, name, "output");
}
const CellDecl& Case::cell(std::string_view name) const { return find(cells, name, "cell"); }

Step& give_pairs(Step& step, const TensorDecl& t, const std::string& item) {
  if (t.scheme.has(FP8ORACLE_ROWWISE)) step.give(item + "rowwise", t.name);
  if (t.scheme.has(FP8ORACLE_COLUMNWISE)) step.give(item + "columnwise", t.name);
  return step;
}

Scheme scheme_of(const Case& c, const Step& step) {
  const TensorDecl* tensor = nullptr;
  if (!step.operand("scheme").empty()) {
    tensor = &c.tensor(step.operand("scheme"));
  } else {
    for (const Binding& b : bindings(step)) {
      const bool shows_it =
          b.is_pair() || (b.is_scales() && b.field->layout == ScalesLayout::kOfTheScheme);
      if (!shows_it || b.operand.empty()) continue;
      tensor = &c.tensor(b.operand);
      break;
    }
  }
  if (tensor == nullptr) {
    require(!c.tensors.empty(), "no tensor that carries the scheme");
    tensor = &c.tensors.front();
  }
  const unsigned directions = step.directions();
  return directions == 0 ? tensor->scheme : tensor->scheme.with_directions(directions);
}

void check_case(const Case& c) {
  std::vector<std::string> names;
  for (const InputDecl& x : c.inputs) {
    check_shape(x.name, x.rows, x.cols);
    require(x.row_stride >= x.cols && x.row_stride <= kMaxElements,
            quote(x.name) + ": row_stride is less than cols, or too large");
    require(x.rows == 0 || x.row_stride <= kMaxElements / x.rows, quote(x.name) + ": too large");
    require(x.offset >= 0 && x.offset < 1024, quote(x.name) + ": offset outside 0 to 1023");
    require(static_cast<std::int64_t>(x.bits.size()) == x.rows * x.cols * size_of(x.type),
            quote(x.name) + ": rows x cols elements are not there");
    names.push_back(x.name);
  }
  for (const TensorDecl& t : c.tensors) {
    check_shape(t.name, t.rows, t.cols);
    require(t.offset >= 0 && t.offset < 1024, quote(t.name) + ": offset outside 0 to 1023");
    names.push_back(t.name);
  }
  for (const OutputDecl& y : c.outputs) {
    check_shape(y.name, y.rows, y.cols);
    names.push_back(y.name);
  }
  for (const CellDecl& s : c.cells) {
    require(!s.bits.empty() && s.bits.size() <= kMaxCells, quote(s.name) + ": 1 to 2^24 cells");
    names.push_back(s.name);
  }
  std::sort(names.begin(), names.end());
  require(std::adjacent_find(names.begin(), names.end()) == names.end(),
          "two declarations have one name");
  require(names.empty() || !names.front().empty(), "a declaration has no name");
  const Arena arena = lay_out(c);
  for (const Step& step : c.steps) check_step(c, arena, step);
  check_captures(c.steps);
}

std::vector<std::size_t> steps_run_by(const Case& c, std::size_t index) {
  std::vector<std::size_t> recorded;  // by the capture that was begun last before `index`
  bool recording = false;
  for (std::size_t i = 0; i < index; ++i) {
    const Step& step = c.steps[i];
    if (step.is(Control::kCapture)) recorded.clear();
    if (recording && !step.is(Control::kEndCapture)) recorded.push_back(i);
    if (step.is(Control::kCapture) || step.is(Control::kEndCapture))
      recording = step.is(Control::kCapture);
  }
  if (recording) return {};
  if (c.steps[index].is(Control::kReplay)) return recorded;
  return {index};
}

}  // namespace fp8oracle
