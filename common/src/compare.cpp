// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/compare.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "fp8oracle/format.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/step_buffers.h"

namespace fp8oracle {
namespace {

std::uint32_t load(const std::vector<std::uint8_t>& arena, const ArenaBuffer& b, std::int64_t i) {
  std::uint32_t bits = 0;
  const auto size = static_cast<std::size_t>(b.element_bytes);
  std::memcpy(&bits, arena.data() + b.begin + static_cast<std::size_t>(i) * size, size);
  return bits;
}

bool is_nan(std::uint32_t bits, fp8oracle_type type) {
  switch (type) {
    case FP8ORACLE_F32: return (bits & 0x7FFFFFFFu) > 0x7F800000u;
    case FP8ORACLE_BF16: return (bits & 0x7FFFu) > 0x7F80u;
    case FP8ORACLE_F16: return (bits & 0x7FFFu) > 0x7C00u;
  }
  return false;
}

enum class Mask { kOwned, kZeroPadding, kFreePadding };

Mask mask_of(const ArenaBuffer& b, const ResolvedScheme& scheme, std::int64_t element) {
  const ScaleGrid& s = b.scales;
  if (b.role != Role::kScaleInv || s.permuted() || s.cols == 0) return Mask::kOwned;
  if (element / s.cols < s.used_rows && element % s.cols < s.used_cols) return Mask::kOwned;
  return scheme.knobs.padding == FP8ORACLE_PADDING_ZERO ? Mask::kZeroPadding : Mask::kFreePadding;
}

/// Compares one run of the subject with the reference.
class Comparer {
 public:
  Comparer(const Case& c, const Arena& arena, const Outcome& reference, const Outcome& subject,
           Fill fill, Comparison& result)
      : case_(c),
        arena_(arena),
        reference_(reference),
        subject_(subject),
        result_(result),
        before_(initial_arena(c, arena, fill)) {
    for (const TensorDecl& t : c.tensors) schemes_.push_back(t.scheme.resolved());
  }

  void run() {
    for (std::size_t s = 0; s < case_.steps.size(); ++s) {
      if (s >= subject_.steps.size()) {
        const std::string reason = subject_.death ? subject_.death->reason : "stopped early";
        return add({DifferenceKind::kDeath, s, -1, 0, 0, 0, reason});
      }
      compare_step(s);
      before_ = subject_.steps[s].arena;
    }
  }

 private:
  void add(Difference d) {
    ++result_.total;
    if (result_.differences.size() < Comparison::kMaxListed)
      result_.differences.push_back(std::move(d));
  }

  void compare_step(std::size_t s) {
    const Step& step = case_.steps[s];
    const StepOutcome& wanted = reference_.steps[s];
    const StepOutcome& got = subject_.steps[s];
    const bool agree = compare_status(s, step, wanted, got);
    std::vector<int> written;
    if (agree && wanted.status == FP8ORACLE_OK)
      written = written_buffers(case_, arena_, s, before_);

    std::vector<std::uint8_t> expected = before_;
    for (const int b : written) {
      const ArenaBuffer& buffer = arena_.buffers[static_cast<std::size_t>(b)];
      std::memcpy(expected.data() + buffer.begin, wanted.arena.data() + buffer.begin, buffer.bytes);
      count(buffer);
    }
    if (expected == got.arena) return;  // the common case: not one byte to look at
    for (const int b : written) compare_buffer(s, b, expected, got.arena);
    compare_rest(s, written, got.arena);
  }

  bool compare_status(std::size_t s, const Step& step, const StepOutcome& wanted,
                      const StepOutcome& got) {
    if (wanted.status != got.status && !denies_bad_scheme(step, wanted, got)) {
      add({DifferenceKind::kStatus, s, -1, 0, static_cast<std::uint32_t>(wanted.status),
           static_cast<std::uint32_t>(got.status),
           "expected status '" + std::string(to_string(wanted.status)) + "'" +
               (wanted.message.empty() ? "" : " (" + wanted.message + ")") + ", got '" +
               std::string(to_string(got.status)) + "'" +
               (got.message.empty() ? "" : " (" + got.message + ")")});
      return false;
    }
    if (step.tamper && got.message.find(step.tamper->argument) == std::string::npos) {
      add({DifferenceKind::kStatus, s, -1, 0, 0, 0,
           "the message '" + got.message + "' does not name the argument " +
               step.tamper->argument});
    }
    return true;
  }

  /// Of a scheme that no one can have, a backend may say as well that it does not have it.
  static bool denies_bad_scheme(const Step& step, const StepOutcome& wanted,
                                const StepOutcome& got) {
    return step.tamper && step.tamper->field.starts_with("scheme") &&
           wanted.status == FP8ORACLE_INVALID_ARGUMENT && got.status == FP8ORACLE_UNSUPPORTED;
  }

  void count(const ArenaBuffer& b) {
    const auto elements = b.bytes / static_cast<std::uint64_t>(b.element_bytes);
    result_.elements += elements;
    if (b.role == Role::kCodes) result_.codes += elements;
  }

  const ResolvedScheme& scheme_of(const ArenaBuffer& b) const {
    for (std::size_t i = 0; i < case_.tensors.size(); ++i) {
      if (case_.tensors[i].name == b.owner) return schemes_[i];
    }
    static const ResolvedScheme none{};
    return none;
  }

  void compare_buffer(std::size_t s, int index, const std::vector<std::uint8_t>& expected,
                      const std::vector<std::uint8_t>& got) {
    const ArenaBuffer& b = arena_.buffers[static_cast<std::size_t>(index)];
    if (std::memcmp(expected.data() + b.begin, got.data() + b.begin, b.bytes) == 0) return;
    const ResolvedScheme& scheme = scheme_of(b);
    const auto elements = static_cast<std::int64_t>(b.bytes) / b.element_bytes;
    for (std::int64_t i = 0; i < elements; ++i) {
      const std::uint32_t want = load(expected, b, i);
      const std::uint32_t have = load(got, b, i);
      if (want == have) continue;
      const Mask mask = mask_of(b, scheme, i);
      if (mask == Mask::kFreePadding) continue;
      if (mask == Mask::kZeroPadding) {
        add({DifferenceKind::kPadding, s, index, i, 0, have, {}});
        continue;
      }
      if (!same(b, scheme, want, have)) add({DifferenceKind::kOwned, s, index, i, want, have, {}});
    }
  }

  static bool same(const ArenaBuffer& b, const ResolvedScheme& scheme, std::uint32_t want,
                   std::uint32_t have) {
    if (b.role == Role::kCodes) {
      return same_code(scheme, static_cast<std::uint8_t>(want), static_cast<std::uint8_t>(have));
    }
    if (b.e8m0) return want == have;
    return is_nan(want, b.type) && is_nan(have, b.type);
  }

  // Everything the step does not write: other buffers, strides, guards.
  void compare_rest(std::size_t s, const std::vector<int>& written,
                    const std::vector<std::uint8_t>& got) {
    std::uint64_t at = 0;
    for (std::size_t i = 0; i <= arena_.buffers.size(); ++i) {
      const bool last = i == arena_.buffers.size();
      const std::uint64_t guard_end = last ? arena_.bytes : arena_.buffers[i].begin;
      compare_range(s, DifferenceKind::kGuard, -1, at, guard_end, got);
      if (last) return;
      const ArenaBuffer& b = arena_.buffers[i];
      at = b.begin + b.bytes;
      if (std::find(written.begin(), written.end(), static_cast<int>(i)) == written.end()) {
        compare_range(s, DifferenceKind::kUntouched, static_cast<int>(i), b.begin, at, got);
      }
    }
  }

  void compare_range(std::size_t s, DifferenceKind kind, int buffer, std::uint64_t begin,
                     std::uint64_t end, const std::vector<std::uint8_t>& got) {
    if (std::memcmp(before_.data() + begin, got.data() + begin, end - begin) == 0) return;
    for (std::uint64_t at = begin; at < end; ++at) {
      if (before_[at] == got[at]) continue;
      const std::uint64_t element =
          buffer < 0
              ? at
              : (at - begin) / static_cast<std::uint64_t>(
                                   arena_.buffers[static_cast<std::size_t>(buffer)].element_bytes);
      add({kind, s, buffer, static_cast<std::int64_t>(element), before_[at], got[at], {}});
    }
  }

  const Case& case_;
  const Arena& arena_;
  const Outcome& reference_;
  const Outcome& subject_;
  Comparison& result_;
  std::vector<std::uint8_t> before_;
  std::vector<ResolvedScheme> schemes_;
};

/// A wrong element whose value follows the poison was not written at all.
void mark_unwritten(Comparison& result, const Arena& arena, const Outcome& a, const Outcome& b) {
  for (Difference& d : result.differences) {
    if (d.kind != DifferenceKind::kOwned || d.step >= a.steps.size() || d.step >= b.steps.size())
      continue;
    const ArenaBuffer& buffer = arena.buffers[static_cast<std::size_t>(d.buffer)];
    if (load(a.steps[d.step].arena, buffer, d.element) !=
        load(b.steps[d.step].arena, buffer, d.element)) {
      d.kind = DifferenceKind::kUnwritten;
    }
  }
}

/// Exactly 1.0f stops the step; what writes the cell itself is never stopped.
bool stopped_by_noop(const Arena& arena, const Step& step,
                     const std::vector<std::uint8_t>& before) {
  const std::string& noop = step.operand("noop");
  return !noop.empty() && load(before, arena.named(noop), 0) == 0x3F800000u;
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  constexpr std::array<std::string_view, 7> names{"death",   "status", "owned",    "unwritten",
                                                  "padding", "guard",  "untouched"};
  return names.at(static_cast<std::size_t>(kind));
}

std::vector<int> written_buffers(const Case& c, const Arena& arena, std::size_t index,
                                 const std::vector<std::uint8_t>& before) {
  std::vector<int> written;
  for (const std::size_t i : steps_run_by(c, index)) {
    const Step& step = c.steps[i];
    if (step.tamper || stopped_by_noop(arena, step, before)) continue;
    for (const StepBuffer& b : buffers_of(arena, step)) {
      if (b.written) written.push_back(static_cast<int>(b.buffer - arena.buffers.data()));
    }
  }
  // A replay may write one buffer twice.
  std::sort(written.begin(), written.end());
  written.erase(std::unique(written.begin(), written.end()), written.end());
  return written;
}

bool same_code(const ResolvedScheme& scheme, std::uint8_t expected, std::uint8_t observed) {
  if (expected == observed) return true;
  if (scheme.knobs.element_nan != FP8ORACLE_NAN_ANY_SIGN) return false;
  const auto sign = static_cast<std::uint8_t>(Format::kSignMask);
  const auto in_class = [&](std::uint8_t code) { return (code & ~sign) == scheme.format.nan_code; };
  return in_class(expected) && in_class(observed);
}

Comparison compare(const Case& c, const Arena& arena, const Outcome& reference,
                   const Outcome& subject_a, const Outcome& subject_b) {
  Comparison result;
  Comparer(c, arena, reference, subject_a, Fill::kA, result).run();
  if (!result.equal()) {
    mark_unwritten(result, arena, subject_a, subject_b);
    return result;
  }
  const std::uint64_t elements = result.elements;
  const std::uint64_t codes = result.codes;
  Comparer(c, arena, reference, subject_b, Fill::kB, result).run();
  mark_unwritten(result, arena, subject_a, subject_b);
  result.elements = elements;  // an element compared under both poisons is one element
  result.codes = codes;
  return result;
}

Comparison compare_one_run(const Case& c, const Arena& arena, const Outcome& reference,
                           const Outcome& subject) {
  Comparison result;
  Comparer(c, arena, reference, subject, Fill::kA, result).run();
  return result;
}

}  // namespace fp8oracle
