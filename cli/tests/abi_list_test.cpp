// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.h"
#include "fp8oracle/backend.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::cli_tests {
namespace {

struct Listed {
  std::string name;
  unsigned number;
  std::size_t args_bytes;
};

/// What operations.def lists, with the header's numbers and sizes.
const std::vector<Listed>& listed() {
  static const std::vector<Listed> list{
#define FP8ORACLE_OPERATION(ID, name, Args, ...) {#name, FP8ORACLE_OP_##ID, sizeof(Args)},
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
  };
  return list;
}

class AbiList : public CommandTest {
 protected:
  std::string list(const std::string& form) {
    const Answer answer = run("list abi" + form);
    EXPECT_EQ(answer.code, 0) << answer.err;
    return answer.out;
  }
  nlohmann::json json() { return nlohmann::json::parse(list(" --json")); }

  static nlohmann::json named(const nlohmann::json& rows, const std::string& name) {
    for (const auto& row : rows) {
      if (row.at("name") == name) return row;
    }
    ADD_FAILURE() << "nothing is named " << name;
    return {};
  }
  static nlohmann::json fields_of(const nlohmann::json& abi, const std::string& operation) {
    return named(abi.at("operations"), operation).at("fields");
  }
};

TEST_F(AbiList, HasEveryOperationInTheOrderOfTheList) {
  const auto abi = json();
  EXPECT_EQ(abi.at("schema"), "fp8oracle.abi/1");
  EXPECT_EQ(abi.at("abi_version"), FP8ORACLE_ABI_VERSION);
  const auto& rows = abi.at("operations");
  ASSERT_EQ(rows.size(), listed().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("name"), listed()[i].name);
    EXPECT_EQ(rows[i].at("number"), listed()[i].number);
    EXPECT_EQ(rows[i].at("args_bytes"), listed()[i].args_bytes) << listed()[i].name;
    EXPECT_EQ(rows[i].at("fields")[0].at("name"), "scheme") << listed()[i].name;
  }
  EXPECT_EQ(named(rows, "scale_inverse").at("schemes"), "given scale");
}

TEST_F(AbiList, OffsetsAreTheHeaders) {
  const auto abi = json();
  const auto offset = [&abi](const char* operation, const char* field) {
    return named(fields_of(abi, operation), field).at("offset").get<std::size_t>();
  };
  EXPECT_EQ(offset("quantize", "scheme"), offsetof(fp8oracle_quantize_args, scheme));
  EXPECT_EQ(offset("quantize", "columnwise"), offsetof(fp8oracle_quantize_args, columnwise));
  EXPECT_EQ(offset("scale_from_amax", "eps"), offsetof(fp8oracle_scale_from_amax_args, eps));
  EXPECT_EQ(offset("unswizzle", "cols"), offsetof(fp8oracle_swizzle_args, cols));
  EXPECT_EQ(offset("dequantize", "output"), offsetof(fp8oracle_dequantize_args, output));
}

TEST_F(AbiList, RolesPresencesAndDirectionsAreWords) {
  const auto abi = json();
  const auto fields = fields_of(abi, "quantize");
  EXPECT_EQ(named(fields, "amax").at("role"), "cell in-out");
  EXPECT_EQ(named(fields, "amax").at("presence"), "of a given scale");
  EXPECT_EQ(named(fields, "columnwise").at("direction"), "col");
  EXPECT_FALSE(named(fields, "input").contains("direction"));
  EXPECT_EQ(named(fields_of(abi, "swizzle"), "output").at("layout"), "swizzled");
  EXPECT_EQ(named(fields_of(abi, "unswizzle"), "input").at("layout"), "swizzled");
}

TEST_F(AbiList, ItemsHaveASizeAndFields) {
  const auto items = named(fields_of(json(), "quantize_many"), "items");
  EXPECT_EQ(items.at("offset"), offsetof(fp8oracle_quantize_many_args, items));
  EXPECT_EQ(items.at("item_bytes"), sizeof(fp8oracle_quantize_item));
  EXPECT_EQ(named(items.at("fields"), "rowwise").at("offset"),
            offsetof(fp8oracle_quantize_item, rowwise));
}

TEST_F(AbiList, KnobsStandUnderTheirNumbers) {
  const auto rows = json().at("knobs");
  ASSERT_EQ(rows.size(), knobs().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("number"), i);
    EXPECT_EQ(rows[i].at("name"), knobs()[i].name);
    EXPECT_EQ(rows[i].at("values").size(), knobs()[i].values.size()) << knobs()[i].name;
  }
}

TEST_F(AbiList, TextNamesEveryOperationFieldAndKnob) {
  const std::string text = "\n" + list("");
  for (const Listed& operation : listed())
    EXPECT_NE(text.find("\n" + operation.name + " "), std::string::npos) << operation.name;
  for (const Knob& knob : knobs()) EXPECT_NE(text.find(knob.name), std::string::npos) << knob.name;
  for (const char* field : {"items[i].input", "scale_inv", "workspace", "cell in-out"})
    EXPECT_NE(text.find(field), std::string::npos) << field;
}

TEST_F(AbiList, ThePageHasARowForEachOperation) {
  const std::string page = list(" --markdown");
  for (const Listed& operation : listed())
    EXPECT_NE(page.find("\n| `" + operation.name + "` |"), std::string::npos) << operation.name;
  EXPECT_NE(page.find("| `input`, (`rowwise.scale_inv`), (`columnwise.scale_inv`) |"),
            std::string::npos);
  EXPECT_NE(page.find("| scale_inv `input` | swizzled scale_inv `output` |"), std::string::npos);
}

}  // namespace
}  // namespace fp8oracle::cli_tests
