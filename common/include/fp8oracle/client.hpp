// SPDX-License-Identifier: Apache-2.0
/// Drives a backend's table from C++17: what must be given back is an object, what fails is an
/// exception. Needs backend.h and the standard library alone.
///
///   using namespace fp8oracle::client;
///   const Stream stream{Client(fp8oracle_backend())};
///   const Memory amax(stream, sizeof(float));
///   auto args = make_args<fp8oracle_amax_args>(&scheme);
///   args.amax = amax.buffer();
///   stream.call(FP8ORACLE_OP_AMAX, &args);
///   amax.download(&value);
///   stream.synchronize();
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "fp8oracle/backend.h"

namespace fp8oracle::client {

inline const char* name_of(fp8oracle_status status) {
  switch (status) {
    case FP8ORACLE_OK: return "ok";
    case FP8ORACLE_INVALID_ARGUMENT: return "invalid argument";
    case FP8ORACLE_UNSUPPORTED: return "unsupported";
    case FP8ORACLE_OUT_OF_MEMORY: return "out of memory";
    case FP8ORACLE_DEVICE_ERROR: return "device error";
    case FP8ORACLE_INTERNAL_ERROR: return "internal error";
  }
  return "no known status";
}

/// An operation's function in the table: its name, and at which byte its pointer stands.
struct Entry {
  const char* name;
  std::size_t place;
};
inline Entry entry_of(fp8oracle_operation operation) {
  using Table = fp8oracle_backend_table;
  switch (operation) {
#define FP8ORACLE_OPERATION(ID, name, ...) \
  case FP8ORACLE_OP_##ID:                  \
    return {#name, offsetof(Table, name)};
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
  }
  return {"operation of that number", SIZE_MAX};  // where no table reaches, a later one neither
}

/// Room for one message of a backend; its last byte stays zero, whatever the backend writes.
struct Message {
  std::array<char, 512> text{};
  fp8oracle_message abi() { return {text.data(), text.size() - 1}; }
};

/// What a function answered, and its reason where that is not OK.
struct Answer {
  fp8oracle_status status;
  std::string message;
};

/// A function of the table answered something else than OK. what() is
/// "cpu: alloc: out of memory: none left": backend, function, status, message.
struct Error : std::runtime_error {
  Error(const std::string& backend, const char* name, const Answer& answer)
      : std::runtime_error(backend + ": " + name + ": " + name_of(answer.status) +
                           (answer.message.empty() ? "" : ": " + answer.message)),
        function(name),
        status(answer.status),
        message(answer.message) {}

  std::string function;  ///< as the table calls it
  fp8oracle_status status;
  std::string message;  ///< the backend's own
};

/// Zeroed arguments of an operation, but for their size and scheme.
template <class Struct>
Struct make_args(const fp8oracle_scheme* scheme) {
  Struct args{};
  args.struct_size = sizeof args;
  args.scheme = scheme;
  return args;
}

/// The arguments of any operation, for the function that takes them.
struct AnyArgs {
  const void* data;
  template <class Struct>
  operator const Struct*() const {
    return static_cast<const Struct*>(data);
  }
};

/// A table and what can be asked of it without a stream. `args` is the operation's struct.
class Client {
 public:
  /// The table outlives all that is made with it. Throws Error, before it reads on, when there is
  /// none, when it is of another version, or too short for the functions that every table has.
  explicit Client(const fp8oracle_backend_table* table) : table_(table) {
    if (table == nullptr) refuse("returned no table");
    if (table->abi_version != FP8ORACLE_ABI_VERSION) {
      refuse("its ABI version is " + std::to_string(table->abi_version) + ", not " +
             std::to_string(FP8ORACLE_ABI_VERSION));
    }
    if (table->struct_size < offsetof(fp8oracle_backend_table, quantize)) {
      refuse("struct_size of its table is only " + std::to_string(table->struct_size));
    }
  }

  const fp8oracle_backend_table& table() const { return *table_; }
  bool offers(fp8oracle_operation operation) const { return has(entry_of(operation).place); }
  bool can_capture() const {
    return has(offsetof(fp8oracle_backend_table, capture)) &&
           has(offsetof(fp8oracle_backend_table, end_capture)) &&
           has(offsetof(fp8oracle_backend_table, replay)) &&
           has(offsetof(fp8oracle_backend_table, recording_destroy));
  }

  /// OK, or UNSUPPORTED and why: of a call with these arguments, complete but for the workspace.
  Answer supports(fp8oracle_operation operation, const void* args) const {
    if (!offers(operation)) return lacks(operation);
    Message message;
    const auto status = table_->supports(operation, args, message.abi());
    return {status, message.text.data()};
  }

  /// Bytes of workspace that the call needs. Throws Error.
  std::uint64_t workspace_bytes(fp8oracle_operation operation, const void* args) const {
    Message message;
    std::uint64_t bytes = 0;
    require("workspace_bytes", table_->workspace_bytes(operation, args, &bytes, message.abi()),
            message);
    return bytes;
  }

  /// How many launches the backend declares for the call; nothing where it does not say. Throws
  /// Error.
  std::optional<std::uint64_t> launches(fp8oracle_operation operation, const void* args) const {
    if (!has(offsetof(fp8oracle_backend_table, launches))) return std::nullopt;
    Message message;
    std::uint64_t count = 0;
    require("launches", table_->launches(operation, args, &count, message.abi()), message);
    return count;
  }

  /// Enqueues the operation, or says what the backend has against it.
  Answer try_call(fp8oracle_operation operation, const void* args, fp8oracle_stream stream) const {
    if (!offers(operation)) return lacks(operation);
    Message message;
    const auto status = dispatch(operation, {args}, stream, message.abi());
    return {status, message.text.data()};
  }

  /// Throws Error unless OK.
  void require(const char* function, fp8oracle_status status, const Message& message) const {
    if (status != FP8ORACLE_OK) throw Error(table_->name, function, {status, message.text.data()});
  }

 private:
  [[noreturn]] static void refuse(const std::string& reason) {
    throw Error("backend", "fp8oracle_backend", {FP8ORACLE_INVALID_ARGUMENT, reason});
  }

  static Answer lacks(fp8oracle_operation operation) {
    return {FP8ORACLE_UNSUPPORTED, std::string("the backend has no ") + entry_of(operation).name};
  }

  /// Whether a function pointer at this byte is within the table and not null.
  bool has(std::size_t place) const {
    void (*function)() = nullptr;
    if (place > table_->struct_size || table_->struct_size - place < sizeof function) return false;
    std::memcpy(&function, reinterpret_cast<const char*>(table_) + place, sizeof function);
    return function != nullptr;
  }

  fp8oracle_status dispatch(fp8oracle_operation operation, AnyArgs args, fp8oracle_stream stream,
                            fp8oracle_message message) const {
    const fp8oracle_backend_table& t = *table_;
    switch (operation) {
#define FP8ORACLE_OPERATION(ID, name, ...) \
  case FP8ORACLE_OP_##ID:                  \
    return t.name(args, stream, message);
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
    }
    return FP8ORACLE_INTERNAL_ERROR;
  }

  const fp8oracle_backend_table* table_;
};

/// A stream: what is enqueued runs in this order. It belongs to one thread. Every function but
/// try_call throws Error.
class Stream {
 public:
  explicit Stream(const Client& client) : client_(client) {
    Message message;
    client_.require("stream_create", table().stream_create(&stream_, message.abi()), message);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    settle();
    table().stream_destroy(stream_);
  }

  const Client& client() const { return client_; }
  const fp8oracle_backend_table& table() const { return client_.table(); }
  fp8oracle_stream get() const { return stream_; }

  /// Waits for everything that was enqueued; an error of the device shows here.
  void synchronize() const {
    Message message;
    client_.require("synchronize", table().synchronize(stream_, message.abi()), message);
  }
  /// The same where an error has nobody to go to: before something is given back.
  void settle() const noexcept { (void)table().synchronize(stream_, {nullptr, 0}); }

  /// `host` may be reused on return.
  void upload(void* data, const void* host, std::uint64_t bytes) const {
    Message message;
    client_.require("upload", table().upload(data, host, bytes, stream_, message.abi()), message);
  }
  /// `host` is filled after synchronize().
  void download(void* host, const void* data, std::uint64_t bytes) const {
    Message message;
    client_.require("download", table().download(host, data, bytes, stream_, message.abi()),
                    message);
  }
  void copy(void* to, const void* from, std::uint64_t bytes) const {
    Message message;
    client_.require("copy", table().copy(to, from, bytes, stream_, message.abi()), message);
  }
  void fill(void* data, std::uint8_t byte, std::uint64_t bytes) const {
    Message message;
    client_.require("fill", table().fill(data, byte, bytes, stream_, message.abi()), message);
  }

  /// Enqueues the operation; `args` is its struct.
  void call(fp8oracle_operation operation, const void* args) const {
    const Answer answer = try_call(operation, args);
    if (answer.status != FP8ORACLE_OK) throw Error(table().name, entry_of(operation).name, answer);
  }
  Answer try_call(fp8oracle_operation operation, const void* args) const {
    return client_.try_call(operation, args, stream_);
  }

 private:
  Client client_;
  fp8oracle_stream stream_ = nullptr;
};

/// Bytes in the backend's space, used in the order of one stream, which outlives them. They go back
/// when the stream has come to its end. Throws Error.
class Memory {
 public:
  Memory() = default;  ///< absent: {null, 0}
  Memory(const Stream& stream, std::uint64_t bytes) : stream_(&stream) {
    Message message;
    stream.client().require("alloc", stream.table().alloc(bytes, &buffer_.data, message.abi()),
                            message);
    buffer_.bytes = bytes;
  }
  Memory(Memory&& other) noexcept { *this = std::move(other); }
  Memory& operator=(Memory&& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~Memory() {
    if (buffer_.data == nullptr) return;
    stream_->settle();
    stream_->table().free(buffer_.data);
  }

  fp8oracle_buffer buffer() const { return buffer_; }
  std::uint8_t* data() const { return static_cast<std::uint8_t*>(buffer_.data); }
  std::uint64_t bytes() const { return buffer_.bytes; }

  /// All of it, from or to as many bytes of the host's; see Stream.
  void upload(const void* host) const { stream_->upload(buffer_.data, host, buffer_.bytes); }
  void download(void* host) const { stream_->download(host, buffer_.data, buffer_.bytes); }
  void fill(std::uint8_t byte) const { stream_->fill(buffer_.data, byte, buffer_.bytes); }

 private:
  const Stream* stream_ = nullptr;
  fp8oracle_buffer buffer_{};
};

/// What `enqueue` enqueued on a stream, which outlives it, kept to be run again. Needs
/// Client::can_capture(). Throws Error, and what `enqueue` throws.
class Recording {
 public:
  Recording(const Stream& stream, const std::function<void()>& enqueue) : stream_(stream) {
    Message message;
    stream.client().require("capture", table().capture(stream.get(), message.abi()), message);
    try {
      enqueue();
    } catch (...) {  // the stream must not go on recording
      if (end(message) == FP8ORACLE_OK) table().recording_destroy(recording_);
      throw;
    }
    stream.client().require("end_capture", end(message), message);
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    stream_.settle();  // a replay may be on its way
    table().recording_destroy(recording_);
  }

  /// What was recorded: on CUDA the nodes of a graph.
  std::uint64_t nodes() const { return nodes_; }
  /// Enqueues all of it; scale, noop and amax are read anew.
  void replay() const {
    Message message;
    stream_.client().require("replay", table().replay(recording_, stream_.get(), message.abi()),
                             message);
  }

 private:
  const fp8oracle_backend_table& table() const { return stream_.table(); }
  fp8oracle_status end(Message& message) {
    return table().end_capture(stream_.get(), &recording_, &nodes_, message.abi());
  }

  const Stream& stream_;
  fp8oracle_recording recording_ = nullptr;
  std::uint64_t nodes_ = 0;
};

}  // namespace fp8oracle::client
