// SPDX-License-Identifier: Apache-2.0
#include "tests/recorded.h"

namespace fp8oracle::vectors {
namespace {

TEST_P(Recorded, TorchaoMxBlocksGiveTheSameBytes) {
  const files::Safetensors file = recorded("torchao_mx");
  exhaustive::Side side(table());
  std::uint64_t compared = 0;
  for (const std::string format : kFormats) {
    for (const std::string type : {"F32", "BF16"}) {
      for (const std::string rule : {"floor", "rceil", "ceil", "even"}) {
        const std::string where = "mx." + format + "." + type + ".";
        const auto input = file.at(where + "input").data;
        Scheme scheme;
        scheme.format = format_named(format);
        scheme.grid = kMx32Grid;
        scheme.profile = find_profile("torchao-" + rule);
        side.begin();
        AbiScheme abi = scheme.abi();
        auto args = client::make_args<fp8oracle_quantize_args>(abi.get());
        args.input = {side.upload(input.data(), input.size()), type_named(type), 40, 256, 256};
        args.rowwise.codes = side.poisoned(40 * 256);
        args.rowwise.scale_inv = side.poisoned(40 * 8);
        args.workspace = side.workspace(FP8ORACLE_OP_QUANTIZE, &args);
        side.call(FP8ORACLE_OP_QUANTIZE, &args);
        Bytes codes(40 * 256), scale_inv(40 * 8);
        side.download(args.rowwise.codes, codes.data());
        side.download(args.rowwise.scale_inv, scale_inv.data());
        side.synchronize();
        Comparison c(where + rule + ".");
        c.bytes("scale", file.at(where + rule + ".scale").data, scale_inv);
        c.bytes("codes", file.at(where + rule + ".codes").data, codes);
        ASSERT_FALSE(HasFatalFailure());
        compared += c.compared();
      }
    }
  }
  EXPECT_EQ(compared, 16u * (40 * 256 + 40 * 8));
  RecordProperty("bytes_compared", std::to_string(compared));
}

}  // namespace
}  // namespace fp8oracle::vectors
