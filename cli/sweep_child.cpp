// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include "cli/backends.h"
#include "cli/sweep_table.h"
#include "fp8oracle/error.h"
#include "runner/library.h"
#include "runner/process.h"
#include "runner/serve.h"

namespace fp8oracle::cli {
namespace {

// The child says one line at a time on its descriptor 3; what it prints otherwise goes to stderr.
constexpr int kChannel = 3;
constexpr char kLoaded = 'L';    // the backend is there; from here on an end is its failure
constexpr char kPrint = 'P';     // a line for stdout
constexpr char kProgress = 'S';  // "done all tier"
constexpr char kRefused = 'R';   // why the backend cannot be used
constexpr char kEnd = 'E';       // the exit code

constexpr int kSilenceMilliseconds = 10 * 60 * 1000;

void say(char what, const std::string& text) {
  const std::string line = what + text + '\n';
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t count = write(kChannel, line.data() + at, line.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) _exit(3);  // nobody listens
    at += static_cast<std::size_t>(count);
  }
}

pid_t start(const std::string& backend, const std::vector<std::string>& tiers, int channel) {
  std::vector<std::string> words{"fp8oracle", "sweep", "--in-child", "--backend", backend};
  for (const std::string& tier : tiers) words.insert(words.end(), {"--tier", tier});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, channel, kChannel);
  pid_t id = -1;
  const int error = posix_spawn(&id, "/proc/self/exe", &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    throw BackendError("child process: cannot start: " + std::generic_category().message(error));
  }
  return id;
}

std::string ending(int status) {
  if (WIFEXITED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* name = sigdescr_np(signal);
  return "killed by signal " + std::to_string(signal) + " (" + (name ? name : "unknown") + ")";
}

/// What came from a child until it ended.
class Conversation {
 public:
  explicit Conversation(const SweepListener& listener) : listener_(listener) {}

  /// Returns whether the child went silent instead of closing its end.
  bool listen(int channel) {
    while (true) {
      pollfd waiting{channel, POLLIN, 0};
      const int ready = poll(&waiting, 1, kSilenceMilliseconds);
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) return true;
      char bytes[4096];
      const ssize_t count = read(channel, bytes, sizeof bytes);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      take(std::string(bytes, static_cast<std::size_t>(count)));
    }
  }

  bool loaded = false;
  std::string refused;
  std::string tier;  ///< where it was last seen
  std::optional<int> code;

 private:
  void take(const std::string& bytes) {
    pending_ += bytes;
    for (std::size_t end = 0; (end = pending_.find('\n')) != std::string::npos;) {
      line(pending_.substr(0, end));
      pending_.erase(0, end + 1);
    }
  }

  void line(const std::string& text) {
    if (text.empty()) return;
    const std::string rest = text.substr(1);
    unsigned long long done = 0, all = 0;
    char name[64] = {};
    switch (text[0]) {
      case kLoaded: loaded = true; break;
      case kRefused: refused = rest; break;
      case kPrint: listener_.print(rest); break;
      case kEnd: code = std::atoi(rest.c_str()); break;
      case kProgress:
        if (std::sscanf(rest.c_str(), "%llu %llu %63[^\n]", &done, &all, name) != 3) break;
        tier = name;
        listener_.progress(tier, done, all);
        break;
      default: break;
    }
  }

  const SweepListener& listener_;
  std::string pending_;
};

}  // namespace

int sweep_in_child(const std::string& backend, const std::vector<std::string>& tiers,
                   const SweepListener& listener) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw BackendError("child process: no pipe");
  runner::Descriptor reading(ends[0]), writing(ends[1]);
  const pid_t child = start(backend, tiers, writing.get());
  writing.reset();
  Conversation said(listener);
  const bool silent = said.listen(reading.get());
  if (silent) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string how = silent ? "no chunk finished within 600 s" : ending(status);
  if (!said.refused.empty()) throw BackendError(said.refused);
  if (!said.loaded) throw BackendError("backend " + backend + ": while it was loaded: " + how);
  if (said.code && !silent) return *said.code;
  const std::string where = said.tier.empty() ? "before the first chunk" : "in tier " + said.tier;
  listener.print("FAILED: " + backend + ": " + how + ", " + where);
  return 1;
}

int sweep_as_child(const std::string& backend, const std::vector<std::string>& tiers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    std::unique_ptr<runner::BackendLibrary> library;
    if (runner::is_library_path(backend)) {
      library = std::make_unique<runner::BackendLibrary>(backend);
    }
    const fp8oracle_backend_table& table = library ? library->table() : *resolve_backend(backend);
    say(kLoaded, "");
    const SweepListener listener{
        [](const std::string& line) { say(kPrint, line); },
        [](const std::string& tier, std::size_t done, std::size_t all) {
          say(kProgress, std::to_string(done) + " " + std::to_string(all) + " " + tier);
        }};
    say(kEnd, std::to_string(sweep_table(table, backend, tiers, listener)));
  } catch (const BackendError& error) {
    say(kRefused, error.what());
  }
  std::fflush(nullptr);
  _exit(0);  // the library's own exit code has no say
}

}  // namespace fp8oracle::cli
