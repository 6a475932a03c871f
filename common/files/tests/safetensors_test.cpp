// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/safetensors.h"

#include <algorithm>

#include "support.h"

namespace fp8oracle::files {
namespace {

/// A file of this header and so many bytes of data 0, 1, 2, ...
Bytes file_of(std::string_view header, std::size_t data_bytes) {
  Bytes bytes;
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(std::uint64_t{header.size()} >> (8 * i)));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (std::size_t i = 0; i < data_bytes; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

Safetensors parse(std::string_view header, std::size_t data_bytes) {
  static Bytes kept;
  kept = file_of(header, data_bytes);
  return parse_safetensors(kept, "f");
}

TEST(Safetensors, ReadsTensorsInTheOrderOfTheirData) {
  const Safetensors file =
      parse(R"({"b":{"dtype":"F32","shape":[2,1],"data_offsets":[3,11]},"__metadata__":{"k":"v"},)"
            R"("a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}}  )",
            11);
  ASSERT_EQ(file.tensors.size(), 2u);
  EXPECT_EQ(file.tensors[0].name, "a");
  EXPECT_EQ(file.tensors[0].dtype, "F8_E4M3");
  EXPECT_EQ(file.tensors[1].name, "b");
  EXPECT_EQ(file.tensors[1].shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(file.tensors[1].data.size(), 8u);
  EXPECT_EQ(file.tensors[1].data[0], 3);
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"k", "v"}}));
}

TEST(Safetensors, ReadsScalarsEmptyTensorsAndNoTensorAtAll) {
  EXPECT_TRUE(parse("{}", 0).tensors.empty());
  const Safetensors file = parse(R"({"s":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
                                 R"("z":{"dtype":"F16","shape":[4,0,3],"data_offsets":[8,8]}})",
                                 8);
  EXPECT_TRUE(file.at("s").shape.empty());
  EXPECT_EQ(file.at("s").data.size(), 8u);
  EXPECT_TRUE(file.at("z").data.empty());
}

TEST(Safetensors, CountsFourAndSixBitElements) {
  const Safetensors file = parse(R"({"f4":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},)"
                                 R"("f6":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[3,6]}})",
                                 6);
  EXPECT_EQ(file.at("f4").data.size(), 3u);
  EXPECT_EQ(file.at("f6").data.size(), 3u);
}

TEST(Safetensors, KnowsTheSizeOfEveryDtype) {
  const std::pair<const char*, int> sizes[] = {
      {"BOOL", 1},        {"U8", 1},          {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
      {"F8_E4M3FNUZ", 1}, {"F8_E5M2FNUZ", 1}, {"I16", 2}, {"F8_E8M0", 1}, {"U16", 2},
      {"F16", 2},         {"BF16", 2},        {"I32", 4}, {"U32", 4},     {"F32", 4},
      {"I64", 8},         {"U64", 8},         {"F64", 8}, {"C64", 8}};
  for (const auto& [dtype, size] : sizes) {
    const std::string header = std::string(R"({"t":{"dtype":")") + dtype +
                               R"(","shape":[5],"data_offsets":[0,)" + std::to_string(5 * size) +
                               "]}}";
    EXPECT_EQ(parse(header, static_cast<std::size_t>(5 * size)).tensors.size(), 1u) << dtype;
  }
}

TEST(Safetensors, AtNamesTheTensorThatIsMissing) {
  EXPECT_EQ(usage_error([] { Safetensors{}.at("x"); }), "no tensor 'x'");
}

struct Rejection {
  const char* name;
  std::string header;
  std::size_t data_bytes;
  const char* reason;
};
void PrintTo(const Rejection& r, std::ostream* out) { *out << r.name; }

class SafetensorsRejects : public ::testing::TestWithParam<Rejection> {};

TEST_P(SafetensorsRejects, WithOneLineThatSaysWhy) {
  const Rejection& r = GetParam();
  expect_line(usage_error([&] { parse(r.header, r.data_bytes); }), "f", r.reason);
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

std::string tensor(const std::string& fields) { return R"({"t":{)" + fields + "}}"; }

const Rejection kRejections[] = {
    {"NotJson", "{nonsense", 0, "not JSON"},
    {"NotUtf8", "{\"\xff\":1}", 0, "not JSON"},
    {"TruncatedJson", R"({"t":{"dtype":"U8")", 0, "not JSON"},
    {"SomethingBehindTheObject", "{} {}", 0, "not JSON"},
    {"AnArray", "[]", 0, "not a JSON object"},
    {"LeadingSpace", " {}", 0, "not a JSON object"},
    {"EmptyHeader", "", 0, "not a JSON object"},
    {"TensorThatIsANumber", R"({"t":1})", 0, "'t': expected an object, found a number"},
    {"TensorThatIsAnArray", R"({"t":[]})", 0, "'t'"},
    {"TensorThatIsNull", R"({"t":null})", 0, "'t': expected an object, found null"},
    {"NoDtype", tensor(R"("shape":[1],"data_offsets":[0,1])"), 1, "'t': dtype is missing"},
    {"NoShape", tensor(R"("dtype":"U8","data_offsets":[0,1])"), 1, "'t': shape is missing"},
    {"NoOffsets", tensor(R"("dtype":"U8","shape":[1])"), 1, "'t': data_offsets is missing"},
    {"DtypeThatIsANumber", tensor(R"("dtype":8,"shape":[1],"data_offsets":[0,1])"), 1,
     "'t': 'dtype': unexpected a number"},
    {"ShapeThatIsANumber", tensor(R"("dtype":"U8","shape":1,"data_offsets":[0,1])"), 1,
     "'t': 'shape': unexpected a number"},
    {"ShapeOfStrings", tensor(R"("dtype":"U8","shape":["1"],"data_offsets":[0,1])"), 1,
     "'t': 'shape': unexpected a string"},
    {"ShapeOfFractions", tensor(R"("dtype":"U8","shape":[1.0],"data_offsets":[0,1])"), 1,
     "'t': shape: '1.0'"},
    {"ShapeOfBooleans", tensor(R"("dtype":"U8","shape":[true],"data_offsets":[0,1])"), 1,
     "'t': 'shape': unexpected a boolean"},
    {"OffsetsOfThree", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1,1])"), 1,
     "'t': data_offsets is not [begin, end]"},
    {"OffsetsOfOne", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0])"), 1,
     "'t': data_offsets is not [begin, end]"},
    {"NegativeOffset", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[-1,0])"), 1,
     "'t': data_offsets: -1 is negative"},
    {"UnknownField", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1)"), 1,
     "'t': unknown field 'x'"},
    {"FieldTwice", tensor(R"("dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1])"), 1,
     "'t': dtype twice"},
    {"TensorTwice",
     R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
     0, "'t' twice"},
    {"UnknownDtype", tensor(R"("dtype":"F3","shape":[1],"data_offsets":[0,1])"), 1,
     "'t': unknown dtype 'F3'"},
    {"NegativeDimension", tensor(R"("dtype":"U8","shape":[-1],"data_offsets":[0,1])"), 1,
     "'t': shape: -1 is negative"},
    {"DimensionOver63Bits",
     tensor(R"("dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1])"), 1,
     "'t': shape: 9223372036854775808 is too large"},
    {"DimensionOver64Bits",
     tensor(R"("dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1])"), 1,
     "'t': shape: '18446744073709551616'"},
    {"ShapeWhoseProductWraps",
     tensor(R"("dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0])"), 0,
     "'t': shape: too large"},
    {"ShapeWhoseBytesWrap",
     tensor(R"("dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0])"), 0,
     "'t': shape: too large"},
    {"EmptyShapeWhoseProductWraps",
     tensor(R"("dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0])"), 0,
     "'t': shape: too large"},
    {"HalfAByte", tensor(R"("dtype":"F4","shape":[3],"data_offsets":[0,1])"), 1,
     "'t': shape: too large, or not whole bytes"},
    {"TooFewBytesForTheShape", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,7])"), 7,
     "'t': has 7 bytes, F32 [2] needs 8"},
    {"TooManyBytesForTheShape", tensor(R"("dtype":"F32","shape":[],"data_offsets":[0,5])"), 5,
     "'t': has 5 bytes, F32 [] needs 4"},
    {"BeginBehindEnd", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[1,0])"), 1,
     "'t': data_offsets: begin is behind end"},
    {"EndPastTheData", tensor(R"("dtype":"U8","shape":[2],"data_offsets":[0,2])"), 1,
     "'t': data_offsets: end 2 is past the data of 1 bytes"},
    {"HugeEnd", tensor(R"("dtype":"U8","shape":[2],"data_offsets":[0,18446744073709551615])"), 1,
     "'t': data_offsets: end"},
    {"HoleBefore", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[1,2])"), 2,
     "'t': data_offsets: leaves a hole"},
    {"HoleBehind", tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1])"), 2,
     "1 bytes of data belong to no tensor"},
    {"Overlap",
     R"({"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"u":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
     3, "'u': data_offsets: overlaps"},
    {"EmptyTensorInsideAnother",
     R"({"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"z":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}})",
     2, "'z': data_offsets: overlaps"},
    {"MetadataThatIsAString", R"({"__metadata__":"x"})", 0, "__metadata__"},
    {"MetadataWithANumber", R"({"__metadata__":{"k":1}})", 0,
     "__metadata__: 'k': unexpected a number"},
    {"MetadataKeyTwice", R"({"__metadata__":{"k":"1","k":"2"}})", 0, "__metadata__: key 'k' twice"},
    {"MetadataNested", R"({"__metadata__":{"k":{}}})", 0,
     "__metadata__: 'k': unexpected an object"},
    {"DeepNesting", tensor(R"("shape":)" + std::string(1'000'000, '[')), 0,
     "'t': 'shape': unexpected an array"},
    {"DeepObjects", R"({"t":)" + repeat(R"({"dtype":)", 100'000), 0,
     "'t': 'dtype': unexpected an object"},
    {"NameWithANewline", "{\"a\\nb\":1}", 0, "'a?b'"},
    {"LongName", "{\"" + std::string(10'000, 'n') + "\":1}", 0, "nnn...'"},
};

INSTANTIATE_TEST_SUITE_P(, SafetensorsRejects, ::testing::ValuesIn(kRejections),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Safetensors, RejectsEveryTruncation) {
  const Bytes whole = file_of(R"({"t":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", 3);
  ASSERT_EQ(parse_safetensors(whole, "f").tensors.size(), 1u);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = std::span(whole).first(size);
    expect_line(usage_error([&] { parse_safetensors(cut, "f"); }), "f", "");
  }
}

TEST(Safetensors, RejectsAHeaderLengthPastTheEndOrBeyondBelief) {
  Bytes bytes = file_of("{}", 0);
  bytes[0] = 3;
  expect_line(usage_error([&] { parse_safetensors(bytes, "f"); }), "f",
              "the header of 3 bytes ends past the file");
  for (const std::uint64_t length : {kMaxSafetensorsHeader + 1, ~std::uint64_t{0}}) {
    std::memcpy(bytes.data(), &length, sizeof length);
    expect_line(usage_error([&] { parse_safetensors(bytes, "f"); }), "f", "is not credible");
  }
}

}  // namespace
}  // namespace fp8oracle::files
