// SPDX-License-Identifier: Apache-2.0
#include "runner/library.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "backends/honest.h"
#include "door_fixture.h"
#include "fp8oracle/error.h"

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
  EXPECT_EQ(loading(library("wrong_version")),
            "backend " + library("wrong_version") + ": speaks ABI version 99, this tool speaks 1");
}

TEST(BackendLibrary, NamesTheMissingFunction) {
  EXPECT_EQ(
      loading(library("missing_function")),
      "backend " + library("missing_function") + ": its table lacks the function 'dequantize'");
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
  EXPECT_EQ(without(&T::quantize), lacks + "'quantize'");
  EXPECT_EQ(without(&T::amax), lacks + "'amax'");
  EXPECT_EQ(without(&T::scale_from_amax), lacks + "'scale_from_amax'");
  EXPECT_EQ(without(&T::dequantize), lacks + "'dequantize'");
  EXPECT_EQ(without(&T::swizzle), lacks + "'swizzle'");
  EXPECT_EQ(without(&T::unswizzle), lacks + "'unswizzle'");
  EXPECT_EQ(without(&T::device), "b: its table has no device");
}

}  // namespace
}  // namespace fp8oracle::runner
