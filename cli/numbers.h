// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fp8oracle/format.h"

namespace fp8oracle::cli {

/// An FP32 as people write it: decimal ("0.1", rounded to nearest), hex float ("0x1.8p-3", "inf",
/// "nan"), or bits ("0x3dcccccd": 0x and exactly eight digits). Throws UsageError.
float float_of(const std::string& word);

/// "e4m3" or "e5m2". Throws UsageError.
const Format& format_of(const std::string& word);

}  // namespace fp8oracle::cli
