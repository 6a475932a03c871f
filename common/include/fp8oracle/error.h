// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace fp8oracle {

/// Something the user gave cannot be read or makes no sense: the command exits with 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A backend cannot be loaded or used: the command exits with 3.
struct BackendError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Precondition of a public function; throws std::invalid_argument with the reason.
inline void expects(bool condition, const char* reason) {
  if (!condition) throw std::invalid_argument(reason);
}

}  // namespace fp8oracle
