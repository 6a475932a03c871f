// SPDX-License-Identifier: Apache-2.0
#include "runner/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "fp8oracle/error.h"

namespace fp8oracle::runner {
namespace {

using Clock = std::chrono::steady_clock;

void require(int error, const char* what) {
  if (error == 0) return;
  throw BackendError(std::string("child process: ") + what + ": " +
                     std::generic_category().message(error));
}

/// posix_spawn's two lists, freed together.
struct SpawnLists {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  SpawnLists() {
    require(posix_spawn_file_actions_init(&files), "file actions");
    require(posix_spawnattr_init(&attributes), "attributes");
  }
  ~SpawnLists() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnLists(const SpawnLists&) = delete;
  SpawnLists& operator=(const SpawnLists&) = delete;
};

/// The three descriptors lie above kServeMemory (see Descriptor users), so no dup2 hits another.
void add_files(posix_spawn_file_actions_t& files, const SpawnOptions& options) {
  require(posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
          "stdin");
  require(posix_spawn_file_actions_adddup2(&files, options.output, STDOUT_FILENO), "stdout");
  require(posix_spawn_file_actions_adddup2(&files, options.output, STDERR_FILENO), "stderr");
  require(posix_spawn_file_actions_adddup2(&files, options.channel, kServeChannel), "channel");
  require(posix_spawn_file_actions_adddup2(&files, options.memory, kServeMemory), "memory");
  require(posix_spawn_file_actions_addclosefrom_np(&files, kServeMemory + 1), "closing the rest");
}

/// Own group, no signal blocked, every signal at its default.
void add_attributes(posix_spawnattr_t& attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  require(posix_spawnattr_setpgroup(&attributes, 0), "process group");
  require(posix_spawnattr_setsigmask(&attributes, &none), "signal mask");
  require(posix_spawnattr_setsigdefault(&attributes, &all), "signal defaults");
  require(posix_spawnattr_setflags(
              &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
          "flags");
}

std::string describe(int status) {
  if (WIFEXITED(status)) return "exited with status " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "ended in an unknown way";
  const int signal = WTERMSIG(status);
  const char* name = sigdescr_np(signal);
  return "killed by signal " + std::to_string(signal) + " (" + (name ? name : "unknown") + ")";
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = other.release();
  }
  return *this;
}

void Descriptor::reset() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

int Descriptor::release() { return std::exchange(number_, -1); }

Process::Process(const SpawnOptions& options) {
  SpawnLists lists;
  add_files(lists.files, options);
  add_attributes(lists.attributes);
  std::string executable = options.executable, serve = "--serve";
  char* arguments[] = {executable.data(), serve.data(), nullptr};
  const int error = posix_spawn(&id_, options.executable.c_str(), &lists.files, &lists.attributes,
                                arguments, environ);
  if (error != 0) {
    throw BackendError("child process: cannot start " + options.executable + ": " +
                       std::generic_category().message(error));
  }
}

bool Process::has_ended() const {
  siginfo_t info{};
  // The process stays a zombie here, so its group's number cannot pass to a stranger.
  const int result = waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT);
  return result != 0 ? errno != EINTR : info.si_pid == id_;
}

void Process::reap() {
  kill(-id_, SIGKILL);
  int status = 0;
  pid_t result = 0;
  do {
    result = waitpid(id_, &status, 0);
  } while (result < 0 && errno == EINTR);
  // ECHILD: this process ignores SIGCHLD, and the system has reaped the child already.
  ending_ = result == id_ ? describe(status) : "ended in an unknown way";
  reaped_ = true;
}

std::optional<std::string> Process::wait_for(std::chrono::milliseconds limit) {
  if (reaped_) return ending_;
  const auto deadline = Clock::now() + limit;
  auto pause = std::chrono::microseconds(100);
  while (!has_ended()) {
    if (Clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::microseconds(5000));
  }
  reap();
  return ending_;
}

void Process::end() {
  if (reaped_) return;
  kill(id_, SIGKILL);
  reap();
}

void OutputTail::drain() {
  constexpr int kMostReads = 256;
  char bytes[4096];
  for (int i = 0; i < kMostReads && pipe_.is_open(); ++i) {
    const ssize_t count = read(pipe_.get(), bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return pipe_.reset();
    tail_.append(bytes, static_cast<std::size_t>(count));
    if (tail_.size() > kShown) tail_.erase(0, tail_.size() - kShown);
  }
}

std::string OutputTail::text() const {
  std::string line;
  for (const char c : tail_) {
    if (c == '\n') {
      if (!line.empty() && line.back() != ' ') line += " | ";
    } else {
      const auto byte = static_cast<unsigned char>(c);
      line += byte < 0x20 || byte >= 0x7F ? '?' : c;
    }
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '|')) line.pop_back();
  return line;
}

}  // namespace fp8oracle::runner
