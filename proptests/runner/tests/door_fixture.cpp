// SPDX-License-Identifier: Apache-2.0
#include "door_fixture.h"

#include <bit>
#include <cstring>
#include <filesystem>

#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::runner {

std::string library(const std::string& name) {
  return std::string(DOOR_BACKENDS) + "/" + name + ".so";
}

ChildOptions child_options(const std::string& backend) {
  ChildOptions options;
  options.executable = DOOR_SERVE;
  options.backend = backend;
  return options;
}

std::unique_ptr<ChildSession> open_child(const std::string& backend) {
  return open_in_child(child_options(backend));
}

Case amax_only() {
  Case c;
  c.clause = "K12";
  c.scheme = "e4m3.tensor.row.compact.te";
  c.inputs.push_back({"x", FP8ORACLE_F32, 4, 8, 8, 0, std::vector<std::uint8_t>(4 * 8 * 4, 0x3F)});
  c.tensors.push_back({"t", parse_scheme(c.scheme, find_profile("te")), 4, 8, 0});
  c.cells.push_back({"amax", {0}});
  c.steps.push_back(Step(FP8ORACLE_OP_AMAX).give("input", "x").give("amax", "amax"));
  return c;
}

Case amax_then_quantize() {
  Case c = amax_only();
  c.steps.push_back(Step(FP8ORACLE_OP_QUANTIZE).give("input", "x").give("rowwise", "t"));
  return c;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator begin("/proc/self/fd"), end;
  return static_cast<std::size_t>(std::distance(begin, end));
}

}  // namespace fp8oracle::runner
