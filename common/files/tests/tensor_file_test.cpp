// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/tensor_file.h"

#include "fp8oracle/files/npy.h"
#include "fp8oracle/files/safetensors.h"
#include "support.h"

namespace fp8oracle::files {
namespace {

using TensorFile = InTemporaryDirectory;

TEST_F(TensorFile, IsReadByItsExtension) {
  const Bytes data = bytes_of("data");
  const NamedTensor tensor{"t", "U8", {4}, data, nullptr};
  write_safetensors(path("a.safetensors"), std::span(&tensor, 1));
  write_npy(path("b.npy"), tensor);
  EXPECT_EQ(read_tensor_file(path("a.safetensors")).at(0).name, "t");
  EXPECT_EQ(read_tensor_file(path("b.npy")).at(0).name, "b");
}

TEST_F(TensorFile, RejectsAnotherExtension) {
  for (const char* name : {"a.bin", "a", "a.npy.gz", ".npy"}) {
    write(name, bytes_of("x"));
    expect_line(usage_error([&] { read_tensor_file(path(name)); }), path(name),
                "is no .safetensors and no .npy file");
  }
}

TEST_F(TensorFile, RejectsMissingAndEmptyFilesAndDirectories) {
  for (const char* extension : {".npy", ".safetensors"}) {
    const std::string none = path(std::string("none") + extension);
    expect_line(usage_error([&] { read_tensor_file(none); }), none, "cannot be opened");
    const std::string empty = write(std::string("empty") + extension, {});
    expect_line(usage_error([&] { read_tensor_file(empty); }), empty, "is empty");
    const std::string directory = path(std::string("directory") + extension);
    std::filesystem::create_directory(directory);
    expect_line(usage_error([&] { read_tensor_file(directory); }), directory, "is a directory");
  }
}

}  // namespace
}  // namespace fp8oracle::files
