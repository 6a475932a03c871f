// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "bench/baseline.h"
#include "bench/machine.h"
#include "bench/suite.h"
#include "cli/backends.h"
#include "cli/commands.h"
#include "cli/write_text.h"
#include "fp8oracle/error.h"
#include "fp8oracle/quote.h"
#include "runner/library.h"
#include "runner/serve.h"
#include "version.h"

namespace fp8oracle::cli {
namespace {

struct BenchWords {
  std::string backend;
  std::vector<std::string> ops, sizes, types{"bf16"}, formats{"e4m3"};
  std::string baseline, json;
};

/// A backend's table, the library loaded as long as it is used. In this process: a row's time would
/// be the pipe's otherwise.
class BenchBackend {
 public:
  explicit BenchBackend(const std::string& word) {
    if (runner::is_library_path(word)) {
      library_.emplace(word);
      table_ = &library_->table();
      return;
    }
    const InTreeBackend* in_tree = find_in_tree_backend(word);
    if (in_tree == nullptr && word == "cuda")
      throw BackendError("backend cuda cannot run here: this build has no CUDA backend");
    if (in_tree == nullptr) throw UsageError("unknown backend " + quote(word));
    const std::string why = why_it_cannot_run(*in_tree);
    if (!why.empty()) throw BackendError("backend " + word + " cannot run here: " + why);
    table_ = &in_tree->table();
  }
  const fp8oracle_backend_table& table() const { return *table_; }

 private:
  std::optional<runner::BackendLibrary> library_;
  const fp8oracle_backend_table* table_ = nullptr;
};

fp8oracle_type type_of(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
    if (word == to_string(type)) return type;
  }
  throw UsageError("--type: unknown type " + quote(word) + "; there are f32, bf16, f16");
}

const Format& format_of(const std::string& word) {
  for (const Format& format : kSchemeFormats) {
    if (word == format.name) return format;
  }
  throw UsageError("--format: unknown format " + quote(word) + "; there are e4m3, e5m2");
}

std::pair<std::int64_t, std::int64_t> size_of_word(const std::string& word) {
  long long rows = 0;
  long long cols = 0;
  int end = 0;
  constexpr long long kMost = 1 << 20;
  const int read = std::sscanf(word.c_str(), "%7lldx%7lld%n", &rows, &cols, &end);
  const bool ok = read == 2 && static_cast<std::size_t>(end) == word.size() && rows > 0 &&
                  cols > 0 && rows <= kMost && cols <= kMost;
  if (!ok) throw UsageError("--size: " + quote(word) + " is not ROWSxCOLS, each 1 to 1048576");
  return {rows, cols};
}

bench::Selection selection_of(const BenchWords& words) {
  bench::Selection selection;
  selection.ops = words.ops;
  selection.types.clear();
  selection.formats.clear();
  for (const std::string& word : words.types) selection.types.push_back(type_of(word));
  for (const std::string& word : words.formats) selection.formats.push_back(format_of(word));
  for (const std::string& word : words.sizes) selection.sizes.push_back(size_of_word(word));
  return selection;
}

std::optional<bench::Results> read_baseline(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(path + ": cannot be read");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw UsageError(path + ": cannot be read");
  return bench::results_from_json(text, path);
}

/// 1: a row became worse. 3: a row could not be run though the backend supports it, or none ran.
int verdict(const bench::Results& results, const std::optional<bench::Results>& baseline) {
  const auto count = [&](const char* status) {
    return std::count_if(results.rows.begin(), results.rows.end(),
                         [&](const bench::RowResult& row) { return row.status == status; });
  };
  const auto measured = count("OK");
  const auto broken = count("ERROR");
  std::printf("%td rows measured, %td skipped, %td failed\n", measured, count("SKIPPED"), broken);
  bench::Comparison comparison;
  if (baseline) {
    comparison = bench::compare(*baseline, results);
    for (const std::string& note : comparison.notes) std::printf("note: %s\n", note.c_str());
    for (const std::string& row : comparison.worse) std::printf("WORSE %s\n", row.c_str());
    std::printf("baseline: %d rows compared, %zu more than 5 %% worse\n", comparison.compared,
                comparison.worse.size());
  }
  if (broken > 0) throw BackendError("a row that the backend supports could not be run");
  if (measured == 0) throw BackendError("nothing ran: the backend supports none of these rows");
  return comparison.worse.empty() ? 0 : 1;
}

int run_bench(const BenchWords& words) {
  const std::vector<bench::RowSpec> rows = bench::select_rows(selection_of(words));
  const std::optional<bench::Results> baseline = read_baseline(words.baseline);
  const BenchBackend backend(words.backend);
  bench::Results results = bench::describe_run(backend.table());
  results.commit = FP8ORACLE_COMMIT;
  results.form = bench::form_of(backend.table());
  std::printf("%s: %s; %s\n%s\n", results.backend.c_str(), results.device.c_str(),
              results.machine.c_str(), results.form.c_str());
  results.rows = bench::run_rows(backend.table(), rows, [](const bench::RowResult& row) {
    std::printf("%s\n", bench::to_text(row).c_str());
    std::fflush(stdout);
  });
  if (!words.json.empty()) write_text(words.json, bench::results_to_json(results));
  return verdict(results, baseline);
}

std::string operations_footer() {
  std::string text = "Operations:\n";
  for (const bench::Operation& operation : bench::operations()) {
    std::string name(operation.name);
    name.resize(20, ' ');
    text += "  " + name + std::string(operation.meaning) + "\n";
  }
  return text;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("bench", "Measures throughput beside the memory's limit");
  const auto words = std::make_shared<BenchWords>();
  command->add_option("--backend", words->backend, "cpu, cuda, reference or PATH.so")->required();
  command->add_option("--op", words->ops, "operations, with commas; all of them without")
      ->delimiter(',');
  command
      ->add_option("--size", words->sizes,
                   "ROWSxCOLS of the operations on one tensor, with commas; "
                   "without: 8192x8192,4096x4096,1024x1024,128x512")
      ->delimiter(',');
  command->add_option("--type", words->types, "input types: f32, bf16, f16 [bf16]")->delimiter(',');
  command->add_option("--format", words->formats, "e4m3, e5m2 [e4m3]")->delimiter(',');
  command->add_option("--baseline", words->baseline,
                      "a results file; exit 1 when a row is more than 5 % worse");
  command->add_option("--json", words->json, "writes a results file");
  command->footer(operations_footer());
  command->callback([words, &chosen] { chosen = [words] { return run_bench(*words); }; });
}

}  // namespace fp8oracle::cli
