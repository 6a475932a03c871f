// SPDX-License-Identifier: Apache-2.0
#include "runner/shrink.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/step_buffers.h"
#include "runner/crop.h"
#include "runner/finding.h"
#include "runner/judge.h"

namespace fp8oracle::runner {
namespace {

using Clock = std::chrono::steady_clock;

class Shrinker {
 public:
  Shrinker(const std::string& clause, Case c, Trial trial, Session& reference, Session& subject,
           const ShrinkBudget& budget)
      : clause_(clause),
        property_(property_of(c.clause)),
        case_(std::move(c)),
        trial_(std::move(trial)),
        reference_(reference),
        subject_(subject),
        budget_(budget.runs),
        end_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                std::chrono::duration<double>(budget.seconds))) {}

  Shrunk run() {
    const bool fails_again = look();
    std::string unable = fails_again ? "" : unable_;
    if (fails_again) make_smaller();
    return {std::move(case_), std::move(trial_), fails_again, std::move(unable)};
  }

 private:
  void make_smaller() {
    drop_steps();
    drop_items();
    if (is_large()) shrink_shape();  // first: every run of a large case is a slow one
    isolate();
    shrink_shape();
    straighten();
    simplify_values();
    drop_steps();
  }

  bool is_large() const {
    constexpr std::int64_t kLarge = 1 << 16;
    return !case_.inputs.empty() && case_.inputs.front().rows * case_.inputs.front().cols > kLarge;
  }

  /// Runs the candidate; keeps it when it still breaks the clause.
  bool accept(const Case& candidate) {
    if (budget_-- <= 0 || Clock::now() >= end_) return false;
    try {
      check_case(candidate);
      if (reads_what_nothing_wrote(candidate) && !reads_poison_) return false;
      Trial trial = judge(property_, candidate, reference_, subject_);
      const Difference* d = trial.first(clause_);
      if (d == nullptr) return false;
      remember(candidate, trial, *d);
      trial_ = std::move(trial);
      return true;
    } catch (const BackendError& error) {
      unable_ = error.what();
      return false;
    } catch (const std::exception&) {
      return false;  // not a case, or not one for this scheme: no candidate
    }
  }

  bool look() { return accept(Case(case_)); }

  void remember(const Case& candidate, const Trial& trial, const Difference& d) {
    step_ = d.step;
    focus_ = place_of(candidate, trial.arena, d);
    if (&candidate != &case_) case_ = candidate;
  }

  void drop_steps() {
    if (step_ + 1 < case_.steps.size()) {
      Case shorter = case_;
      shorter.steps.resize(step_ + 1);
      accept(without_unused(shorter)) || accept(shorter);
    }
    for (std::size_t i = case_.steps.size(); i-- > 0;) {
      if (case_.steps.size() == 1 || i >= case_.steps.size()) continue;
      Case shorter = case_;
      shorter.steps.erase(shorter.steps.begin() + static_cast<std::ptrdiff_t>(i));
      accept(without_unused(shorter)) || accept(shorter);
    }
  }

  /// Ever shorter runs of tensors out of the lists of quantize_many.
  void drop_items() {
    for (std::size_t s = 0; s < case_.steps.size(); ++s) {
      for (std::size_t run = case_.steps[s].items(); run >= 1; run /= 2) {
        // Backwards, and half of the budget at most: the shape is still to come.
        for (std::size_t end = case_.steps[s].items(); end >= run && budget_ > 200; end -= run)
          drop_items(s, end - run, run);
      }
    }
  }

  void drop_items(std::size_t step, std::size_t begin, std::size_t count) {
    Case candidate = case_;
    if (begin + count > candidate.steps[step].items()) return;
    candidate.steps[step].drop_items(begin, count);
    accept(without_unused(candidate)) || accept(candidate);
  }

  /// Windows begin where blocks of either direction do.
  std::int64_t block_side() const {
    constexpr std::int64_t kWithoutBlocks = 32;
    const std::int64_t side =
        case_.tensors.empty() ? 0 : case_.tensors.front().scheme.grid.block_cols;
    return side == 0 ? kWithoutBlocks : side;
  }

  /// Zeros everywhere, or everywhere but the differing element, or but its block; else halves.
  void isolate() {
    if (case_.inputs.empty()) return;
    if (keep_only(0, 0, 0, 0)) return;
    if (focus_) {
      if (keep_only(focus_->row, focus_->col, 1, 1)) return;
      const std::int64_t side = block_side();
      const std::int64_t row = focus_->row / side * side;
      const std::int64_t col = focus_->col / side * side;
      keep_only(focus_->row, col, 1, side) || keep_only(row, focus_->col, side, 1) ||
          keep_only(row, col, side, side);
    }
    halve();
  }

  bool keep_only(std::int64_t row, std::int64_t col, std::int64_t rows, std::int64_t cols) {
    Case candidate = case_;
    for (InputDecl& x : candidate.inputs) {
      const auto size = static_cast<std::size_t>(size_of(x.type));
      for (std::int64_t i = 0; i < x.rows * x.cols; ++i) {
        const std::int64_t r = i / x.cols;
        const std::int64_t k = i % x.cols;
        if (r >= row && r < row + rows && k >= col && k < col + cols) continue;
        std::memset(x.bits.data() + static_cast<std::size_t>(i) * size, 0, size);
      }
    }
    return accept(candidate);
  }

  /// Zeroes ever smaller runs of elements, keeping what still fails (delta debugging).
  void halve() {
    const std::int64_t elements = case_.inputs.front().rows * case_.inputs.front().cols;
    for (std::int64_t run = elements / 2; run >= 1; run /= 2) {
      for (std::int64_t begin = 0; begin < elements && budget_ > 100; begin += run)
        zero_run(begin, run);
      if (elements / run > 64) return;
    }
  }

  void zero_run(std::int64_t begin, std::int64_t run) {
    Case candidate = case_;
    bool changed = false;
    for (InputDecl& x : candidate.inputs) {
      const auto size = static_cast<std::int64_t>(size_of(x.type));
      const auto first = static_cast<std::ptrdiff_t>(
          std::min(begin * size, static_cast<std::int64_t>(x.bits.size())));
      const auto last = static_cast<std::ptrdiff_t>(
          std::min((begin + run) * size, static_cast<std::int64_t>(x.bits.size())));
      changed = changed || std::any_of(x.bits.begin() + first, x.bits.begin() + last,
                                       [](std::uint8_t b) { return b != 0; });
      std::fill(x.bits.begin() + first, x.bits.begin() + last, std::uint8_t{0});
    }
    if (changed) accept(candidate);
  }

  bool try_window(const Window& w) {
    const auto cut = crop(case_, w);
    return cut && accept(*cut);
  }

  void shrink_shape() {
    for (bool smaller = true; smaller && budget_ > 0;) {
      smaller = false;
      const auto shape = common_shape(case_);
      if (!shape || shape->rows * shape->cols <= 1) return;
      for (const Window& w : windows(*shape)) {
        if (w.rows * w.cols < shape->rows * shape->cols && try_window(w)) {
          smaller = true;
          break;
        }
      }
    }
  }

  std::vector<Window> windows(const Window& shape) const {
    const Place at = focus_.value_or(Place{});
    const std::int64_t side = block_side();
    const std::int64_t row = at.row / side * side;
    const std::int64_t col = at.col / side * side;
    const std::int64_t to_row = at.row - row + 1;
    const std::int64_t to_col = at.col - col + 1;
    std::vector<Window> list{
        {at.row, at.col, 1, 1},
        {row, col, to_row, to_col},
        {row, col, to_row, std::min(side, shape.cols - col)},
        {row, col, std::min(side, shape.rows - row), to_col},
        {row, col, std::min(side, shape.rows - row), std::min(side, shape.cols - col)},
        {0, 0, at.row + 1, at.col + 1},
        {0, 0, at.row + 1, shape.cols},
        {0, 0, shape.rows, at.col + 1},
        {0, 0, std::min(shape.rows, round_up(at.row + 1, side)),
         std::min(shape.cols, round_up(at.col + 1, side))},
        {0, 0, shape.rows / 2, shape.cols},
        {0, 0, shape.rows, shape.cols / 2},
        {0, 0, shape.rows - 1, shape.cols},
        {0, 0, shape.rows, shape.cols - 1},
    };
    return list;
  }

  void straighten() {
    Case candidate = case_;
    for (InputDecl& x : candidate.inputs) x.offset = 0, x.row_stride = x.cols;
    for (TensorDecl& t : candidate.tensors) t.offset = 0;
    if (accept(candidate)) return;
    candidate = case_;
    for (InputDecl& x : candidate.inputs) x.row_stride = x.cols;
    accept(candidate);
    candidate = case_;
    for (InputDecl& x : candidate.inputs) x.offset = 0;
    for (TensorDecl& t : candidate.tensors) t.offset = 0;
    accept(candidate);
  }

  void simplify_values() {
    for (std::size_t i = 0; i < case_.cells.size(); ++i) {
      for (const std::uint32_t bits : {0x3F800000u, 0u}) {
        const std::vector<std::uint32_t> simple(case_.cells[i].bits.size(), bits);
        if (case_.cells[i].bits == simple) break;
        Case candidate = case_;
        candidate.cells[i].bits = simple;
        if (accept(candidate)) break;
      }
    }
    for (std::size_t i = 0; i < case_.inputs.size(); ++i) simplify_input(i);
  }

  /// Toward rounder numbers: no sign, fewer significand bits, one.
  void simplify_input(std::size_t input) {
    const auto size = static_cast<std::size_t>(size_of(case_.inputs[input].type));
    const std::uint32_t sign = size == 4 ? 0x80000000u : 0x8000u;
    const std::size_t elements = case_.inputs[input].bits.size() / size;
    int simplified = 0;
    for (std::size_t e = 0; e < elements && simplified < 8; ++e) {
      if (element(input, e, size) == 0) continue;
      ++simplified;
      set_element(input, e, size, 0) ||
          set_element(input, e, size, element(input, e, size) & ~sign);
      for (const int bits : {22, 20, 16, 12, 8, 4, 2, 1}) {
        const std::uint32_t now = element(input, e, size);
        const std::uint32_t rounder = now & ~((1u << bits) - 1u);
        if (rounder != now && set_element(input, e, size, rounder)) break;
      }
    }
  }

  std::uint32_t element(std::size_t input, std::size_t e, std::size_t size) const {
    std::uint32_t bits = 0;
    std::memcpy(&bits, case_.inputs[input].bits.data() + e * size, size);
    return bits;
  }

  bool set_element(std::size_t input, std::size_t e, std::size_t size, std::uint32_t bits) {
    if (element(input, e, size) == bits) return false;
    Case candidate = case_;
    // Twins (the same input at another address) stay twins.
    for (InputDecl& x : candidate.inputs) {
      if (x.bits == case_.inputs[input].bits) std::memcpy(x.bits.data() + e * size, &bits, size);
    }
    return accept(candidate);
  }

  const std::string clause_;
  const clauses::Property& property_;
  Case case_;
  Trial trial_;
  Session& reference_;
  Session& subject_;
  int budget_;
  const Clock::time_point end_;
  const bool reads_poison_ = reads_what_nothing_wrote(case_);  ///< the case does from the start
  std::string unable_;  ///< why the subject could not run the last candidate that it could not run
  std::size_t step_ = 0;
  std::optional<Place> focus_;
};

}  // namespace

Shrunk shrink(const std::string& clause, const Case& c, const Trial& trial, Session& reference,
              Session& subject, const ShrinkBudget& budget) {
  return Shrinker(clause, c, trial, reference, subject, budget).run();
}

}  // namespace fp8oracle::runner
