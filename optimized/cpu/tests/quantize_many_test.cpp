// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "call.h"
#include "optimized/cpu/backend.h"
#include "optimized/cpu/threads.h"

namespace fp8oracle::cpu_tests {
namespace {

/// Small rows, enough of them for several threads; `sharing` neighbours have one amax cell.
class ManyRows {
 public:
  ManyRows(std::int64_t items, std::int64_t sharing)
      : abi_(scheme_of("e4m3.tensor.row.compact.te"), "te"),
        inputs_(static_cast<std::size_t>(items * kCols), 0.5f),
        codes_(inputs_.size()),
        amax_(static_cast<std::size_t>(items / sharing)),
        items_(static_cast<std::size_t>(items)) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      constexpr auto kElements = static_cast<std::size_t>(kCols);
      fp8oracle_quantize_item& item = items_[i];
      item.input = {{&inputs_[i * kElements], kElements * 4}, FP8ORACLE_F32, 1, kCols, kCols};
      item.rowwise.codes = {&codes_[i * kElements], kElements};
      item.amax = {&amax_[i / static_cast<std::size_t>(sharing)], 4};
    }
  }
  float& last_element(std::size_t item) { return inputs_[item * kCols + kCols - 1]; }
  std::vector<float>& amax() { return amax_; }

  fp8oracle_status run() {
    fp8oracle_quantize_many_args args{};
    args.struct_size = sizeof args;
    args.scheme = abi_.get();
    args.items = items_.data();
    args.item_bytes = sizeof items_[0];
    args.count = items_.size();
    return cpu::backend().quantize_many(&args, nullptr, {});
  }

 private:
  static constexpr std::int64_t kCols = 8;
  AbiScheme abi_;
  std::vector<float> inputs_;
  std::vector<std::uint8_t> codes_;
  std::vector<float> amax_;
  std::vector<fp8oracle_quantize_item> items_;
};

class OnThreads : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { cpu::set_thread_count(GetParam()); }
  void TearDown() override { cpu::set_thread_count(0); }
};

/// Neighbours run at the same time: whichever ends last, the larger amax stands.
TEST_P(OnThreads, NeighboursThatShareAnAmaxCellLoseNone) {
  constexpr std::int64_t kItems = std::int64_t{16} * 1024, kSharing = 2;
  constexpr int kRounds = 10;
  ManyRows rows(kItems, kSharing);
  for (std::size_t cell = 0; cell < rows.amax().size(); ++cell) {
    rows.last_element(2 * cell + cell % 2) = -3.0f;
  }
  for (int round = 0; round < kRounds; ++round) {
    std::fill(rows.amax().begin(), rows.amax().end(), 0.0f);
    ASSERT_EQ(rows.run(), FP8ORACLE_OK);
    ASSERT_EQ(std::count(rows.amax().begin(), rows.amax().end(), 3.0f), kItems / kSharing);
  }
}

TEST_P(OnThreads, AllItemsMayShareOneAmaxCell) {
  constexpr std::int64_t kItems = std::int64_t{16} * 1024;
  ManyRows rows(kItems, kItems);
  for (std::size_t i = 0; i < kItems; ++i) rows.last_element(i) = static_cast<float>(i);
  ASSERT_EQ(rows.run(), FP8ORACLE_OK);
  EXPECT_EQ(rows.amax()[0], static_cast<float>(kItems - 1));
}

INSTANTIATE_TEST_SUITE_P(CpuQuantizeMany, OnThreads, testing::Values(1, 2, 4));

}  // namespace
}  // namespace fp8oracle::cpu_tests
