// SPDX-License-Identifier: Apache-2.0
// Libraries that cannot be loaded, and libraries that crash, hang or write where they should not.
#include <nlohmann/json.hpp>

#include "command.h"

namespace fp8oracle::cli_tests {
namespace {

class Backend : public CommandTest {
 protected:
  static std::string hostile(const std::string& name) {
    return std::string(DOOR_BACKENDS) + "/" + name + ".so";
  }
  /// A few schemes and clauses: how a failure is reported does not depend on how many there are.
  Answer verify(const std::string& backend, const std::string& more = "") {
    return run("verify --backend " + backend +
               " --clause K9,K10 --scheme *.tensor.row.compact.te " + more);
  }
};

TEST_F(Backend, OneThatCannotBeLoadedIsExit3AndOneLine) {
  write("text.so", "no library");
  const std::pair<std::string, const char*> libraries[] = {
      {"./none.so", "./none.so"},
      {"./text.so", "./text.so"},
      {hostile("missing_symbol"), "fp8oracle_backend"},
      {hostile("null_table"), "null_table.so"},
      {hostile("small_table"), "small_table.so"},
      {hostile("wrong_version"), "speaks ABI version 99, this tool speaks 2"},
      {hostile("version_1"), "speaks ABI version 1, this tool speaks 2"},
      {hostile("missing_function"), "missing_function.so"},
      {hostile("crash_on_load"), "crash_on_load.so"},
  };
  for (const auto& [path, text] : libraries) {
    EXPECT_TRUE(complains(verify(path, "--json report.json"), 3, text)) << path;
    EXPECT_FALSE(std::filesystem::exists(this->path("report.json"))) << path;
  }
}

TEST_F(Backend, OneOfVersion1IsExit3ForEveryCommandThatTakesIt) {
  const std::string backend = " --backend " + hostile("version_1");
  for (const char* command : {"verify", "sweep", "bench"}) {
    const Answer answer = run(command + backend);
    EXPECT_TRUE(complains(answer, 3, "speaks ABI version 1, this tool speaks 2")) << command;
  }
}

TEST_F(Backend, OneWithoutOperationsRanNothing) {
  const Answer answer = verify(hostile("no_operations"));
  EXPECT_EQ(answer.code, 3) << answer.out << answer.err;
  EXPECT_NE(answer.out.find("the backend has no quantize"), std::string::npos) << answer.out;
}

TEST_F(Backend, OneThatDiesIsAFindingWithItsCaseAndTheRunGoesOn) {
  const std::pair<const char*, const char*> ways[] = {
      {"segfault", "signal 11"}, {"abort", "signal 6"}, {"exit_zero", "exited with status 0"}};
  for (const auto& [name, words] : ways) {
    const std::string backend = hostile(name);
    const Answer answer = verify(backend, "--save-case cases --json report.json");
    EXPECT_EQ(answer.code, 1) << answer.out << answer.err;
    EXPECT_NE(answer.out.find(words), std::string::npos) << answer.out;
    const auto report = nlohmann::json::parse(read("report.json"));
    EXPECT_EQ(report.at("status"), "FAILED");
    ASSERT_EQ(report.at("clauses").size(), 2u);
    for (const auto& clause : report.at("clauses")) {  // the run went on to the second clause
      EXPECT_EQ(clause.at("status"), "FAILED") << clause.at("id");
      const std::string saved = clause.at("finding").at("case");
      const Answer again = run("replay " + saved + " --backend " + backend);
      EXPECT_EQ(again.code, 1) << again.out;
      EXPECT_NE(again.out.find(words), std::string::npos) << again.out;
    }
  }
}

TEST_F(Backend, OneThatHangsIsAFindingAndTheRunEnds) {
  const Answer answer = run("verify --backend " + hostile("infinite_loop") +
                            " --clause K10 --scheme e4m3.tensor.row.compact.te");
  EXPECT_EQ(answer.code, 1) << answer.out << answer.err;
  EXPECT_NE(answer.out.find("no answer within"), std::string::npos) << answer.out;
}

TEST_F(Backend, OneThatWritesOutsideItsBuffersBreaksK2) {
  const Answer answer = run("verify --backend " + hostile("overrun") +
                            " --clause K2 --scheme e4m3.tensor.row.compact.te --json report.json");
  EXPECT_EQ(answer.code, 1) << answer.out << answer.err;
  EXPECT_NE(answer.out.find("a byte outside every buffer was changed"), std::string::npos)
      << answer.out;
}

TEST_F(Backend, OneThatRunsOnlyPartOfTheTimeKeepsItsPassedClauses) {
  const Answer answer = run("verify --backend " EXAMPLE_BACKENDS
                            "/example_backend.so --profile te "
                            "--clause K9,K14 --json report.json");
  EXPECT_EQ(answer.code, 0) << answer.out << answer.err;
  const auto report = nlohmann::json::parse(read("report.json"));
  EXPECT_EQ(report.at("clauses").at(0).at("status"), "PASSED");
  EXPECT_EQ(report.at("clauses").at(1).at("status"), "SKIPPED");
  EXPECT_EQ(report.at("clauses").at(1).at("reason"),
            "scale_from_amax: the backend has no scale_from_amax");
}

TEST_F(Backend, NothingThatRanIsNoPass) {
  const Answer answer =
      run("verify --backend " EXAMPLE_BACKENDS "/example_backend.so --profile te --clause K16");
  EXPECT_EQ(answer.code, 3) << answer.out;
}

TEST_F(Backend, AnInTreeOneMayBeIsolated) { EXPECT_EQ(verify("cpu", "--isolate").code, 0); }

}  // namespace
}  // namespace fp8oracle::cli_tests
