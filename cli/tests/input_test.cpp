// SPDX-License-Identifier: Apache-2.0
// --input: files that are no tensors, and files that are.
#include <cstring>
#include <nlohmann/json.hpp>

#include "command.h"
#include "fp8oracle/files/npy.h"
#include "fp8oracle/files/safetensors.h"

namespace fp8oracle::cli_tests {
namespace {

class Input : public CommandTest {
 protected:
  Answer verify(const std::string& file, const std::string& more = "") {
    return run("verify --backend cpu --profile te --input " + file + " " + more);
  }

  static std::vector<std::uint8_t> bytes_of(const std::vector<float>& values) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }

  void write_two_tensors(const std::string& name) const {
    std::vector<float> values(64 * 33);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i % 97) * 0.37f - 17.0f;
    const auto data = bytes_of(values);
    const std::vector<std::uint8_t> ids(16, 1);
    files::write_safetensors(path(name), std::vector<files::NamedTensor>{
                                             {"layer.weight", "F32", {64, 33}, data, nullptr},
                                             {"layer.ids", "I64", {2}, ids, nullptr}});
  }
};

/// Eight bytes of length, then the header.
std::string safetensors(const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + std::string(data, '\0');
}

TEST_F(Input, ABrokenFileIsOneLineAndExit2AndNothingIsWritten) {
  const std::string f32 = R"("dtype":"F32","shape":[2],"data_offsets":)";
  const std::pair<const char*, std::string> broken[] = {
      {"empty.safetensors", ""},
      {"short.safetensors", "abc"},
      {"truncated.safetensors", safetensors("{\"a\":{" + f32 + "[0,8]}}", 4)},
      {"overlap.safetensors",
       safetensors("{\"a\":{" + f32 + "[0,8]},\"b\":{" + f32 + "[4,12]}}", 12)},
      {"overflow.safetensors",
       safetensors(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
                   8)},
      {"mistyped.safetensors",
       safetensors(R"({"a":{"dtype":"F32","shape":"two","data_offsets":[0,8]}})", 8)},
      {"unknown.safetensors",
       safetensors(R"({"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})", 8)},
      {"size.safetensors", safetensors("{\"a\":{" + f32 + "[0,4]}}", 4)},
      {"long.safetensors", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)},
      {"text.npy", "no numpy file"},
      {"header.npy", std::string("\x93NUMPY\x01\x00\xff\xff{", 11)},
      {"type.npy", std::string("\x93NUMPY\x01\x00\x3a\x00", 10) +
                       "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n" +
                       std::string(8, '\0')},
      {"text.txt", "1 2 3"},
  };
  for (const auto& [name, bytes] : broken) {
    write(name, bytes);
    EXPECT_TRUE(complains(verify(name, "--json report.json"), 2, name)) << name;
    EXPECT_FALSE(std::filesystem::exists(path("report.json"))) << name;
  }
  EXPECT_TRUE(complains(verify("missing.safetensors"), 2, "missing.safetensors"));
}

TEST_F(Input, EveryTensorIsListedWithItsVerdictAndWhatWasLost) {
  write_two_tensors("model.safetensors");
  const Answer answer = verify("model.safetensors");
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_NE(answer.out.find("layer.weight  F32 [64, 33]  bits equal in 42 schemes"),
            std::string::npos)
      << answer.out;
  EXPECT_NE(answer.out.find("layer.ids  I64 [2]  SKIPPED"), std::string::npos) << answer.out;
  for (const char* word : {"SQNR", "max error", "zeros", "saturated"})
    EXPECT_NE(answer.out.find(word), std::string::npos) << word;
}

TEST_F(Input, AShapeThatTheProfileForbidsIsSkippedWithItsReason) {
  write_two_tensors("model.safetensors");
  const Answer answer =
      run("verify --backend cpu --profile torchao-floor --scheme *.mx32.row.*.* --input "
          "model.safetensors");
  EXPECT_EQ(answer.code, 3) << answer.out << answer.err;
  EXPECT_NE(answer.out.find("columns 33 is not a multiple of 32"), std::string::npos) << answer.out;
}

TEST_F(Input, ANumPyFileHasOneTensor) {
  const auto data = bytes_of({1.0f, -2.5f, 1e-3f});
  files::write_npy(path("x.npy"), {"x", "F32", {3}, data, nullptr});
  const Answer answer = verify("x.npy", "--scheme e4m3.tensor.row.compact.te");
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_NE(answer.out.find("x  F32 [3]  bits equal in 1 schemes"), std::string::npos)
      << answer.out;
}

TEST_F(Input, AFileOfOtherTypesAloneRanNothing) {
  const std::vector<std::uint8_t> ids(8, 1);
  files::write_npy(path("ids.npy"), {"ids", "I64", {1}, ids, nullptr});
  const Answer answer = verify("ids.npy");
  EXPECT_EQ(answer.code, 3) << answer.out;
}

TEST_F(Input, ABugThatATensorShowsIsAFindingThatReplays) {
  write_two_tensors("model.safetensors");
  const std::string backend = EXAMPLE_BACKENDS "/example_backend_broken.so";
  std::vector<float> ties(128);
  for (std::size_t i = 0; i < ties.size(); ++i)
    ties[i] = 448.0f - 16.0f * static_cast<float>(i % 16);  // scale 1: halfway between two codes
  files::write_npy(path("ties.npy"), {"ties", "F32", {128}, bytes_of(ties), nullptr});
  const Answer answer = run("verify --backend " + backend +
                            " --profile te --scheme e4m3.tensor.row.compact.te --input ties.npy "
                            "--save-case cases --json report.json");
  EXPECT_EQ(answer.code, 1) << answer.out << answer.err;
  const auto report = nlohmann::json::parse(read("report.json"));
  const auto& finding = report.at("clauses").at(0).at("finding");
  ASSERT_FALSE(finding.is_null()) << report;
  const std::string saved = finding.at("case");
  EXPECT_EQ(run("replay " + saved + " --backend " + backend).code, 1);
  EXPECT_EQ(run("replay " + saved + " --backend cpu").code, 0);
}

}  // namespace
}  // namespace fp8oracle::cli_tests
