// SPDX-License-Identifier: Apache-2.0
#include "cli/subject.h"

#include <chrono>
#include <filesystem>

#include "cli/backends.h"
#include "fp8oracle/error.h"
#include "fp8oracle/files/sha256.h"
#include "reference/backend.h"
#include "runner/child_session.h"
#include "runner/library.h"
#include "runner/serve.h"

namespace fp8oracle::cli {
namespace {

runner::SessionFactory in_child(const std::string& backend) {
  return [backend] {
    runner::ChildOptions options;
    options.backend = backend;
    return std::unique_ptr<runner::Session>(runner::open_in_child(options));
  };
}

runner::SessionFactory in_process(const fp8oracle_backend_table& table) {
  return [&table] { return runner::open_in_process(table); };
}

Subject library(const std::string& path) {
  Subject subject{path, path, {}, in_child(path)};
  try {
    subject.sha256 = files::sha256_of_file(path);
  } catch (const UsageError& error) {
    throw BackendError("backend " + std::string(error.what()));
  }
  return subject;
}

}  // namespace

Subject find_subject(const std::string& word, bool isolate) {
  if (runner::is_library_path(word)) return library(word);
  const InTreeBackend* in_tree = find_in_tree_backend(word);
  if (in_tree == nullptr) {
    try {
      resolve_backend(word);
    } catch (const BackendError& error) {
      throw UsageError(error.what());
    }
    return {word, {}, {}, in_child(word)};
  }
  if (isolate) return {word, {}, {}, in_child(word)};
  const std::string why = why_it_cannot_run(*in_tree);
  if (!why.empty()) throw BackendError("backend " + word + " cannot run here: " + why);
  return {word, {}, {}, in_process(in_tree->table()), &in_tree->table()};
}

std::vector<std::string> default_subjects() {
  std::vector<std::string> names;
  for (const InTreeBackend& backend : in_tree_backends()) {
    if (backend.name != "reference" && why_it_cannot_run(backend).empty())
      names.emplace_back(backend.name);
  }
  return names;
}

runner::SessionFactory reference_side() { return in_process(reference::backend()); }

}  // namespace fp8oracle::cli
