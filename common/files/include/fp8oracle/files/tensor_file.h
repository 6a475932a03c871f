// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fp8oracle/files/named_tensor.h"

namespace fp8oracle::files {

/// Every tensor of a .safetensors file, or the one of an .npy file. Throws UsageError "PATH: ..."
/// for another extension and for what read_safetensors and read_npy reject.
std::vector<NamedTensor> read_tensor_file(const std::string& path);

}  // namespace fp8oracle::files
