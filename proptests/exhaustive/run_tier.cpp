// SPDX-License-Identifier: Apache-2.0
#include "exhaustive/run_tier.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "fp8oracle/compare.h"
#include "fp8oracle/error.h"
#include "fp8oracle/thread_group.h"
#include "reference/backend.h"
#include "runner/probe.h"

namespace fp8oracle::exhaustive {
namespace {

bool is_nan(Kind kind, std::uint32_t bits) {
  if (kind == Kind::kF32) return (bits & 0x7FFFFFFFu) > 0x7F800000u;
  if (kind == Kind::kBf16) return (bits & 0x7FFFu) > 0x7F80u;
  if (kind == Kind::kF16) return (bits & 0x7FFFu) > 0x7C00u;
  return false;
}

/// The lowest case of a chunk in which the outputs differ.
std::optional<TierDifference> first_difference(const Tier& tier, std::uint64_t first,
                                               const std::vector<Output>& expected,
                                               const std::vector<Output>& observed) {
  std::optional<TierDifference> found;
  for (std::size_t o = 0; o < expected.size(); ++o) {
    const Output &e = expected[o], &s = observed.at(o);
    if (e.bytes == s.bytes) continue;
    for (std::uint64_t i = 0; i < e.elements(); ++i) {
      const bool ok = same_element(tier, e.kind, e.bits(i), s.bits(i));
      if (ok) continue;
      if (found && found->index <= first + i) break;
      char text[128];
      const int digits = 2 * static_cast<int>(bytes_of(e.kind));
      std::snprintf(text, sizeof text, "%s expected 0x%0*x, observed 0x%0*x", e.name, digits,
                    e.bits(i), digits, s.bits(i));
      found = TierDifference{first + i, tier.describe(first + i), text};
      break;
    }
  }
  return found;
}

/// What the threads of one tier share.
class Sweep {
 public:
  Sweep(const Tier& tier, const fp8oracle_backend_table& subject, const TierOptions& options)
      : tier_(tier), subject_(subject), options_(options) {
    const std::uint64_t chunks = tier.cases / tier.chunk;
    to_run_ = (chunks + options.every_nth_chunk - 1) / options.every_nth_chunk;
  }

  void work() try {
    Side subject(subject_), reference(reference::backend());
    std::vector<Output> expected, observed;
    // Chunks are handed out in order and all that were begun are finished: so the difference that
    // is kept is the first one.
    while (!stop_) {
      const std::uint64_t n = cursor_.fetch_add(1);
      if (n >= to_run_) break;
      const std::uint64_t first = n * options_.every_nth_chunk * tier_.chunk;
      tier_.expect(reference, first, tier_.chunk, expected);
      try {
        tier_.run(subject, first, tier_.chunk, observed);
      } catch (const client::Error& error) {
        if (!is_an_answer(error)) throw;
        if (error.status == FP8ORACLE_UNSUPPORTED) {  // a call may still be denied
          deny(error.message);
        } else {
          keep({first, tier_.describe(first) + " and the cases after it",
                std::string("answered ") + client::name_of(error.status) + ": " + error.message});
        }
        break;
      }
      if (auto difference = first_difference(tier_, first, expected, observed)) {
        keep(std::move(*difference));
      }
      finished(done_.fetch_add(tier_.chunk) + tier_.chunk);
    }
  } catch (const client::Error& error) {
    stop_ = true;
    throw BackendError(error.what());
  } catch (...) {
    stop_ = true;
    throw;
  }

  TierResult result() const {
    TierResult r;
    r.cases = done_;
    r.difference = difference_;
    if (!difference_ && denied_) {
      r.skipped = denied_->empty() ? "denied without a reason" : *denied_;
      return r;
    }
    if (!difference_ && r.cases != to_run_ * tier_.chunk) {
      throw std::logic_error("tier " + tier_.name + " ran " + std::to_string(r.cases) + " of " +
                             std::to_string(to_run_ * tier_.chunk) + " cases");
    }
    return r;
  }

 private:
  /// Of the operation that supports() accepted. An error of memory or streams is none: it is no
  /// reason to call the backend wrong, nor to leave the tier out.
  bool is_an_answer(const client::Error& error) const {
    return error.function == client::entry_of(tier_.operation).name ||
           error.function == "workspace_bytes";
  }

  void keep(TierDifference difference) {
    stop_ = true;
    const std::lock_guard lock(mutex_);
    if (!difference_ || difference.index < difference_->index) difference_ = std::move(difference);
  }

  void deny(std::string reason) {
    stop_ = true;
    const std::lock_guard lock(mutex_);
    if (!denied_) denied_ = std::move(reason);
  }

  void finished(std::uint64_t done) {
    if (!options_.progress) return;
    const std::lock_guard lock(mutex_);
    options_.progress(done, to_run_ * tier_.chunk);
  }

  const Tier& tier_;
  const fp8oracle_backend_table& subject_;
  const TierOptions& options_;
  std::uint64_t to_run_ = 0;
  std::atomic<std::uint64_t> cursor_{0}, done_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::optional<TierDifference> difference_;
  std::optional<std::string> denied_;
};

}  // namespace

bool same_element(const Tier& tier, Kind kind, std::uint32_t expected, std::uint32_t observed) {
  if (expected == observed) return true;
  if (kind == Kind::kCode) {
    return same_code(tier.scheme.resolved(), static_cast<std::uint8_t>(expected),
                     static_cast<std::uint8_t>(observed));
  }
  return is_nan(kind, expected) && is_nan(kind, observed);
}

TierResult run_tier(const Tier& tier, const fp8oracle_backend_table& subject,
                    const TierOptions& options) {
  expects(tier.chunk > 0 && tier.cases % tier.chunk == 0, "a tier is made of whole chunks");
  expects(options.every_nth_chunk % 2 == 1, "every_nth_chunk is odd");
  if (std::string reason =
          runner::why_unsupported(subject, tier.operation, tier.scheme.abi(), tier.type);
      !reason.empty()) {
    TierResult skipped;
    skipped.skipped = std::move(reason);
    return skipped;
  }
  const auto begin = std::chrono::steady_clock::now();
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned threads = options.threads != 0 ? options.threads : cores;
  Sweep sweep(tier, subject, options);
  on_threads(threads, [&sweep] { sweep.work(); });
  TierResult result = sweep.result();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace fp8oracle::exhaustive
