// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runner/verify.h"

namespace fp8oracle::cli {

/// A backend as the user named it, ready to be given cases.
struct Subject {
  std::string word;          ///< what follows --backend
  std::string path, sha256;  ///< of a library; else empty
  runner::SessionFactory open;
  const fp8oracle_backend_table* table = nullptr;  ///< where it runs in this process
};

/// In-tree backends run in this process unless `isolate`; libraries and mutants always in a child.
/// An unknown name is a UsageError; what cannot be loaded or cannot run here is a BackendError.
Subject find_subject(const std::string& word, bool isolate);

/// Every in-tree backend that can run here, except the reference, which is what they are held
/// against.
std::vector<std::string> default_subjects();

/// The side that is believed: always in this process.
runner::SessionFactory reference_side();

}  // namespace fp8oracle::cli
