// SPDX-License-Identifier: Apache-2.0
// Crashes when it is asked what it supports.
#include <csignal>

#include "honest.h"

namespace {

fp8oracle_status supports(fp8oracle_operation, const void*, fp8oracle_message) {
  std::raise(SIGSEGV);
  return FP8ORACLE_OK;
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static fp8oracle_backend_table table = fp8oracle::runner::honest_table("crash_in_supports");
  table.supports = supports;
  return &table;
}
