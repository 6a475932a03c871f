// SPDX-License-Identifier: Apache-2.0
#include "cli/case_files.h"

#include <filesystem>
#include <system_error>

#include "cli/write_text.h"
#include "fp8oracle/error.h"
#include "fp8oracle/files/mapped_file.h"

namespace fp8oracle::cli {

std::string save_case(const std::string& folder, const runner::Finding& finding) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw UsageError(folder + ": " + error.message());
  const Case& c = finding.smallest;
  const std::string path = folder + "/" + finding.clause + "-" + c.scheme + "-seed" +
                           std::to_string(c.seed) + "-" + std::to_string(c.number) + ".json";
  write_text(path, case_to_json(c));
  return path;
}

Case load_case(const std::string& path) {
  const auto file = files::MappedFile::open(path);
  const auto bytes = file->bytes();
  return case_from_json(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                        path);
}

}  // namespace fp8oracle::cli
