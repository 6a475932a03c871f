// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "fp8oracle/outcome.h"
#include "runner/shared_memory.h"

namespace fp8oracle::runner {

/// One case to run on one fill.
struct CaseRun {
  const Case* test_case = nullptr;
  Fill fill = Fill::kA;
};

/// How the child came out of an item. kNone: it never did.
enum class Ending : std::uint64_t { kNone = 0, kFinished = 1, kGaveUp = 2, kBadCase = 3 };

// The shared memory of one batch, offsets from its begin:
//
//   BatchHeader | ItemEntry * items | for each item: case (CBOR), ItemResult, steps * (StepResult,
//   arena)
//
// Neighbours that run the same case share its bytes. The parent writes the header, the entries and
// the cases; the child writes results as steps finish, so that what was finished survives its
// death. The parent believes no offset or size that it reads back.

struct BatchHeader {
  std::uint64_t begun;       ///< items that the child has begun
  std::int64_t begun_at_ns;  ///< when it began the last of them; steady_clock
};

struct ItemEntry {
  std::uint64_t case_at, case_bytes;
  std::uint64_t fill;
  std::uint64_t result_at;
  std::uint64_t arena_bytes;
};

inline constexpr std::size_t kMessageBytes = 1008;

struct ItemResult {
  std::uint64_t steps_finished;
  std::uint64_t ending;  ///< Ending
  std::uint64_t message_bytes;
  char message[kMessageBytes];
};

struct StepResult {
  std::int64_t status;
  std::int64_t launches;  ///< -1: nothing was said
  std::uint64_t message_bytes;
  char message[kMessageBytes];
};

/// The parent's side: lays runs out, writes them, reads their results.
class BatchWriter {
 public:
  /// Takes as many of `runs` as fit `most_bytes`, at least one, and writes them. Throws
  /// BackendError when the memory cannot be had.
  BatchWriter(SharedMemory& memory, std::span<const CaseRun> runs, std::uint64_t most_bytes);

  std::size_t items() const { return items_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  /// Items that the child has begun, at most items().
  std::size_t begun() const;
  /// When it began the last of them; as the child wrote it.
  std::int64_t begun_at_ns() const;

  struct Result {
    Outcome outcome;  ///< the finished steps
    Ending ending = Ending::kNone;
    std::string message;  ///< kGaveUp, kBadCase
  };
  Result result(std::size_t item) const;

 private:
  struct Item {
    std::vector<std::uint8_t> binary;  ///< empty: the case of the item before
    ItemEntry entry{};
    std::size_t steps = 0;
  };
  Item lay_out_item(const CaseRun& run, const CaseRun* before, std::uint64_t begin) const;
  void write();

  SharedMemory& memory_;
  std::vector<Item> items_;
  std::uint64_t bytes_ = 0;
};

/// The child's side of one item.
class BatchItem {
 public:
  /// Marks the item as begun.
  BatchItem(SharedMemory& memory, std::size_t item);

  /// Where the case stands: items with the same number run the same case.
  std::uint64_t case_at() const { return entry_.case_at; }
  /// Reads the case. Throws UsageError.
  Case read_case() const;
  Fill fill() const;
  std::uint64_t arena_bytes() const { return entry_.arena_bytes; }
  void write_step(const StepOutcome& step);
  void write_ending(Ending ending, const std::string& message);

 private:
  SharedMemory& memory_;
  ItemEntry entry_;
  std::uint64_t finished_ = 0;
};

}  // namespace fp8oracle::runner
