// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "fp8oracle/case.h"
#include "runner/child_session.h"

namespace fp8oracle::runner {

/// The path of one of the libraries in backends/.
std::string library(const std::string& name);
/// Children are started from serve_for_tests.
ChildOptions child_options(const std::string& backend);
std::unique_ptr<ChildSession> open_child(const std::string& backend);

/// F32 [4, 8] in scheme e4m3.tensor.row.compact.te: amax, then quantize.
Case amax_then_quantize();
/// amax alone: no library of backends/ misbehaves in it.
Case amax_only();

/// How many descriptors this process has open.
std::size_t open_descriptors();

}  // namespace fp8oracle::runner
