// SPDX-License-Identifier: Apache-2.0
// The program that door_tests starts children from.
//
//   serve_for_tests --serve          a child: see serve.h; knows "honest" and "mutant:eager"
//   serve_for_tests --hold BACKEND   opens a session on itself, prints the child's process id,
//   sleeps
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "backends/honest.h"
#include "fp8oracle/error.h"
#include "runner/child_session.h"
#include "runner/serve.h"

// A sanitizer's own handlers would turn each of these deaths into "exited with status 1".
extern "C" const char* __asan_default_options() {
  return "handle_segv=0:handle_abort=0:detect_leaks=0:allocator_may_return_null=1";
}
extern "C" const char* __tsan_default_options() { return "handle_segv=0:handle_abort=0"; }

namespace {

namespace runner = fp8oracle::runner;

const fp8oracle_backend_table* resolve(const std::string& name) {
  static const fp8oracle_backend_table honest = runner::honest_table("honest");
  static const fp8oracle_backend_table eager = runner::honest_table("mutant:eager");
  if (name == "honest") return &honest;
  if (name == "mutant:eager") return &eager;
  throw fp8oracle::BackendError("no backend named '" + name + "'");
}

int hold(const char* backend) {
  runner::ChildOptions options;
  options.backend = backend;
  const auto session = runner::open_in_child(options);
  std::printf("%d\n", static_cast<int>(session->child_id()));
  std::fflush(stdout);
  pause();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--serve") == 0) return runner::serve_main(resolve);
  if (argc == 3 && std::strcmp(argv[1], "--hold") == 0) return hold(argv[2]);
  return 2;
}
