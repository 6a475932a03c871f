// SPDX-License-Identifier: Apache-2.0
#include "runner/batch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "fp8oracle/error.h"

namespace fp8oracle::runner {
namespace {

constexpr std::uint64_t kAlignment = 64;

constexpr std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

template <typename T>
T& at(const SharedMemory& memory, std::uint64_t offset) {
  return *reinterpret_cast<T*>(memory.data() + offset);
}

ItemEntry& entry_at(const SharedMemory& memory, std::size_t item) {
  return at<ItemEntry>(memory, sizeof(BatchHeader) + item * sizeof(ItemEntry));
}

std::uint64_t step_bytes(std::uint64_t arena_bytes) {
  return sizeof(StepResult) + aligned(arena_bytes);
}

std::uint64_t step_at(const ItemEntry& entry, std::uint64_t step) {
  return entry.result_at + sizeof(ItemResult) + step * step_bytes(entry.arena_bytes);
}

template <typename T>
T load(T& value) {
  return std::atomic_ref<T>(value).load(std::memory_order_acquire);
}

template <typename T>
void store(T& value, T desired) {
  std::atomic_ref<T>(value).store(desired, std::memory_order_release);
}

std::uint64_t write_text(char (&to)[kMessageBytes], const std::string& text) {
  const std::size_t bytes = std::min(text.size(), kMessageBytes);
  std::memcpy(to, text.data(), bytes);
  return bytes;
}

std::string read_text(const char (&from)[kMessageBytes], std::uint64_t bytes) {
  return std::string(from, std::min<std::uint64_t>(bytes, kMessageBytes));
}

/// A backend may return any number as its status; only the ABI's own become an fp8oracle_status.
StepOutcome read_step(const StepResult& step) {
  StepOutcome outcome;
  outcome.message = read_text(step.message, step.message_bytes);
  if (step.launches >= 0) outcome.launches = static_cast<std::uint64_t>(step.launches);
  const bool known = step.status >= FP8ORACLE_OK && step.status <= FP8ORACLE_INTERNAL_ERROR;
  outcome.status = known ? static_cast<fp8oracle_status>(step.status) : FP8ORACLE_INTERNAL_ERROR;
  if (!known) {
    outcome.message =
        "returned the unknown status " + std::to_string(step.status) + ": " + outcome.message;
  }
  return outcome;
}

}  // namespace

BatchWriter::BatchWriter(SharedMemory& memory, std::span<const CaseRun> runs,
                         std::uint64_t most_bytes)
    : memory_(memory) {
  std::uint64_t end = 0;  // behind the entries, whose number is not known yet
  for (const CaseRun& run : runs) {
    Item item = lay_out_item(run, items_.empty() ? nullptr : &run - 1, end);
    const std::uint64_t item_end = step_at(item.entry, item.steps);
    if (!items_.empty() && item_end > most_bytes) break;
    end = item_end;
    items_.push_back(std::move(item));
  }
  const std::uint64_t begin = aligned(sizeof(BatchHeader) + items_.size() * sizeof(ItemEntry));
  for (Item& item : items_) {
    item.entry.case_at += begin;
    item.entry.result_at += begin;
  }
  bytes_ = begin + end;
  write();
}

/// The item's place, from `begin` on. A property runs each case on two fills: the second shares the
/// case of the first.
BatchWriter::Item BatchWriter::lay_out_item(const CaseRun& run, const CaseRun* before,
                                            std::uint64_t begin) const {
  Item item;
  if (before != nullptr && before->test_case == run.test_case) {
    item.entry = items_.back().entry;
    item.entry.result_at = begin;
  } else {
    item.binary = case_to_binary(*run.test_case);
    item.entry.arena_bytes = lay_out(*run.test_case).bytes;
    item.entry.case_bytes = item.binary.size();
    item.entry.case_at = begin;
    item.entry.result_at = aligned(begin + item.entry.case_bytes);
  }
  item.entry.fill = static_cast<std::uint64_t>(run.fill);
  item.steps = run.test_case->steps.size();
  return item;
}

void BatchWriter::write() {
  memory_.grow(bytes_);
  at<BatchHeader>(memory_, 0) = {};
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    entry_at(memory_, i) = item.entry;
    if (!item.binary.empty()) {
      std::memcpy(memory_.data() + item.entry.case_at, item.binary.data(), item.binary.size());
    }
    auto& result = at<ItemResult>(memory_, item.entry.result_at);
    result.steps_finished = result.ending = result.message_bytes = 0;
  }
}

std::size_t BatchWriter::begun() const {
  return std::min<std::uint64_t>(load(at<BatchHeader>(memory_, 0).begun), items_.size());
}

std::int64_t BatchWriter::begun_at_ns() const {
  return load(at<BatchHeader>(memory_, 0).begun_at_ns);
}

BatchWriter::Result BatchWriter::result(std::size_t index) const {
  const Item& item = items_[index];
  auto& written = at<ItemResult>(memory_, item.entry.result_at);
  const auto steps = std::min<std::uint64_t>(load(written.steps_finished), item.steps);
  Result result;
  for (std::uint64_t s = 0; s < steps; ++s) {
    const std::uint64_t begin = step_at(item.entry, s);
    const std::uint8_t* arena = memory_.data() + begin + sizeof(StepResult);
    result.outcome.steps.push_back(read_step(at<StepResult>(memory_, begin)));
    result.outcome.steps.back().arena.assign(arena, arena + item.entry.arena_bytes);
  }
  result.ending = static_cast<Ending>(load(written.ending));
  // Garbage, or an item called finished whose steps are not all there, is no ending.
  const bool known = result.ending == Ending::kGaveUp || result.ending == Ending::kBadCase ||
                     (result.ending == Ending::kFinished && steps == item.steps);
  if (!known) result.ending = Ending::kNone;
  result.message = read_text(written.message, written.message_bytes);
  return result;
}

BatchItem::BatchItem(SharedMemory& memory, std::size_t item)
    : memory_(memory), entry_(entry_at(memory, item)) {
  auto& header = at<BatchHeader>(memory, 0);
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  store(header.begun_at_ns,
        std::int64_t{std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()});
  store(header.begun, std::uint64_t{item + 1});
}

Case BatchItem::read_case() const {
  return case_from_binary(memory_.data() + entry_.case_at, entry_.case_bytes);
}

Fill BatchItem::fill() const { return static_cast<Fill>(entry_.fill % 3); }

void BatchItem::write_step(const StepOutcome& step) {
  const std::uint64_t begin = step_at(entry_, finished_);
  auto& result = at<StepResult>(memory_, begin);
  result.status = step.status;
  result.launches = step.launches ? static_cast<std::int64_t>(*step.launches) : -1;
  result.message_bytes = write_text(result.message, step.message);
  std::memcpy(memory_.data() + begin + sizeof(StepResult), step.arena.data(), step.arena.size());
  store(at<ItemResult>(memory_, entry_.result_at).steps_finished, ++finished_);
}

void BatchItem::write_ending(Ending ending, const std::string& message) {
  auto& result = at<ItemResult>(memory_, entry_.result_at);
  result.message_bytes = write_text(result.message, message);
  store(result.ending, static_cast<std::uint64_t>(ending));
}

}  // namespace fp8oracle::runner
