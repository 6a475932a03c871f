// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <set>

#include "command.h"

namespace fp8oracle::cli_tests {
namespace {

using Json = nlohmann::json;

class Report : public CommandTest {
 protected:
  Json json_of(const std::string& line, int code) {
    const Answer answer = run("verify " + line + " --json report.json");
    EXPECT_EQ(answer.code, code) << answer.out << answer.err;
    return Json::parse(read("report.json"));
  }
};

std::set<std::string> keys(const Json& object) {
  std::set<std::string> names;
  for (const auto& [key, value] : object.items()) names.insert(key);
  return names;
}

using Keys = std::set<std::string>;

constexpr const char* kBroken =
    "--backend " EXAMPLE_BACKENDS
    "/example_backend_broken.so --clause K10 --scheme e4m3.tensor.row.compact.te";

TEST_F(Report, HasExactlyTheKeysOfItsSchema) {
  const Json r = json_of(kBroken, 1);
  EXPECT_EQ(r.at("schema"), "fp8oracle.report/1");
  EXPECT_EQ(keys(r), (Keys{"schema", "tool", "backend", "machine", "profiles", "level", "seed",
                           "status", "cases", "elements", "seconds", "clauses"}));
  EXPECT_EQ(keys(r.at("tool")), (Keys{"version", "commit", "compiler"}));
  EXPECT_EQ(keys(r.at("backend")), (Keys{"name", "path", "sha256", "device"}));
  EXPECT_EQ(keys(r.at("machine")), (Keys{"cpu", "gpu", "driver"}));
  const Json& clause = r.at("clauses").at(0);
  EXPECT_EQ(keys(clause), (Keys{"id", "status", "reason", "cases", "elements", "seconds",
                                "coverage", "schemes", "finding"}));
  EXPECT_EQ(keys(clause.at("coverage")), (Keys{"tie", "subnormal", "saturated", "nan", "inf",
                                               "negative_zero", "tail", "multi_block"}));
  EXPECT_EQ(keys(clause.at("schemes").at(0)), (Keys{"scheme", "status", "reason", "cases"}));
  EXPECT_EQ(
      keys(clause.at("finding")),
      (Keys{"scheme", "step", "tensor", "row", "col", "block", "x", "scale", "expected", "observed",
            "differences", "of", "derivation", "behaves_like", "case", "replay"}));
}

TEST_F(Report, NamesALibraryByPathAndHash) {
  const Json r = json_of(kBroken, 1);
  EXPECT_EQ(r.at("backend").at("name"), "example");
  EXPECT_EQ(r.at("backend").at("path"), EXAMPLE_BACKENDS "/example_backend_broken.so");
  EXPECT_EQ(r.at("backend").at("sha256").get<std::string>().size(), 64u);
}

TEST_F(Report, ThePlantedBugIsNamedByAMutantThatAnswersLikeIt) {
  const Json like = json_of(kBroken, 1).at("clauses").at(0).at("finding").at("behaves_like");
  ASSERT_FALSE(like.empty());
  EXPECT_EQ(like.at(0).at("agree"), like.at(0).at("of")) << like;
}

TEST_F(Report, TheReplayCommandShowsTheFailureAgain) {
  const Json finding = json_of(kBroken, 1).at("clauses").at(0).at("finding");
  const std::string command = finding.at("replay");
  ASSERT_EQ(command.rfind("fp8oracle verify ", 0), 0u) << command;
  const Answer again = run(command.substr(std::string("fp8oracle ").size()));
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.out.find(finding.at("x").get<std::string>()), std::string::npos) << again.out;
}

TEST_F(Report, TheSameSeedGivesTheSameCasesAndAnotherOneOthers) {
  const std::string line = "--backend cpu --clause K10 --scheme *.tensor.row.compact.te --seed ";
  Json one = json_of(line + "7", 0);
  const Json two = json_of(line + "7", 0);
  const Json other = json_of(line + "8", 0);
  const auto& coverage = one.at("clauses").at(0).at("coverage");
  EXPECT_EQ(coverage, two.at("clauses").at(0).at("coverage"));
  EXPECT_NE(coverage, other.at("clauses").at(0).at("coverage"));
}

TEST_F(Report, TimeDecidesHowManyCasesRun) {
  const std::string line = "--backend cpu --clause K9 --scheme e4m3.tensor.row.compact.te";
  const Json smoke = json_of(line, 0);
  const Json longer = json_of(line + " --time 1s", 0);
  EXPECT_GT(longer.at("cases"), smoke.at("cases"));
}

TEST_F(Report, LevelSanitizeCoversKernelsInFewCases) {
  const Json r = json_of("--backend cpu --profile te --level sanitize", 0);
  EXPECT_GE(r.at("cases"), 150);
  EXPECT_LE(r.at("cases"), 700);
}

}  // namespace
}  // namespace fp8oracle::cli_tests
