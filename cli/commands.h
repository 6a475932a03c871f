// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace fp8oracle::cli {

/// What a subcommand does once its words are read. Returns the exit code; main() turns a UsageError
/// into 2 and a BackendError into 3, each with one line on stderr.
using Action = std::function<int()>;

// One subcommand a file. cli/<name>_command.cpp defines add_<name>_command: it adds the subcommand
// and its options to the app, and its callback sets `chosen`. Three lines make it known: one here,
// one in main.cpp's table, one in CMakeLists.txt.
void add_verify_command(CLI::App& app, Action& chosen);
void add_replay_command(CLI::App& app, Action& chosen);
void add_sweep_command(CLI::App& app, Action& chosen);
void add_explain_command(CLI::App& app, Action& chosen);
void add_list_command(CLI::App& app, Action& chosen);
void add_bench_command(CLI::App& app, Action& chosen);
void add_mutants_command(CLI::App& app, Action& chosen);

}  // namespace fp8oracle::cli
