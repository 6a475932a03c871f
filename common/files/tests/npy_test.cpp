// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/files/npy.h"

#include <algorithm>

#include "support.h"

namespace fp8oracle::files {
namespace {

constexpr std::uint8_t kVersion1 = 1, kVersion2 = 2, kVersion3 = 3;

Bytes file_of(std::string_view header, std::size_t data_bytes, std::uint8_t major = kVersion1) {
  Bytes bytes = bytes_of("\x93NUMPY");
  bytes.push_back(major);
  bytes.push_back(0);
  for (int i = 0; i < (major == kVersion1 ? 2 : 4); ++i) {
    bytes.push_back(static_cast<std::uint8_t>(header.size() >> (8 * i)));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (std::size_t i = 0; i < data_bytes; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

NamedTensor parse(std::string_view header, std::size_t data_bytes, std::uint8_t major = kVersion1) {
  static Bytes kept;
  kept = file_of(header, data_bytes, major);
  return parse_npy(kept, "f");
}

TEST(Npy, ReadsWhatNumPyWrites) {
  // numpy.save of numpy.arange(3, dtype='<f4').reshape(3, 1), NumPy 1.24
  const std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1), }" + std::string(58, ' ') + "\n";
  const NamedTensor tensor = parse(header, 12);
  EXPECT_EQ(tensor.dtype, "F32");
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(tensor.data.size(), 12u);
  EXPECT_EQ(tensor.data[11], 11);
}

TEST(Npy, ReadsTheThreeVersions) {
  for (const std::uint8_t major : {kVersion1, kVersion2, kVersion3}) {
    EXPECT_EQ(
        parse("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", 2, major).data.size(), 2u);
  }
}

TEST(Npy, ReadsScalarsEmptyArraysAndFortranVectors) {
  EXPECT_TRUE(parse("{'descr':'<f8','fortran_order':False,'shape':()}", 8).shape.empty());
  EXPECT_TRUE(parse("{'shape':(0,5),'descr':'<f2','fortran_order':False}", 0).data.empty());
  EXPECT_EQ(parse("{\"descr\":'<i4','fortran_order':True,'shape':(2,),}", 8).dtype, "I32");
}

TEST(Npy, KnowsEveryType) {
  const std::tuple<const char*, const char*, std::size_t> types[] = {
      {"|b1", "BOOL", 1}, {"|u1", "U8", 1},  {"|i1", "I8", 1},  {"<u2", "U16", 2},
      {"<i2", "I16", 2},  {"<f2", "F16", 2}, {"<u4", "U32", 4}, {"<i4", "I32", 4},
      {"<f4", "F32", 4},  {"<u8", "U64", 8}, {"<i8", "I64", 8}, {"<f8", "F64", 8}};
  for (const auto& [descr, dtype, size] : types) {
    const std::string header =
        std::string("{'descr':'") + descr + "','fortran_order':False,'shape':(3,)}";
    EXPECT_EQ(parse(header, 3 * size).dtype, dtype);
  }
}

struct Rejection {
  const char* name;
  std::string header;
  std::size_t data_bytes;
  const char* reason;
};
void PrintTo(const Rejection& r, std::ostream* out) { *out << r.name; }

class NpyRejects : public ::testing::TestWithParam<Rejection> {};

TEST_P(NpyRejects, WithOneLineThatSaysWhy) {
  const Rejection& r = GetParam();
  expect_line(usage_error([&] { parse(r.header, r.data_bytes); }), "f", r.reason);
}

std::string of_descr(const std::string& descr) {
  return "{'descr':'" + descr + "','fortran_order':False,'shape':(1,)}";
}
std::string of_shape(const std::string& shape) {
  return "{'descr':'|u1','fortran_order':False,'shape':" + shape + "}";
}

const Rejection kRejections[] = {
    {"EmptyHeader", "", 0, "expected '{'"},
    {"NoDictionary", "[]", 0, "expected '{'"},
    {"OpenDictionary", "{'descr':'|u1',", 0, "expected a string"},
    {"TwoDictionaries", of_shape("(1,)") + "{}", 1, "more than one dictionary"},
    {"NoDescr", "{'fortran_order':False,'shape':(1,)}", 1, "'descr' is missing"},
    {"NoOrder", "{'descr':'|u1','shape':(1,)}", 1, "'fortran_order' is missing"},
    {"NoShape", "{'descr':'|u1','fortran_order':False}", 1, "'shape' is missing"},
    {"KeyTwice", "{'descr':'|u1','descr':'|u1','fortran_order':False,'shape':(1,)}", 1,
     "'descr' twice"},
    {"UnknownKey", "{'descr':'|u1','x':1,'fortran_order':False,'shape':(1,)}", 1,
     "unknown key 'x'"},
    {"NoColon", "{'descr','|u1'}", 1, "expected ':'"},
    {"NoComma", "{'descr':'|u1' 'shape':(1,)}", 1, "expected '}'"},
    {"OpenString", "{'descr", 1, "a string does not end"},
    {"EscapeInAString", of_descr("|u1\\"), 1, "escape"},
    {"OrderThatIsANumber", "{'descr':'|u1','fortran_order':0,'shape':(1,)}", 1,
     "not True or False"},
    {"ShapeThatIsANumber", of_shape("1"), 1, "expected '('"},
    {"ShapeThatIsANumberInBrackets", of_shape("(1)"), 1, "is a number, not a tuple"},
    {"ShapeThatIsAList", of_shape("[1]"), 1, "expected '('"},
    {"OpenShape", of_shape("(1,"), 1, "no number"},
    {"ShapeOfFractions", of_shape("(1.5,)"), 1, "'shape' is a number"},
    {"ShapeOfStrings", of_shape("('1',)"), 1, "no number"},
    {"NegativeDimension", of_shape("(-1,)"), 1, "a negative number"},
    {"DimensionOver63Bits", of_shape("(9223372036854775808,)"), 1, "a number over 2^63"},
    {"ShapeWhoseProductWraps", of_shape("(4294967296, 4294967296)"), 0, "'shape' is too large"},
    {"TooManyDimensions",
     of_shape("(" +
              [] {
                std::string s;
                for (int i = 0; i < 65; ++i) s += "1,";
                return s;
              }() +
              ")"),
     1, "over 64 dimensions"},
    {"DeepTuples", of_shape(std::string(60'000, '(')), 1, "no number"},
    {"TooFewData", of_shape("(2,)"), 1, "has 1 bytes of data, |u1 [2] needs 2"},
    {"TooManyData", of_shape("(2,)"), 3, "has 3 bytes of data, |u1 [2] needs 2"},
    {"BigEndian", of_descr(">f4"), 4, "'>f4': big-endian"},
    {"Objects", of_descr("|O"), 8, "'|O': Python objects are never read"},
    {"BigEndianObjects", of_descr(">O"), 8, "Python objects are never read"},
    {"Bfloat16AsVoid", of_descr("<V2"), 2, "bf16 and fp8 have no NPY type"},
    {"Fp8AsVoid", of_descr("|V1"), 1, "bf16 and fp8 have no NPY type"},
    {"Fp8AsF1", of_descr("<f1"), 1, "bf16 and fp8 have no NPY type"},
    {"Complex", of_descr("<c8"), 8, "'<c8': not one of |b1"},
    {"NoDescrAtAll", of_descr(""), 1, "'': not one of"},
    {"Structure", "{'descr':[('a','<f4')],'fortran_order':False,'shape':(1,)}", 4,
     "is a structure"},
    {"FortranMatrix", "{'descr':'|u1','fortran_order':True,'shape':(2,2)}", 4, "Fortran order"},
};

INSTANTIATE_TEST_SUITE_P(, NpyRejects, ::testing::ValuesIn(kRejections),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Npy, RejectsAnotherMagicAndOtherVersions) {
  Bytes bytes = file_of(of_shape("(1,)"), 1);
  for (const auto& [at, value] : {std::pair{0, 0x94}, {5, 'Q'}}) {
    Bytes wrong = bytes;
    wrong[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    expect_line(usage_error([&] { parse_npy(wrong, "f"); }), "f", "the magic is missing");
  }
  for (const auto& [at, value] : {std::pair{6, 0}, {6, 4}, {7, 1}}) {
    Bytes wrong = bytes;
    wrong[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    expect_line(usage_error([&] { parse_npy(wrong, "f"); }), "f", "is not 1.0, 2.0 or 3.0");
  }
}

TEST(Npy, RejectsEveryTruncation) {
  for (const std::uint8_t major : {kVersion1, kVersion2}) {
    const Bytes whole = file_of(of_shape("(3,)"), 3, major);
    ASSERT_EQ(parse_npy(whole, "f").data.size(), 3u);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto cut = std::span(whole).first(size);
      expect_line(usage_error([&] { parse_npy(cut, "f"); }), "f", "");
    }
  }
}

TEST(Npy, WritesBytesThatNumPyWouldWrite) {
  const Bytes data = bytes_of("abcdef");
  for (const auto& [shape, text] : {std::pair{std::vector<std::int64_t>{2, 3}, "(2, 3)"},
                                    {{6}, "(6,)"},
                                    {{1, 2, 3}, "(1, 2, 3)"}}) {
    const Bytes bytes = serialize_npy({"", "U8", shape, data, nullptr});
    std::string header =
        std::string("{'descr': '|u1', 'fortran_order': False, 'shape': ") + text + ", }";
    header.resize(117, ' ');
    EXPECT_EQ(std::string(bytes.begin() + 10, bytes.begin() + 128), header + "\n");
    EXPECT_EQ(bytes.size(), 128u + 6u);
    EXPECT_EQ(parse_npy(bytes, "f").shape, shape);
    EXPECT_TRUE(std::ranges::equal(parse_npy(bytes, "f").data, data));
  }
  const NamedTensor scalar{"", "U8", {}, std::span(data).first(1), nullptr};
  EXPECT_TRUE(parse_npy(serialize_npy(scalar), "f").shape.empty());
}

using NpyFile = InTemporaryDirectory;

TEST_F(NpyFile, ComesBackAsItWasWrittenWithTheNameOfTheFile) {
  const Bytes data = bytes_of("abcdefgh");
  write_npy(path("input.npy"), {"ignored", "F32", {2}, data, nullptr});
  const NamedTensor tensor = read_npy(path("input.npy"));
  EXPECT_EQ(tensor.name, "input");
  EXPECT_EQ(tensor.dtype, "F32");
  EXPECT_TRUE(std::ranges::equal(tensor.data, data));
}

TEST_F(NpyFile, RefusesToWriteWhatNpyCannotHold) {
  const Bytes data = bytes_of("ab");
  expect_line(usage_error([&] {
                write_npy(path("f"), {"", "BF16", {1}, data, nullptr});
              }),
              path("f"), "'BF16' has no NPY type");
  expect_line(usage_error([&] {
                write_npy(path("f"), {"", "U8", {3}, data, nullptr});
              }),
              path("f"), "2 bytes are not U8 [3]");
  EXPECT_EQ(entries(), 0u);
}

}  // namespace
}  // namespace fp8oracle::files
