// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle::runner {

/// Finds a built-in table by name: "cpu", "reference", "mutant:NAME". Throws BackendError when
/// there is none. A table lives as long as the process.
using ResolveBackend = std::function<const fp8oracle_backend_table*(const std::string& name)>;

/// Whether a backend's name is the path of a library, which the door loads itself: it has a '/' or
/// ends in ".so".
bool is_library_path(const std::string& backend);

/// The whole life of a child that a ChildSession started: answers its requests until it goes away.
/// The program's main calls this for `--serve` and returns what it returns: 0, or 2 when nobody is
/// at the other end.
///
/// Limits: the process dies with its parent, leaves no core file, has at most the memory that the
/// parent allows, and is the first that the system kills when memory runs out.
int serve_main(const ResolveBackend& resolve);

}  // namespace fp8oracle::runner
