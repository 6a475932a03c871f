// SPDX-License-Identifier: Apache-2.0
#include "clauses/every_operation.h"

#include <cstring>
#include <map>
#include <utility>

#include "fp8oracle/operations/covering.h"
#include "fp8oracle/scale_grid.h"
#include "plans/inputs.h"

namespace fp8oracle::clauses {
namespace {

using plans::Plan;

constexpr std::uint32_t kFloors[] = {0x00000000, 0x2B8CBCCC, 0x3F800000};  // 0, 1e-12, 1
constexpr int kTypes = 3;

bool takes(const Operation& operation, const Scheme& scheme) {
  switch (operation.schemes) {
    case SchemeRule::kAnyScheme:
    case SchemeRule::kOneDirection: return true;
    case SchemeRule::kGivenScale: return scheme.grid.scale_is_given();
    case SchemeRule::kPermutedScales: return scheme.grid.is_mx();
  }
  return false;
}

/// What of a call may be so or otherwise, in the order of the fields. Level 0 is the plain call.
std::vector<int> levels_of(std::span<const Field> fields, const Scheme& scheme) {
  std::vector<int> levels;
  const bool given = scheme.grid.scale_is_given();
  for (const Field& f : fields) {
    switch (f.role) {
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut:
        if (f.presence == Presence::kOptional || (f.presence == Presence::kOfGivenScale && given))
          levels.push_back(2);
        break;
      case FieldRole::kPairOut:
        if (given && (f.direction & scheme.directions) != 0) levels.push_back(2);  // scale_inv
        break;
      case FieldRole::kNoop:
      case FieldRole::kFlag: levels.push_back(2); break;
      case FieldRole::kFloor: levels.push_back(static_cast<int>(std::size(kFloors))); break;
      case FieldRole::kType:
      case FieldRole::kMatrixOut: levels.push_back(kTypes); break;
      case FieldRole::kItems:
        for (const int of_item : levels_of(f.item_fields, scheme)) levels.push_back(of_item);
        break;
      case FieldRole::kScheme:
      case FieldRole::kMatrixIn:
      case FieldRole::kPairIn:
      case FieldRole::kPairGiven:
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut:
      case FieldRole::kWorkspace:
      case FieldRole::kExtent: break;
    }
  }
  return levels;
}

/// The arrays are the same for all cases: made once a thread.
const std::vector<std::vector<int>>& rows_for(const std::vector<int>& levels) {
  thread_local std::map<std::vector<int>, std::vector<std::vector<int>>> known;
  const auto found = known.find(levels);
  if (found != known.end()) return found->second;
  return known.emplace(levels, covering_array(levels)).first->second;
}

}  // namespace

std::vector<std::uint8_t> drawn_scale_inv(const Scheme& scheme, const Plan& plan,
                                          unsigned direction, bool odd) {
  constexpr std::uint8_t kOddCodes[] = {0xFF, 0xFE, 0x00, 0x01};
  constexpr std::uint32_t kOddFloats[] = {0x00000000, 0x80000000, 0x7F800000, 0x7FC00000,
                                          0xFFC00000, 0x00000001, 0x7F7FFFFF, 0xC0400000};
  const ScaleGrid grid = scale_grid(scheme.resolved(), static_cast<fp8oracle_direction>(direction),
                                    plan.rows, plan.cols);
  const auto bytes = static_cast<std::size_t>(grid.bytes());
  std::vector<std::uint8_t> scales = plans::random_bytes(plan, 10 + direction, bytes);
  for (std::size_t i = 0; i < bytes; i += static_cast<std::size_t>(grid.element_bytes)) {
    const std::uint8_t random = scales[i];
    const bool any = odd && (random % 8 == 0 || grid.elements() == 1);
    if (grid.element_bytes == 1) {
      scales[i] = any ? kOddCodes[random / 8 % 4] : static_cast<std::uint8_t>(117 + random % 20);
    } else if (any) {
      std::memcpy(&scales[i], &kOddFloats[random / 8 % 8], sizeof(float));
    } else {
      scales[i + 3] = static_cast<std::uint8_t>(0x3C + scales[i + 3] % 6);
    }
  }
  return scales;
}

/// The call of one operation while it is made.
class EveryOperation::OfOne {
 public:
  OfOne(CaseBuilder& b, const Scheme& scheme, const Plan& plan, const Operation& operation,
        const Choice& how)
      : b_(b),
        scheme_(scheme),
        plan_(plan),
        x_(how.x),
        tensor_(std::string(operation.name) + how.suffix),
        direction_(one_direction(scheme, plan.variant)),
        step_(operation.id) {
    if (how.walk) {
      const auto& rows = rows_for(levels_of(operation.fields, scheme));
      levels_ = rows[*how.walk % rows.size()];
    }
    fields(operation.fields, "");
  }
  Step& step() { return step_; }

 private:
  int next_level() { return used_ < levels_.size() ? levels_[used_++] : 0; }

  void fields(std::span<const Field> list, const std::string& item) {
    for (const Field& f : list) field(f, item + std::string(f.name));
  }

  void field(const Field& f, const std::string& path) {
    switch (f.role) {
      case FieldRole::kScheme: break;  // the tensor's that is declared; see tensor()
      case FieldRole::kMatrixIn: step_.give(path, x_); break;
      case FieldRole::kMatrixOut: output(path); break;
      case FieldRole::kPairOut: pair_out(f, path); break;
      case FieldRole::kPairGiven: pair_given(f, path); break;
      case FieldRole::kPairIn: pair_in(path); break;
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut: scales(f, path); break;
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut: cell(f, path); break;
      case FieldRole::kNoop: noop(path); break;
      case FieldRole::kItems: fields(f.item_fields, "items[0]."); break;
      case FieldRole::kType:
        step_.set(path, static_cast<std::uint32_t>((plan_.type + next_level()) % kTypes));
        break;
      case FieldRole::kFlag: step_.set(path, static_cast<std::uint32_t>(next_level())); break;
      case FieldRole::kFloor:
        step_.set(path, kFloors[static_cast<std::size_t>(next_level())]);
        break;
      case FieldRole::kWorkspace:
      case FieldRole::kExtent: break;
    }
  }

  const std::string& tensor(const Scheme& scheme) {
    if (!std::exchange(declared_, true)) b_.tensor(tensor_, scheme);
    return tensor_;
  }

  void output(const std::string& path) {
    const std::string name = tensor_ + "_output";
    const int type = static_cast<int>(plan_.variant % kTypes) + next_level();
    b_.output(name, static_cast<fp8oracle_type>(type % kTypes));
    step_.give(path, name);
  }

  void pair_out(const Field& f, const std::string& path) {
    if ((f.direction & scheme_.directions) == 0) return;
    step_.give(path, tensor(scheme_));
    if (scheme_.grid.scale_is_given() && next_level() == 1) step_.give(path + ".scale_inv", "");
  }

  void pair_given(const Field& f, const std::string& path) {
    if ((f.direction & scheme_.directions) == 0) return;
    step_.give(path, tensor(scheme_));
    const bool shared = scheme_.grid.scale_is_given() && std::exchange(one_written_, true);
    if (!shared)
      b_.write_scale_inv(f.direction, drawn_scale_inv(scheme_, plan_, f.direction, false), tensor_);
  }

  void pair_in(const std::string& path) {
    step_.give(path, tensor(scheme_)).set("directions", direction_);
    const auto codes = static_cast<std::size_t>(plan_.rows * plan_.cols);
    b_.write_codes(direction_, plans::random_bytes(plan_, 20 + direction_, codes), tensor_);
    b_.write_scale_inv(direction_, drawn_scale_inv(scheme_, plan_, direction_, false), tensor_);
  }

  void scales(const Field& f, const std::string& path) {
    const bool swizzled = f.layout == ScalesLayout::kSwizzled;
    const bool plain =
        scheme_.layout == FP8ORACLE_LAYOUT_COMPACT || scheme_.layout == FP8ORACLE_LAYOUT_PADDED;
    const Scheme scheme = scheme_.with_layout(swizzled ? FP8ORACLE_LAYOUT_SWIZZLED
                                              : plain  ? scheme_.layout
                                                       : FP8ORACLE_LAYOUT_PADDED);
    const bool read = f.role == FieldRole::kScalesIn;
    const std::string name = tensor_ + (read ? "_from" : "_to");
    b_.tensor(name, scheme);
    step_.give(path, name).set("directions", direction_);
    if (read)
      b_.write_scale_inv(direction_, drawn_scale_inv(scheme, plan_, direction_, false), name);
  }

  void cell(const Field& f, const std::string& path) {
    const bool given = scheme_.grid.scale_is_given();
    if (f.presence == Presence::kOfGivenScale && !given) return;
    const bool optional = f.presence != Presence::kRequired;
    if (optional && next_level() == 1) return;
    if (f.name == "scale_inv") {  // that of a tensor, which carries the scheme too
      step_.give(path, tensor(scheme_) + ".scale_inv").give("scheme", tensor_);
    } else if (f.name == "scale" && f.role == FieldRole::kCellIn) {
      step_.give(path, plan_.scale_absent ? "" : "s");
    } else {
      const std::string name = tensor_ + "_" + std::string(f.name);
      b_.cell(name, f.role == FieldRole::kCellInOut ? plan_.prior_amax_bits : 0x42280000);
      step_.give(path, name);
    }
  }

  void noop(const std::string& path) {
    if (next_level() == 0) return;
    const std::string name = tensor_ + "_noop";
    b_.cell(name, 0x40000000);  // not 1: nothing stops
    step_.give(path, name);
  }

  CaseBuilder& b_;
  const Scheme& scheme_;
  const Plan& plan_;
  const std::string x_, tensor_;
  const unsigned direction_;
  Step step_;
  std::vector<int> levels_;
  std::size_t used_ = 0;
  bool declared_ = false, one_written_ = false;
};

EveryOperation::EveryOperation(CaseBuilder& b, const Scheme& scheme, const Plan& plan,
                               const Choice& how) {
  std::uint64_t number = 0;
  for (const Operation& operation : operations()) {
    if (!takes(operation, scheme)) continue;
    if (number++ % how.of == how.which % how.of)
      calls_.push_back(OfOne(b, scheme, plan, operation, how).step());
  }
}

std::vector<Step> EveryOperation::calls_under(const std::string& noop) const {
  std::vector<Step> list;
  for (const Step& call : calls_) {
    if (operation(*call.operation).find(FieldRole::kNoop) == nullptr) continue;
    list.push_back(call);
    list.back().give("noop", noop);
  }
  return list;
}

}  // namespace fp8oracle::clauses
