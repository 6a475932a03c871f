// SPDX-License-Identifier: Apache-2.0
#include "call.h"

#include <algorithm>
#include <cstring>

#include "fp8oracle/operations/operation.h"

namespace fp8oracle::mutants {
namespace {

/// What a copy must hold for the check to read nothing else.
std::size_t bytes_to_copy(fp8oracle_operation id, const void* args) {
  constexpr std::uint32_t kLargest = 1u << 16;
  std::uint32_t said = 0;
  std::memcpy(&said, args, sizeof said);
  return std::max<std::size_t>(operation(id).args_bytes, said > kLargest ? 0 : said);
}

}  // namespace

Call::Call(fp8oracle_operation operation, const void* args) : operation_(operation) {
  if (args == nullptr) return;
  const std::size_t bytes = bytes_to_copy(operation, args);
  bytes_ = std::make_unique<std::byte[]>(bytes);
  std::memcpy(bytes_.get(), args, bytes);
}

fp8oracle_swizzle_args* Call::swizzle() {
  auto* args = find<fp8oracle_swizzle_args>(FP8ORACLE_OP_SWIZZLE);
  return args != nullptr ? args : find<fp8oracle_swizzle_args>(FP8ORACLE_OP_UNSWIZZLE);
}

const fp8oracle_scheme*& Call::scheme_field() const {
  const Field& field = *fp8oracle::operation(operation_).find(FieldRole::kScheme);
  return field_of<const fp8oracle_scheme*>(static_cast<void*>(bytes_.get()), field);
}

ResolvedScheme Call::scheme() const { return resolve(*scheme_field()); }

void Call::replace_scheme(const ResolvedScheme& scheme) {
  const fp8oracle_scheme*& field = scheme_field();
  auto own = std::make_unique<AbiScheme>(scheme, field->profile);
  own_scheme_.swap(own);
  field = own_scheme_->get();
}

Checked check_arguments(const Call& call) {
  return fp8oracle::check_arguments(call.operation(), call.data());
}

}  // namespace fp8oracle::mutants
