// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/mapped_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

namespace fp8oracle::files {
namespace {

using MappedFileTest = InTemporaryDirectory;

TEST_F(MappedFileTest, ShowsTheBytesOfTheFile) {
  const Bytes content = bytes_of("seven b");
  const auto file = MappedFile::open(write("f", content));
  EXPECT_TRUE(std::ranges::equal(file->bytes(), content));
}

TEST_F(MappedFileTest, OutlivesTheDirectoryEntry) {
  const auto file = MappedFile::open(write("f", bytes_of("kept")));
  std::filesystem::remove(path("f"));
  EXPECT_EQ(file->bytes()[3], 't');
}

TEST_F(MappedFileTest, RejectsAMissingFile) {
  expect_line(usage_error([&] { MappedFile::open(path("none")); }), path("none"),
              "cannot be opened");
}

TEST_F(MappedFileTest, RejectsADirectory) {
  expect_line(usage_error([&] { MappedFile::open(directory_); }), directory_.string(),
              "is a directory");
}

TEST_F(MappedFileTest, RejectsAnEmptyFile) {
  expect_line(usage_error([&] { MappedFile::open(write("f", {})); }), path("f"), "is empty");
}

TEST_F(MappedFileTest, RejectsAPipeWithoutWaitingForAWriter) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  expect_line(usage_error([&] { MappedFile::open(path("pipe")); }), path("pipe"),
              "is not a regular file");
}

TEST_F(MappedFileTest, RejectsALoopOfLinks) {
  std::filesystem::create_symlink(path("a"), path("b"));
  std::filesystem::create_symlink(path("b"), path("a"));
  expect_line(usage_error([&] { MappedFile::open(path("a")); }), path("a"), "cannot be opened");
}

TEST_F(MappedFileTest, RejectsAFileThatMayNotBeRead) {
  write("f", bytes_of("secret"));
  ASSERT_EQ(::chmod(path("f").c_str(), 0), 0);
  const bool privileged = ::geteuid() == 0;  // reads everything: become somebody else
  ASSERT_TRUE(!privileged || ::seteuid(65534) == 0);
  const std::string message = usage_error([&] { MappedFile::open(path("f")); });
  ASSERT_TRUE(!privileged || ::seteuid(0) == 0);
  expect_line(message, path("f"), "cannot be opened");
}

}  // namespace
}  // namespace fp8oracle::files
