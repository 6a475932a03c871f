// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/atomic_write.h"

#include <signal.h>
#include <sys/resource.h>

#include "support.h"

namespace fp8oracle::files {
namespace {

using AtomicWriteTest = InTemporaryDirectory;

void write_parts(const std::string& path, std::vector<Bytes> parts) {
  std::vector<std::span<const std::uint8_t>> spans(parts.begin(), parts.end());
  write_file_atomically(path, spans);
}

TEST_F(AtomicWriteTest, WritesThePartsInOrderAndLeavesNothingElse) {
  write_parts(path("f"), {bytes_of("one "), {}, bytes_of("two")});
  EXPECT_EQ(read("f"), bytes_of("one two"));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicWriteTest, ReplacesAnOldFile) {
  write("f", bytes_of("a longer old content"));
  write_parts(path("f"), {bytes_of("new")});
  EXPECT_EQ(read("f"), bytes_of("new"));
}

TEST_F(AtomicWriteTest, GivesTheFileTheModeThatTheUmaskLeaves) {
  write("ordinary", bytes_of("x"));
  write_parts(path("f"), {bytes_of("x")});
  EXPECT_EQ(std::filesystem::status(path("f")).permissions(),
            std::filesystem::status(path("ordinary")).permissions());
}

TEST_F(AtomicWriteTest, KeepsTheOldFileWhenTheDiskTakesNoMore) {
  write("f", bytes_of("old"));
  // The system's limit on a file's size stands in for a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1000, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = usage_error([&] { write_parts(path("f"), {Bytes(5000)}); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  expect_line(message, path("f"), "cannot be written");
  EXPECT_EQ(read("f"), bytes_of("old"));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicWriteTest, RejectsAMissingDirectory) {
  const std::string target = path("none/f");
  expect_line(usage_error([&] { write_parts(target, {bytes_of("x")}); }), target,
              "cannot be written");
}

TEST_F(AtomicWriteTest, RefusesToReplaceADirectoryOrADevice) {
  for (const std::string& target : {directory_.string(), std::string("/dev/null")}) {
    expect_line(usage_error([&] { write_parts(target, {bytes_of("x")}); }), target,
                "is not a regular file");
  }
}

}  // namespace
}  // namespace fp8oracle::files
