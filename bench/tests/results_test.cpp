// SPDX-License-Identifier: Apache-2.0
#include "bench/results.h"

#include <gtest/gtest.h>

#include "fp8oracle/error.h"

namespace fp8oracle::bench {
namespace {

Results sample() {
  Results results{"a processor, cores: 2",
                  "a GPU",
                  "580.1",
                  "13.0",
                  "2026-11-24",
                  "abc",
                  "cuda",
                  "a GPU",
                  "a form",
                  {}};
  RowResult row;
  row.op = "quantize";
  row.type = "BF16";
  row.format = "e4m3";
  row.rows = 8192;
  row.cols = 4096;
  row.us = 12.25;
  row.gbps = 1500;
  row.limit_us = 12;
  row.limit = "a copy";
  row.ratio = 0.9796;
  row.bytes = 100663296;
  row.nodes = 1;
  results.rows.push_back(row);
  row.status = "SKIPPED";
  row.reason = "no such operation";
  results.rows.push_back(row);
  return results;
}

std::string refusal(const std::string& text) {
  try {
    results_from_json(text, "r.json");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = results_to_json(sample());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(BenchResults, ComeBackFromTheirFile) {
  const Results before = sample();
  const Results after = results_from_json(results_to_json(before), "r.json");
  EXPECT_EQ(after.machine, before.machine);
  EXPECT_EQ(after.toolkit, before.toolkit);
  ASSERT_EQ(after.rows.size(), 2u);
  EXPECT_EQ(after.rows[0].name(), "quantize 8192x4096 BF16 e4m3");
  EXPECT_EQ(after.rows[0].us, 12.25);
  EXPECT_EQ(after.rows[0].ratio, 0.9796);
  EXPECT_EQ(after.rows[0].bytes, before.rows[0].bytes);
  EXPECT_EQ(after.rows[1].status, "SKIPPED");
  EXPECT_EQ(after.rows[1].reason, "no such operation");
  EXPECT_EQ(results_to_json(after), results_to_json(before));
}

TEST(BenchResults, RefuseWhatIsNoResultsFile) {
  EXPECT_EQ(refusal("{").rfind("r.json: ", 0), 0u);
  EXPECT_NE(refusal(with("fp8oracle.bench/1", "fp8oracle.bench/2")).find("schema"),
            std::string::npos);
  EXPECT_NE(refusal(with("\"us\": 12.25", "\"us\": \"12\"")).find("us: expected a number"),
            std::string::npos);
  EXPECT_NE(refusal(with("\"ratio\": 0.9796", "\"ratio\": -1")).find("ratio"), std::string::npos);
  EXPECT_NE(refusal(with("\"rows\": 8192", "\"rows\": 81.5")).find("rows"), std::string::npos);
  EXPECT_NE(refusal(with("\"machine\"", "\"gpu\"")).find("twice"), std::string::npos);
}

TEST(BenchResults, SayWhatWasSkippedAndWhy) {
  const Results results = sample();
  EXPECT_NE(to_text(results.rows[1]).find("SKIPPED: no such operation"), std::string::npos);
  EXPECT_NE(to_text(results.rows[0]).find("ratio 0.980  1 node  (a copy)"), std::string::npos);
}

}  // namespace
}  // namespace fp8oracle::bench
