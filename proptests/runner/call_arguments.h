// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "fp8oracle/arena.h"
#include "fp8oracle/case.h"
#include "runner/tamper.h"

namespace fp8oracle::runner {

/// Where a place of the arena lies in the backend's space.
using AddressOf = std::function<void*(std::uint64_t place)>;

/// The arguments of one step's call, made from its operands by the descriptions of the operation's
/// fields, with everything that they point to. Behind every struct that may grow stand zero bytes,
/// which a callee must look at where the struct says that they belong to it.
class CallArguments {
 public:
  /// Precondition: check_case() found nothing, and the step is an operation.
  CallArguments(const Case& c, const Arena& arena, const Step& step, AddressOf address_of);
  CallArguments(const CallArguments&) = delete;
  CallArguments& operator=(const CallArguments&) = delete;

  const Operation& operation() const { return operation_; }
  void* data() { return args_.data(); }
  bool takes_workspace() const { return operation_.find(FieldRole::kWorkspace) != nullptr; }
  void set_workspace(const fp8oracle_buffer& workspace);

 private:
  /// The scheme's structs, each with room for a tail.
  struct SchemeStructs {
    template <typename Struct>
    struct WithTail {
      Struct value;
      std::uint64_t tail[kFarBytes / sizeof(std::uint64_t)];
    };
    WithTail<fp8oracle_scheme> scheme;
    WithTail<fp8oracle_format> format;
    WithTail<fp8oracle_grid> grid;
    WithTail<fp8oracle_knobs> knobs;
    std::vector<std::uint32_t> values;  ///< kFarKnobs more than there are knobs
    std::string profile;
  };

  void link_scheme(const AbiScheme& abi);
  void fill(std::span<const Field> fields, void* data, std::int64_t item);
  void fill(const Field& field, void* data, std::int64_t item);
  void fill_items(const Field& field, void* data);
  std::string path(const Field& field, std::int64_t item) const;
  fp8oracle_buffer buffer(const ArenaBuffer& b) const { return {address_of_(b.begin), b.bytes}; }
  fp8oracle_matrix matrix(const Field& field, const std::string& name) const;
  fp8oracle_pair pair(const Field& field, const std::string& path, const std::string& tensor) const;
  std::int64_t extent(const Field& field) const;

  const Case& case_;
  const Arena& arena_;
  const Step& step_;
  const Operation& operation_;
  const AddressOf address_of_;
  SchemeStructs scheme_{};
  std::vector<std::uint64_t> args_, items_;
};

}  // namespace fp8oracle::runner
