// SPDX-License-Identifier: Apache-2.0
#include "runner/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "fp8oracle/error.h"

namespace fp8oracle::runner {
namespace {

using namespace std::chrono_literals;

/// How long an end that is under way may take: after the channel has closed, after a goodbye.
constexpr auto kGrace = 1000ms;

[[noreturn]] void fail(const char* what) {
  throw BackendError(std::string("child process: ") + what + ": " +
                     std::generic_category().message(errno));
}

/// A copy above the numbers that the child's own ends get, so that no dup2 there hits another.
Descriptor moved_up(int number) {
  Descriptor low(number);
  Descriptor high(fcntl(number, F_DUPFD_CLOEXEC, kServeMemory + 1));
  if (!high.is_open()) fail("duplicating a descriptor");
  return high;
}

struct Ends {
  Descriptor parent, child;
};

Ends make_channel() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  return {Descriptor(ends[0]), moved_up(ends[1])};
}

Ends make_output() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  Ends output{Descriptor(ends[0]), moved_up(ends[1])};
  // Only the reading end: what the child prints must wait for room, not fail.
  if (fcntl(output.parent.get(), F_SETFL, O_NONBLOCK) != 0) fail("pipe");
  return output;
}

}  // namespace

std::string in_words(std::chrono::milliseconds time) {
  const bool whole = time.count() % 1000 == 0;
  return whole ? std::to_string(time.count() / 1000) + " s" : std::to_string(time.count()) + " ms";
}

Child::Deadline within(std::chrono::milliseconds limit) {
  const auto end = Child::Clock::now() + limit;
  return {[end] { return end; }, "no answer within " + in_words(limit)};
}

Child::Child(const std::string& executable) {
  Ends channel = make_channel();
  Ends output = make_output();
  const Descriptor memory(fcntl(memory_.descriptor(), F_DUPFD_CLOEXEC, kServeMemory + 1));
  if (!memory.is_open()) fail("duplicating a descriptor");
  process_.emplace(SpawnOptions{executable, channel.child.get(), memory.get(), output.child.get()});
  channel_ = std::move(channel.parent);
  output_.emplace(std::move(output.parent));
}

Child::~Child() {
  output_.reset();
  channel_.reset();  // the child's serve loop ends on this
  if (!process_->wait_for(kGrace)) process_->end();
}

Child::Answer Child::ask(MessageKind kind, std::string body, const Deadline& deadline) {
  output_->drain();
  output_->clear();
  if (!send_message(channel_.get(), {kind, ++number_, std::move(body)})) return died();
  while (true) {
    const bool readable = wait_until(deadline.when());
    output_->drain();
    if (readable) {
      Answer answer;
      switch (receive_message(channel_.get(), answer.message)) {
        case Received::kClosed: return died();
        case Received::kGarbage:
          return killed(End::kNonsense, "wrote garbage into its channel to the tool");
        case Received::kMessage: break;
      }
      if (answer.message.number == number_) return answer;
      return killed(End::kNonsense,
                    "wrote an answer that nobody asked for into its channel to the tool");
    }
    // The child's own end counts even while something that it started holds the channel open.
    if (Clock::now() >= deadline.when()) {
      return process_->wait_for(0ms) ? died() : killed(End::kNoAnswer, deadline.missed);
    }
  }
}

/// Whether the channel can be read; false after `when`, or when output came that must be drained.
bool Child::wait_until(Clock::time_point when) {
  std::array<pollfd, 2> watched{pollfd{channel_.get(), POLLIN, 0},
                                pollfd{output_->descriptor(), POLLIN, 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now());
  const auto wait = std::clamp<std::int64_t>(left.count(), 0, 60'000);
  return poll(watched.data(), watched.size(), static_cast<int>(wait)) > 0 &&
         watched[0].revents != 0;
}

Child::Answer Child::died() {
  // The channel closes while the process ends, or because the backend closed it.
  if (const auto ending = process_->wait_for(kGrace))
    return {{}, Ended{End::kDied, with_output(*ending)}};
  return killed(End::kDied, "closed its channel to the tool");
}

Child::Answer Child::killed(End end, const std::string& why) {
  process_->end();
  return {{}, Ended{end, with_output(why)}};
}

std::string Child::with_output(const std::string& reason) {
  output_->drain();
  const std::string text = output_->text();
  return text.empty() ? reason : reason + "; it last printed: " + text;
}

}  // namespace fp8oracle::runner
