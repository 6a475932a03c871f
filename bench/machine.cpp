// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#include <ctime>
#include <fstream>
#include <string_view>
#include <thread>

#ifdef FP8ORACLE_HAS_CUDA
#include "limit_cuda.h"
#endif

namespace fp8oracle::bench {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return "unknown processor";
}

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  ...": the first word with a dot.
std::string driver_version() {
  std::ifstream file("/proc/driver/nvidia/version");
  for (std::string word; file >> word;) {
    if (word.find('.') != std::string::npos &&
        word.find_first_not_of("0123456789.") == std::string::npos)
      return word;
  }
  return {};
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

}  // namespace

bool is_host(const fp8oracle_backend_table& table) {
  return std::string_view(table.device).substr(0, 3) == "CPU";
}

Results describe_run(const fp8oracle_backend_table& table) {
  Results results;
  const unsigned cores = std::thread::hardware_concurrency();
  results.machine = cpu_name() + ", cores: " + std::to_string(cores);
  if (!is_host(table)) results.gpu = table.device;
  results.driver = driver_version();
#ifdef FP8ORACLE_HAS_CUDA
  results.toolkit = cuda_toolkit();
  if (results.driver.empty()) results.driver = cuda_driver_interface();
#endif
  results.date = today();
  results.backend = table.name;
  results.device = table.device;
  return results;
}

}  // namespace fp8oracle::bench
