// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "fp8oracle/error.h"
#include "runner/capture.h"
#include "runner/execute.h"
#include "runner/session.h"

namespace fp8oracle::runner {
namespace {

class InProcessSession final : public Session {
 public:
  explicit InProcessSession(const fp8oracle_backend_table& table) : table_(table) {}

  Outcome run(const Case& c, Fill fill) override { return execute(table_, c, lay_out(c), fill); }

  std::string unsupported(fp8oracle_operation operation, const fp8oracle_scheme& scheme,
                          fp8oracle_type type) override {
    if (is_missing(operation)) return "the backend has no " + std::string(to_string(operation));
    std::array<char, 512> text{};
    const auto status = table_.supports(operation, &scheme, type, {text.data(), text.size()});
    if (status == FP8ORACLE_OK) return {};
    return text[0] != '\0' ? text.data() : "denied without a reason";
  }

  bool can_capture() const override { return runner::can_capture(table_); }
  std::string name() const override { return table_.name; }
  std::string device() const override { return table_.device != nullptr ? table_.device : ""; }

 private:
  bool is_missing(fp8oracle_operation operation) const {
    switch (operation) {
      case FP8ORACLE_OP_QUANTIZE_CURRENT: return table_.quantize_current == nullptr;
      case FP8ORACLE_OP_QUANTIZE_MANY: return table_.quantize_many == nullptr;
      case FP8ORACLE_OP_SCALE_INVERSE: return table_.scale_inverse == nullptr;
      default: return false;  // the others are required
    }
  }

  const fp8oracle_backend_table& table_;
};

}  // namespace

std::unique_ptr<Session> open_in_process(const fp8oracle_backend_table& table) {
  return std::make_unique<InProcessSession>(table);
}

}  // namespace fp8oracle::runner
