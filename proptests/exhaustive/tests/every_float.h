// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "fp8oracle/thread_group.h"

namespace fp8oracle::exhaustive {

/// The step between the FP32 bit patterns that a witness looks at: 1 where FP8ORACLE_EVERY_CASE is
/// set (ci/full.sh), else the given one, which is odd so that every significand and exponent is
/// met.
inline std::uint64_t step(std::uint64_t in_the_gate) {
  return std::getenv("FP8ORACLE_EVERY_CASE") != nullptr ? 1 : in_the_gate;
}

/// Calls ok(bits) for 0, step, 2 step, ... below `end`, on every core. Expects that all are fine,
/// and prints how many there were.
template <class Ok>
void expect_every_float(const char* what, std::uint64_t end, std::uint64_t step, const Ok& ok) {
  constexpr std::uint64_t kChunk = 1 << 20;
  const std::uint64_t cases = (end + step - 1) / step;
  std::atomic<std::uint64_t> cursor{0}, done{0}, wrong{0}, first_wrong{UINT64_MAX};
  const auto work = [&] {
    for (std::uint64_t from = cursor.fetch_add(kChunk); from < cases;
         from = cursor.fetch_add(kChunk)) {
      const std::uint64_t to = std::min(from + kChunk, cases);
      for (std::uint64_t i = from; i < to; ++i) {
        if (ok(static_cast<std::uint32_t>(i * step))) continue;
        ++wrong;
        std::uint64_t seen = first_wrong;
        while (i * step < seen && !first_wrong.compare_exchange_weak(seen, i * step)) {
        }
      }
      done += to - from;
    }
  };
  on_threads(std::thread::hardware_concurrency(), work);
  EXPECT_EQ(done, cases);
  EXPECT_EQ(wrong, 0u) << what << ": the first at bits 0x" << std::hex << first_wrong;
  std::printf("%s: %llu cases\n", what, static_cast<unsigned long long>(done.load()));
}

}  // namespace fp8oracle::exhaustive
