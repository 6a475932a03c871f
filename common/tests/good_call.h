// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle {

/// Bytes behind a struct that only a later version of the ABI has.
inline constexpr std::size_t kTailBytes = 16;

template <typename T>
struct Longer {
  T known{};
  std::uint8_t tail[kTailBytes]{};
};

/// Arguments that the check accepts, made from an operation's field descriptions: everything that
/// may be given is given but the workspace, and each buffer stands alone in memory. Every struct
/// has a zero tail behind it. A test then spoils one thing.
class GoodCall {
 public:
  static constexpr std::size_t kItems = 3;

  GoodCall(const Operation& operation, const ResolvedScheme& scheme, std::int64_t rows = 64,
           std::int64_t cols = 96);
  GoodCall(const GoodCall&) = delete;
  GoodCall& operator=(const GoodCall&) = delete;

  std::optional<ArgumentError> check() const { return check_arguments(operation_.id, args()); }
  /// The argument that the check names, or "".
  std::string offender() const;

  void* args() { return args_.data(); }
  const void* args() const { return args_.data(); }
  /// The field of this name: "pow2". Whoever asks knows its type.
  template <typename T>
  T& field(std::string_view name) {
    return field_of<T>(args(), *operation_.find(name));
  }

  /// A struct of the call: its size as it is given, what is known of it, and the tail behind it.
  struct Sized {
    std::string name;  ///< of its size, as the check has it: "scheme.grid.struct_size"
    std::uint32_t* size;
    std::uint32_t known;
    std::uint8_t* tail;
  };
  std::vector<Sized> structs();
  /// The tail of item i; item_bytes reaches over it only when the test says so.
  std::uint8_t* tail_of_item(std::size_t i);

  /// A buffer and the name that the check has for it: "items[1].rowwise.codes".
  struct Named {
    std::string name;
    fp8oracle_buffer* buffer;
    std::size_t alignment;  ///< that it needs
    bool at_least;          ///< of a matrix: it may be longer
  };
  /// All of them, given or absent.
  std::vector<Named> buffers();
  fp8oracle_buffer& buffer(std::string_view name);
  /// "input", "items[2].input", "output"
  fp8oracle_matrix& matrix(std::string_view name);
  /// `bytes` bytes that nothing else of this call has.
  fp8oracle_buffer take(std::int64_t bytes);

  // The scheme's structs, as the arguments point to them.
  Longer<fp8oracle_format> format;
  Longer<fp8oracle_grid> grid;
  std::vector<std::uint32_t> knob_values;
  Longer<fp8oracle_knobs> knobs;
  Longer<fp8oracle_scheme> scheme;

 private:
  void fill(std::span<const Field> fields, void* data);
  void fill_field(const Field& field, void* data);
  void fill_items(const Field& field, void* data);
  fp8oracle_pair pair_of(const Field& field);
  fp8oracle_buffer scales_of(fp8oracle_direction direction, fp8oracle_layout layout);
  void list_buffers(std::span<const Field> fields, void* data, const std::string& prefix,
                    std::vector<Named>& list);
  fp8oracle_matrix* find_matrix(std::span<const Field> fields, void* data,
                                const std::string& prefix, std::string_view name);

  const Operation& operation_;
  const ResolvedScheme resolved_;
  const std::int64_t rows_, cols_;
  std::vector<std::uint8_t> args_, items_;
  std::size_t taken_ = 0;
  fp8oracle_buffer one_scale_inv_{};  ///< per tensor both directions have the same
};

/// An operation and a scheme that it takes.
struct KindOfCall {
  const Operation* operation;
  ResolvedScheme scheme;
  std::string name;
};
/// Every operation, in every kind of scheme that it takes.
std::vector<KindOfCall> every_kind_of_call();

/// A scheme of E4M3 with the knobs of `te`.
ResolvedScheme te_scheme(const Grid& grid, unsigned directions = FP8ORACLE_ROWWISE,
                         fp8oracle_layout layout = FP8ORACLE_LAYOUT_COMPACT);

}  // namespace fp8oracle
