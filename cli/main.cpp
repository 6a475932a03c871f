// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "cli/backends.h"
#include "cli/commands.h"
#include "fp8oracle/error.h"
#include "runner/serve.h"
#include "version.h"

namespace {

namespace cli = fp8oracle::cli;

using AddCommand = void (*)(CLI::App&, cli::Action&);
constexpr AddCommand kCommands[] = {
    cli::add_verify_command, cli::add_replay_command,  cli::add_explain_command,
    cli::add_sweep_command,  cli::add_mutants_command, cli::add_bench_command,
    cli::add_list_command,
};

constexpr int kBadUsage = 2;
constexpr int kCannotRun = 3;

int complain(const std::string& message, int code) {
  std::string line = message;
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fflush(stdout);
  std::fprintf(stderr, "fp8oracle: %s\n", line.c_str());
  return code;
}

/// Help and version are answers; everything else is one line and where to read more.
int answer(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  std::string command = "fp8oracle";
  for (const CLI::App* sub : app.get_subcommands()) command += " " + sub->get_name();
  return complain(std::string(error.what()) + " (see " + command + " --help)", kBadUsage);
}

/// The help of every subcommand as one page of docs/.
std::string help_page(const CLI::App& app) {
  std::string page = "# The command\n\n```\n" + app.help() + "```\n";
  for (const CLI::App* sub : app.get_subcommands({}))
    page += "\n## fp8oracle " + sub->get_name() + "\n\n```\n" + sub->help("fp8oracle") + "```\n";
  return page;
}

int run(int argc, char** argv) {
  CLI::App app("Tells whether an FP8 or MXFP8 quantizer is right, bit for bit.", "fp8oracle");
  app.set_version_flag("--version", "fp8oracle " FP8ORACLE_VERSION " (" FP8ORACLE_COMMIT ")");
  bool markdown = false;
  app.add_flag("--help-markdown", markdown, "Every subcommand's help as one page");
  app.require_subcommand(0, 1);
  cli::Action chosen;
  for (const AddCommand add : kCommands) add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer(app, error);
  }
  if (markdown) return std::fputs(help_page(app).c_str(), stdout) < 0 ? kCannotRun : 0;
  if (!chosen) return complain("a subcommand is required (see fp8oracle --help)", kBadUsage);
  const int code = chosen();
  if (std::fflush(stdout) != 0) return complain("the output cannot be written", kCannotRun);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // A child that this program started for itself (proptests/runner/child_session.h).
  if (argc == 2 && std::strcmp(argv[1], "--serve") == 0)
    return fp8oracle::runner::serve_main(cli::resolve_backend);
  try {
    return run(argc, argv);
  } catch (const fp8oracle::UsageError& error) {
    return complain(error.what(), kBadUsage);
  } catch (const fp8oracle::BackendError& error) {
    return complain(error.what(), kCannotRun);
  } catch (const std::exception& error) {
    return complain(std::string("ERROR: ") + error.what(), kCannotRun);
  }
}
