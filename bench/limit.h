// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sample.h"

namespace fp8oracle::bench {

/// One way to move as many bytes as the operation does, measured in the operation's form.
struct Limit {
  std::string name;
  Sampler sampler;
};

/// Copies that read and write `bytes` in total. The samplers own what they need.
std::vector<Limit> limits_for(const client::Stream& stream, std::uint64_t bytes, int sets);

}  // namespace fp8oracle::bench
