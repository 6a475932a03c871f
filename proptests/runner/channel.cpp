// SPDX-License-Identifier: Apache-2.0
#include "runner/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace fp8oracle::runner {
namespace {

constexpr std::uint64_t kMagic = 0x3156524553384650;  // "FP8SERV1"
constexpr std::size_t kLongestBody = 16 * 1024;

struct Header {
  std::uint64_t magic;
  std::uint64_t number;
  std::uint32_t kind;
  std::uint32_t body_bytes;
};

}  // namespace

bool send_message(int socket, const Message& message) {
  const std::size_t bytes = std::min(message.body.size(), kLongestBody);
  Header header{kMagic, message.number, static_cast<std::uint32_t>(message.kind),
                static_cast<std::uint32_t>(bytes)};
  std::array<iovec, 2> parts{iovec{&header, sizeof header},
                             iovec{const_cast<char*>(message.body.data()), bytes}};
  msghdr packet{};
  packet.msg_iov = parts.data();
  packet.msg_iovlen = parts.size();
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &packet, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof header + bytes);
}

Received receive_message(int socket, Message& message) {
  Header header{};
  std::array<char, kLongestBody> body;
  std::array<iovec, 2> parts{iovec{&header, sizeof header}, iovec{body.data(), body.size()}};
  msghdr packet{};
  packet.msg_iov = parts.data();
  packet.msg_iovlen = parts.size();
  ssize_t count = 0;
  do {
    count = recvmsg(socket, &packet, 0);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return Received::kClosed;
  const auto kind_ok = header.kind >= static_cast<std::uint32_t>(MessageKind::kHello) &&
                       header.kind <= static_cast<std::uint32_t>(MessageKind::kRefused);
  const bool ok = (packet.msg_flags & MSG_TRUNC) == 0 && header.magic == kMagic && kind_ok &&
                  static_cast<std::size_t>(count) == sizeof header + header.body_bytes;
  if (!ok) return Received::kGarbage;
  message.kind = static_cast<MessageKind>(header.kind);
  message.number = header.number;
  message.body.assign(body.data(), header.body_bytes);
  return Received::kMessage;
}

}  // namespace fp8oracle::runner
