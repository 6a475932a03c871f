// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "fp8oracle/backend.h"
#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/resolved_scheme.h"

namespace fp8oracle::mutants {

using Checked = std::optional<ArgumentError>;

/// The arguments of a call in a copy, as long as the caller says that they are: a mutant repairs
/// what it does not want to be refused.
class Call {
 public:
  /// `args` may be null.
  Call(fp8oracle_operation operation, const void* args);

  fp8oracle_operation operation() const { return operation_; }
  /// Null where the caller gave null.
  const void* data() const { return bytes_.get(); }
  /// Precondition: A is the operation's argument struct.
  template <typename A>
  A& as() {
    return *reinterpret_cast<A*>(bytes_.get());
  }
  /// The arguments, or null where the call is of another operation, or has none.
  fp8oracle_quantize_args* quantize() {
    return find<fp8oracle_quantize_args>(FP8ORACLE_OP_QUANTIZE);
  }
  fp8oracle_amax_args* amax() { return find<fp8oracle_amax_args>(FP8ORACLE_OP_AMAX); }
  fp8oracle_scale_from_amax_args* scale_from_amax() {
    return find<fp8oracle_scale_from_amax_args>(FP8ORACLE_OP_SCALE_FROM_AMAX);
  }
  fp8oracle_dequantize_args* dequantize() {
    return find<fp8oracle_dequantize_args>(FP8ORACLE_OP_DEQUANTIZE);
  }
  fp8oracle_scale_inverse_args* scale_inverse() {
    return find<fp8oracle_scale_inverse_args>(FP8ORACLE_OP_SCALE_INVERSE);
  }
  /// Of either direction.
  fp8oracle_swizzle_args* swizzle();

  /// Precondition of both: the pointers of the scheme can be followed.
  ResolvedScheme scheme() const;
  void replace_scheme(const ResolvedScheme& scheme);

 private:
  template <typename A>
  A* find(fp8oracle_operation operation) {
    return operation == operation_ ? reinterpret_cast<A*>(bytes_.get()) : nullptr;
  }
  const fp8oracle_scheme*& scheme_field() const;

  fp8oracle_operation operation_;
  std::unique_ptr<std::byte[]> bytes_;
  std::unique_ptr<AbiScheme> own_scheme_;
};

/// The right check.
Checked check_arguments(const Call& call);

}  // namespace fp8oracle::mutants
