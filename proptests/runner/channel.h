// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::runner {

/// What parent and child say to each other. Bulk data lies in shared memory (batch.h).
enum class MessageKind : std::uint32_t {
  kHello = 1,     ///< parent: HelloBody, then the backend's name; answered by kBackend
  kUse = 2,       ///< parent: a backend's name; answered by kBackend
  kSupports = 3,  ///< parent: SupportsBody, the profile's name; answered by kReason
  kRun = 4,       ///< parent: RunBody; answered by kRan
  kBackend = 5,   ///< child: kCanCapture or kCannotCapture, name, '\0', device
  kReason = 6,    ///< child: why not; empty = supported
  kRan = 7,       ///< child: the batch's results are in shared memory
  kRefused = 8,   ///< child: the request failed, this is why
};

inline constexpr char kCanCapture = 'c', kCannotCapture = '-';

struct HelloBody {
  std::int64_t parent = 0;               ///< process id of the sender
  std::uint64_t memory_limit_bytes = 0;  ///< 0 = none
};

struct SupportsBody {
  std::uint32_t operation = 0;
  std::uint32_t type = 0;
  std::uint32_t noop = 0;  ///< whether one is given
  AbiScheme::Parts scheme{};
};

struct RunBody {
  std::uint64_t items = 0;
  std::uint64_t region_bytes = 0;  ///< how much of the shared memory to map
};

/// One message. An answer carries the number of its request.
struct Message {
  MessageKind kind{};
  std::uint64_t number = 0;
  std::string body;
};

enum class Received { kMessage, kClosed, kGarbage };

/// Sends one message over a SOCK_SEQPACKET socket; false when the other side is gone.
bool send_message(int socket, const Message& message);
/// Waits for one message. kGarbage: what came was not written by send_message.
Received receive_message(int socket, Message& message);

}  // namespace fp8oracle::runner
