// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace fp8oracle::cpu {

/// Below this many elements a call stays on its own thread.
inline constexpr std::int64_t kElementsWorthAThread = std::int64_t{64} * 1024;

/// Threads that a large call uses, the caller included: FP8ORACLE_THREADS where it is set to a
/// positive number, else every core that this process may run on.
int thread_count();

/// Changes it for the calls that follow; 0 goes back to the default. Not while a call is running.
void set_thread_count(int count);

/// Calls task(i) once for each i in [0, count), on several threads when `elements` is worth it, and
/// returns when all have finished. Tasks may run in any order and must not throw. Two callers at
/// once are safe: the second one works alone.
void parallel_for(std::int64_t count, std::int64_t elements,
                  const std::function<void(std::int64_t)>& task);

}  // namespace fp8oracle::cpu
