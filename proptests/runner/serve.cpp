// SPDX-License-Identifier: Apache-2.0
#include "runner/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <optional>

#include "fp8oracle/error.h"
#include "runner/batch.h"
#include "runner/channel.h"
#include "runner/execute.h"
#include "runner/library.h"
#include "runner/probe.h"
#include "runner/process.h"
#include "runner/session.h"

namespace fp8oracle::runner {
namespace {

void set_limit(int resource, std::uint64_t bytes) {
  const rlimit limit{bytes, bytes};
  setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

/// Sanitizers reserve terabytes for their shadow, which count as private writable memory.
constexpr bool memory_can_be_limited() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
  return !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) &&
         !__has_feature(memory_sanitizer);
#else
  return true;
#endif
}

void volunteer_for_the_memory_killer() {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  // Raising the own score is always allowed; without it the parent may be picked.
  [[maybe_unused]] const auto written = write(file, "1000", 4);
  close(file);
}

template <typename Body>
std::optional<Body> body_of(const std::string& bytes) {
  if (bytes.size() < sizeof(Body)) return std::nullopt;
  Body body;
  std::memcpy(&body, bytes.data(), sizeof body);
  return body;
}

/// Calls into the backend and turns whatever is thrown into words; empty when nothing was.
template <typename Call>
std::string words_of_exception(const Call& call) {
  try {
    call();
    return {};
  } catch (const BackendError& error) {
    return error.what();
  } catch (const std::bad_alloc&) {
    return "ran out of memory (std::bad_alloc)";
  } catch (const std::exception& error) {
    return std::string("let a C++ exception cross the table: ") + error.what();
  } catch (...) {
    return "let a C++ exception of an unknown type cross the table";
  }
}

bool channel_is_broken() {
  pollfd channel{kServeChannel, 0, 0};
  return poll(&channel, 1, 0) != 0;  // nothing was asked for: only POLLNVAL, POLLHUP, POLLERR show
}

/// The case of an item, kept for the next one, which often runs it on the other fill.
struct DecodedCase {
  std::optional<std::uint64_t> at;
  Case content;
  Arena arena;

  void read(const BatchItem& item) {
    if (at == item.case_at()) return;
    at.reset();
    content = item.read_case();
    arena = lay_out(content);
    if (arena.bytes != item.arena_bytes()) {
      throw UsageError("case: parent and child lay it out differently");
    }
    at = item.case_at();
  }
};

class Server {
 public:
  explicit Server(const ResolveBackend& resolve) : resolve_(resolve), memory_(kServeMemory) {}

  int loop();

 private:
  Message answer(const Message& request);
  Message hello(const Message& request);
  Message use(const std::string& name);
  Message supports(const std::string& body);
  Message run(const std::string& body);
  bool run_item(std::size_t index, DecodedCase& decoded);
  const fp8oracle_backend_table& find(const std::string& name);

  const ResolveBackend& resolve_;
  SharedMemory memory_;
  std::map<std::string, BackendLibrary> libraries_;
  const fp8oracle_backend_table* table_ = nullptr;
  std::unique_ptr<Session> session_;
};

int Server::loop() {
  bool greeted = false;
  Message request;
  while (receive_message(kServeChannel, request) == Received::kMessage) {
    greeted = true;
    Message reply = answer(request);
    reply.number = request.number;
    if (!send_message(kServeChannel, reply)) break;
  }
  if (!greeted) std::fputs("fp8oracle --serve is started by fp8oracle itself\n", stderr);
  return greeted ? 0 : 2;
}

Message Server::answer(const Message& request) {
  switch (request.kind) {
    case MessageKind::kHello: return hello(request);
    case MessageKind::kUse: return use(request.body);
    case MessageKind::kSupports: return supports(request.body);
    case MessageKind::kRun: return run(request.body);
    default: return {MessageKind::kRefused, 0, "unknown request"};
  }
}

Message Server::hello(const Message& request) {
  const auto body = body_of<HelloBody>(request.body);
  if (!body) return {MessageKind::kRefused, 0, "malformed greeting"};
  // The parent may have died before PR_SET_PDEATHSIG was in force.
  if (getppid() != body->parent) _exit(2);
  if (body->memory_limit_bytes != 0 && memory_can_be_limited()) {
    set_limit(RLIMIT_DATA, body->memory_limit_bytes);
  }
  return use(request.body.substr(sizeof(HelloBody)));
}

/// Keeps the backend that it had when the new one cannot be had.
Message Server::use(const std::string& name) {
  Message reply{MessageKind::kBackend, 0, {}};
  const std::string error = words_of_exception([&] {
    const fp8oracle_backend_table& table = find(name);
    std::unique_ptr<Session> session = open_in_process(table);
    reply.body = session->can_capture() ? kCanCapture : kCannotCapture;
    reply.body += session->name() + '\0' + session->device();
    table_ = &table;
    session_ = std::move(session);
  });
  return error.empty() ? reply : Message{MessageKind::kRefused, 0, error};
}

const fp8oracle_backend_table& Server::find(const std::string& name) {
  // Never unloaded: its threads and its streams may outlive the last call.
  if (is_library_path(name)) return libraries_.try_emplace(name, name).first->second.table();
  const fp8oracle_backend_table* table = resolve_(name);
  check_table(table, "backend " + name);
  return *table;
}

Message Server::supports(const std::string& bytes) {
  const auto body = body_of<SupportsBody>(bytes);
  if (!body || !session_) return {MessageKind::kRefused, 0, "malformed question"};
  Message reply{MessageKind::kReason, 0, {}};
  const std::string error = words_of_exception([&] {
    reply.body = why_unsupported(*table_, static_cast<fp8oracle_operation>(body->operation),
                                 {body->scheme, bytes.substr(sizeof *body)},
                                 static_cast<fp8oracle_type>(body->type), body->noop != 0);
  });
  return error.empty() ? reply : Message{MessageKind::kRefused, 0, error};
}

Message Server::run(const std::string& bytes) {
  const auto body = body_of<RunBody>(bytes);
  if (!body || !session_) return {MessageKind::kRefused, 0, "malformed request"};
  const std::string error = words_of_exception([&] { memory_.map(body->region_bytes); });
  if (!error.empty()) return {MessageKind::kRefused, 0, error};
  DecodedCase decoded;
  for (std::size_t i = 0; i < body->items; ++i) {
    if (!run_item(i, decoded)) break;
  }
  return {MessageKind::kRan, 0, {}};
}

/// False when the backend must not be trusted with another case.
bool Server::run_item(std::size_t index, DecodedCase& decoded) {
  BatchItem item(memory_, index);
  try {
    decoded.read(item);
    bool device_works = true;
    const std::string error = words_of_exception([&] {
      execute(*table_, decoded.content, decoded.arena, item.fill(), [&](StepOutcome&& step) {
        item.write_step(step);
        device_works = device_works && step.status != FP8ORACLE_DEVICE_ERROR;
      });
    });
    // Checked here, or breaking it in one case would show in the last one of the batch.
    const std::string reason =
        error.empty() && channel_is_broken() ? "closed its channel to the tool" : error;
    item.write_ending(reason.empty() ? Ending::kFinished : Ending::kGaveUp, reason);
    return reason.empty() && device_works;
  } catch (const UsageError& error) {
    item.write_ending(Ending::kBadCase, error.what());
    return false;
  }
}

}  // namespace

bool is_library_path(const std::string& backend) {
  return backend.find('/') != std::string::npos || backend.ends_with(".so");
}

int serve_main(const ResolveBackend& resolve) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  set_limit(RLIMIT_CORE, 0);
  volunteer_for_the_memory_killer();
  return Server(resolve).loop();
}

}  // namespace fp8oracle::runner
