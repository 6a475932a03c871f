// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/tensor_file.h"

#include <filesystem>

#include "fp8oracle/error.h"
#include "fp8oracle/files/npy.h"
#include "fp8oracle/files/safetensors.h"

namespace fp8oracle::files {

std::vector<NamedTensor> read_tensor_file(const std::string& path) {
  const std::filesystem::path extension = std::filesystem::path(path).extension();
  if (extension == ".safetensors") return read_safetensors(path).tensors;
  if (extension == ".npy") return {read_npy(path)};
  throw UsageError(path + ": is no .safetensors and no .npy file");
}

}  // namespace fp8oracle::files
