// SPDX-License-Identifier: Apache-2.0
#include "runner/library.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "backends/honest.h"
#include "door_fixture.h"
#include "fp8oracle/client.hpp"
#include "fp8oracle/error.h"
#include "fp8oracle/host_memory.h"
#include "fp8oracle/operations/operation.h"

namespace fp8oracle::runner {
namespace {

/// The message of the BackendError, or "loaded".
std::string loading(const std::string& path) {
  try {
    const BackendLibrary library(path);
    return "loaded";
  } catch (const BackendError& error) {
    return error.what();
  }
}

TEST(BackendLibrary, GivesTheTableOfAGoodLibrary) {
  const BackendLibrary good(library("honest_backend"));
  EXPECT_STREQ(good.table().name, "honest_backend");
  EXPECT_EQ(good.table().abi_version, FP8ORACLE_ABI_VERSION);
}

TEST(BackendLibrary, SaysThatThereIsNoSuchFile) {
  EXPECT_EQ(loading("/nowhere/b.so"),
            "backend /nowhere/b.so: cannot be read: No such file or directory");
}

TEST(BackendLibrary, NeverTakesANameWithoutASlashFromTheSystemsSearchPath) {
  EXPECT_EQ(loading("libm.so.6"), "backend libm.so.6: cannot be read: No such file or directory");
}

TEST(BackendLibrary, TakesANameWithoutASlashFromTheWorkingDirectory) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(library("honest_backend")).parent_path());
  EXPECT_EQ(loading("honest_backend.so"), "loaded");
  std::filesystem::current_path(before);
}

TEST(BackendLibrary, RefusesADirectory) {
  EXPECT_EQ(loading("/tmp"), "backend /tmp: is not a file");
}

TEST(BackendLibrary, RefusesAFileThatIsNoLibrary) {
  const std::string path = testing::TempDir() + "/not_a_library.so";
  std::ofstream(path)
      << "text, and more of it than the loader's header has bytes, so that it is read";
  EXPECT_EQ(loading(path), "backend " + path + ": cannot be loaded: invalid ELF header");
}

TEST(BackendLibrary, NamesTheMissingSymbol) {
  EXPECT_NE(loading(library("missing_symbol")).find(": exports no fp8oracle_backend(): "),
            std::string::npos)
      << loading(library("missing_symbol"));
}

TEST(BackendLibrary, NamesBothVersionsWhenTheyDiffer) {
  for (const auto& [name, version] : {std::pair{"version_1", "1"}, {"wrong_version", "99"}}) {
    EXPECT_EQ(loading(library(name)), "backend " + library(name) + ": speaks ABI version " +
                                          version + ", this tool speaks 2");
  }
}

TEST(BackendLibrary, NamesTheMissingFunction) {
  EXPECT_EQ(loading(library("missing_function")),
            "backend " + library("missing_function") + ": its table lacks the function 'download'");
}

TEST(BackendLibrary, TakesATableThatEndsBeforeTheOperations) {
  const BackendLibrary none(library("no_operations"));
  for (const Operation& operation : operations())
    EXPECT_FALSE(client::Client(&none.table()).offers(operation.id)) << operation.name;
  EXPECT_EQ(none.table().launches, nullptr);
  EXPECT_EQ(none.table().capture, nullptr);
}

TEST(BackendLibrary, CompletesATableOfYesterdayAndCutsOneOfTomorrow) {
  for (const char* name : {"growth_less", "growth_same", "growth_more"}) {
    const BackendLibrary grown(std::string(GROWTH_BACKENDS) + "/" + name + ".so");
    EXPECT_STREQ(grown.table().name, name);
    EXPECT_EQ(grown.table().struct_size, sizeof(fp8oracle_backend_table)) << name;
    EXPECT_TRUE(client::Client(&grown.table()).offers(FP8ORACLE_OP_QUANTIZE)) << name;
    EXPECT_FALSE(client::Client(&grown.table()).offers(FP8ORACLE_OP_SCALE_INVERSE)) << name;
    EXPECT_EQ(grown.table().launches, nullptr) << name;
    EXPECT_EQ(grown.table().recording_destroy, nullptr) << name;
  }
}

TEST(BackendLibrary, RefusesATableThatIsTooSmallOrAbsent) {
  EXPECT_NE(loading(library("small_table")).find(": struct_size of its table is "),
            std::string::npos);
  EXPECT_EQ(loading(library("null_table")),
            "backend " + library("null_table") + ": fp8oracle_backend() returned no table");
}

TEST(BackendLibrary, RefusesANameThatCannotBePrinted) {
  EXPECT_EQ(loading(library("nameless")),
            "backend " + library("nameless") + ": its table has no name");
  EXPECT_NE(
      loading(library("unprintable_name")).find("the name in its table is empty, unprintable"),
      std::string::npos);
}

TEST(CheckTable, NamesEveryFunctionThatIsMissing) {
  const auto without = [](auto member) {
    fp8oracle_backend_table table = honest_table("t");
    table.*member = nullptr;
    try {
      check_table(&table, "b");
    } catch (const BackendError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  using T = fp8oracle_backend_table;
  const std::string lacks = "b: its table lacks the function ";
  EXPECT_EQ(without(&T::alloc), lacks + "'alloc'");
  EXPECT_EQ(without(&T::free), lacks + "'free'");
  EXPECT_EQ(without(&T::stream_create), lacks + "'stream_create'");
  EXPECT_EQ(without(&T::stream_destroy), lacks + "'stream_destroy'");
  EXPECT_EQ(without(&T::synchronize), lacks + "'synchronize'");
  EXPECT_EQ(without(&T::upload), lacks + "'upload'");
  EXPECT_EQ(without(&T::download), lacks + "'download'");
  EXPECT_EQ(without(&T::copy), lacks + "'copy'");
  EXPECT_EQ(without(&T::fill), lacks + "'fill'");
  EXPECT_EQ(without(&T::supports), lacks + "'supports'");
  EXPECT_EQ(without(&T::workspace_bytes), lacks + "'workspace_bytes'");
  EXPECT_EQ(without(&T::device), "b: its table has no device");
}

TEST(CheckTable, TakesATableWithoutAnyOperation) {
  fp8oracle_backend_table table = host_memory_table("t", "test");
  table.supports = honest_table("t").supports;
  EXPECT_NO_THROW(check_table(&table, "b"));
}

}  // namespace
}  // namespace fp8oracle::runner
