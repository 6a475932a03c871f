// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/client.hpp"
#include "runner/execute.h"
#include "runner/probe.h"
#include "runner/session.h"

namespace fp8oracle::runner {
namespace {

class InProcessSession final : public Session {
 public:
  explicit InProcessSession(const fp8oracle_backend_table& table) : table_(table) {}

  Outcome run(const Case& c, Fill fill) override { return execute(table_, c, lay_out(c), fill); }

  std::string unsupported(fp8oracle_operation operation, const Scheme& scheme, fp8oracle_type type,
                          bool noop) override {
    return why_unsupported(table_, operation, scheme.abi(), type, noop);
  }

  bool can_capture() const override { return client::Client(&table_).can_capture(); }
  std::string name() const override { return table_.name; }
  std::string device() const override { return table_.device != nullptr ? table_.device : ""; }

 private:
  const fp8oracle_backend_table& table_;
};

}  // namespace

std::unique_ptr<Session> open_in_process(const fp8oracle_backend_table& table) {
  return std::make_unique<InProcessSession>(table);
}

}  // namespace fp8oracle::runner
