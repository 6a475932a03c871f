// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "fp8oracle/arena.h"
#include "support.h"

namespace fp8oracle {
namespace {

std::string said(const std::string& text) {
  const std::string message = usage_error([&] { case_from_json(text, "c.json"); });
  expect_one_line(message, "c.json");
  return message;
}

/// One of every kind of step, on a tensor of both kinds.
Case rich_case() {
  Case c = small_case("e4m3.mx32.both.padded.te");
  c.tensors.push_back({"u", scheme_named("e4m3.mx32.both.swizzled.te"), 2, 40, 0});
  c.tensors.push_back({"p", scheme_named("e5m2.tensor.row.compact.te"), 2, 40, 0});
  c.cells = {{"scale", {0x3F800000u}}, {"amax", {0u}}};
  c.outputs.push_back({"y", FP8ORACLE_BF16, 2, 40});
  Step cast(FP8ORACLE_OP_QUANTIZE);
  cast.give("input", "x").give("rowwise", "p").give("rowwise.scale_inv", "");
  cast.give("scale", "scale").give("amax", "amax");
  cast.tamper = Tamper{"rowwise.codes.bytes", -5, "rowwise.codes"};
  const auto permute = [](fp8oracle_operation operation, const char* from, const char* to) {
    return Step(operation)
        .give("input", from)
        .give("output", to)
        .set("directions", FP8ORACLE_ROWWISE);
  };
  const auto write = [](const char* buffer, std::int64_t at, std::vector<std::uint8_t> bytes) {
    Step s = Step(Control::kWrite).give("buffer", buffer);
    s.at = at;
    s.bytes = std::move(bytes);
    return s;
  };
  for (const Step& step :
       {cast, Step(Control::kSet).give("cell", "scale").set("bits", 0x7F800000u),
        Step(FP8ORACLE_OP_AMAX).give("input", "x").give("amax", "amax"),
        Step(FP8ORACLE_OP_SCALE_FROM_AMAX)
            .give("amax", "amax")
            .give("scale", "scale")
            .set("eps", 1)
            .set("pow2", 1)
            .set("input_type", FP8ORACLE_F16),
        permute(FP8ORACLE_OP_SWIZZLE, "t", "u"), permute(FP8ORACLE_OP_UNSWIZZLE, "u", "t"),
        Step(FP8ORACLE_OP_DEQUANTIZE)
            .give("pair", "t")
            .give("output", "y")
            .set("directions", FP8ORACLE_COLUMNWISE),
        write("t.rowwise.codes", 79, {0x7F}), write("t.rowwise.scale_inv", 0, {0xFF, 0x00}),
        Step(FP8ORACLE_OP_QUANTIZE_MANY)
            .give("scheme", "p")
            .give("items[0].input", "x")
            .give("items[0].rowwise", "p")}) {
    c.steps.push_back(step);
  }
  return c;
}

TEST(CaseJson, EveryKindOfStepComesBack) {
  const Case c = rich_case();
  check_case(c);
  const std::string text = case_to_json(c);
  const Case again = case_from_json(text, "written");
  EXPECT_EQ(case_to_json(again), text);
  EXPECT_EQ(again.seed, 0xFFFFFFFFFFFFFFFFu);  // all 64 bits
  EXPECT_EQ(again.inputs[0].bits, c.inputs[0].bits);
  EXPECT_EQ(again.inputs[0].row_stride, 41);
  EXPECT_EQ(again.inputs[0].offset, 3);
  ASSERT_EQ(again.steps.size(), c.steps.size());
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    EXPECT_EQ(again.steps[i].name(), c.steps[i].name());
    EXPECT_EQ(again.steps[i].operands, c.steps[i].operands);
    EXPECT_EQ(again.steps[i].options, c.steps[i].options);
  }
  EXPECT_EQ(again.steps[1].tamper->value, -5);
  EXPECT_EQ(again.steps[8].at, 79);
  EXPECT_EQ(again.steps[9].bytes, c.steps[9].bytes);
}

TEST(CaseJson, TheBinaryFormSaysTheSame) {
  const Case c = rich_case();
  const auto binary = case_to_binary(c);
  EXPECT_EQ(case_to_json(case_from_binary(binary.data(), binary.size())), case_to_json(c));
  EXPECT_NE(usage_error([&] { case_from_binary(binary.data(), binary.size() - 1); }), "");
}

TEST(CaseJson, TheProfileStandsInItWithEveryKnob) {
  const std::string text = case_to_json(small_case("e4m3.tensor.row.compact.te"));
  for (const Knob& knob : knobs()) {
    // Without element.max it is the format's own.
    const bool stands = text.find('"' + std::string(knob.name) + '"') != std::string::npos;
    EXPECT_EQ(stands, !knob.is_number()) << knob.name;
  }
  const std::string other =
      replaced(text, "\"element.overflow\": \"saturate\"", "\"element.overflow\": \"nan\"");
  EXPECT_EQ(case_from_json(other, "c").tensors[0].scheme.profile.knobs.element_overflow,
            FP8ORACLE_OVERFLOW_NAN);
}

TEST(CaseJson, FloatsAreHexBits) {
  const std::string text = case_to_json(rich_case());
  EXPECT_NE(text.find("\"0x7f800000\""), std::string::npos);
  EXPECT_NE(text.find("\"3f800000 3f800001 "), std::string::npos);
  EXPECT_EQ(text.find("1.0"), std::string::npos);
}

TEST(CaseJson, HostileTextBecomesOneShortLine) {
  const std::string good = case_to_json(rich_case());
  const auto with = [&](std::string_view from, std::string_view to) {
    return said(replaced(good, from, to));
  };
  said("");
  said(std::string(1000000, '['));
  EXPECT_EQ(said(std::string(18, '[') + std::string(18, ']')), "c.json: nested too deeply");
  EXPECT_EQ(said("[]"), "c.json: schema: expected \"fp8oracle.case/2\"");
  EXPECT_EQ(with("\"number\"", "\"seed\""), "c.json: key 'seed' twice");
  const std::string seed = "c.json: seed: expected an integer from 0 to 2^64 - 1";
  EXPECT_EQ(with("18446744073709551615", "18446744073709551616"), seed);
  EXPECT_EQ(with("18446744073709551615", "-1"), seed);
  EXPECT_EQ(with("18446744073709551615", "1.5"), seed);
  EXPECT_EQ(with("18446744073709551615", "true"), seed);
  EXPECT_EQ(with("\"rows\": 2", "\"rows\": 2.0"), "c.json: rows: expected an integer below 2^63");
  EXPECT_EQ(with("\"rows\": 2", "\"rows\": 9223372036854775808"),
            "c.json: rows: expected an integer below 2^63");
  EXPECT_EQ(with("\"rows\": 2", "\"rows\": -2"), "c.json: case: 'x': a dimension is negative");
  EXPECT_EQ(with("\"rows\": 2", "\"rows\": 9223372036854775807"), "c.json: case: 'x': too large");
  EXPECT_EQ(with("\"rows\": 2", "\"rows\": 3"),
            "c.json: case: 'x': rows x cols elements are not there");
  EXPECT_EQ(with("\"row_stride\": 41", "\"row_stride\": 39"),
            "c.json: case: 'x': row_stride is less than cols, or too large");
  EXPECT_EQ(with("\"offset\": 3", "\"offset\": 1024"),
            "c.json: case: 'x': offset outside 0 to 1023");
  EXPECT_EQ(with("3f800000 3f800001", "3f800000,3f800001"),
            "c.json: expected a space between words");
  EXPECT_EQ(with("3f800000 3f800001", "3f80000g 3f800001"),
            "c.json: '3f80000g' is not 8 hex digits");
  EXPECT_EQ(with("\"0x7f800000\"", "\"0x7f80000\""), "c.json: '0x7f80000' is not 8 hex digits");
  EXPECT_EQ(with("\"op\": \"amax\"", "\"op\": \"max\""), "c.json: unknown step 'max'");
  EXPECT_EQ(with("\"type\": \"F32\"", "\"type\": \"F64\""),
            "c.json: type 'F64' is not F32, BF16 or F16");
  EXPECT_EQ(with("\"directions\": \"row\"", "\"directions\": \"all\""),
            "c.json: directions 'all' is not row, col or both");
  EXPECT_EQ(with("e5m2.tensor.row.compact.te\"", "e5m2.tensor.row.compact.other\""),
            "c.json: scheme 'e5m2.tensor.row.compact.other': its profile is not in the file");
  EXPECT_EQ(with("\"output\": \"y\"", "\"output\": \"z\""), "c.json: case: no output named 'z'");
  EXPECT_EQ(with("\"amax\": \"amax\"", "\"amax\": \"nobody\""),
            "c.json: case: no buffer named 'nobody'");
  EXPECT_EQ(with("\"pow2\": 1", "\"pow2\": 2"), "c.json: option 'pow2': expected 0 or 1");
  EXPECT_EQ(with("\"pow2\": 1", "\"pow3\": 1"), "c.json: option 'pow3' is unknown");
  EXPECT_EQ(with("\"at\": 79", "\"at\": 80"), "c.json: case: write: bytes outside the buffer");
  EXPECT_EQ(with("\"at\": 79", "\"at\": -1"), "c.json: case: write: bytes outside the buffer");
  EXPECT_EQ(with("\"name\": \"u\"", "\"name\": \"t\""),
            "c.json: case: two declarations have one name");
  EXPECT_EQ(with("\"name\": \"u\"", "\"name\": \"\""), "c.json: case: a declaration has no name");
}

TEST(CaseJson, ALongOrUnprintableNameIsCutInTheMessage) {
  const std::string good = case_to_json(small_case("e4m3.tensor.row.compact.te"));
  const std::string hostile = std::string(3000, 'n') + "\\n\\u001b";
  said(replaced(good, "\"input\": \"x\"", "\"input\": \"" + hostile + "\""));
  said(replaced(good, "\"scheme\": \"e4m3.tensor.row.compact.te\",\n   \"rows\"",
                "\"scheme\": \"" + hostile + ".te\",\n   \"rows\""));
  said(replaced(replaced(good, "\"name\": \"x\"", "\"name\": \"" + hostile + "\""), "\"rows\": 2",
                "\"rows\": -1"));
}

TEST(CaseJson, ANoteOfAnyBytesIsStillWritten) {
  Case c = small_case("e4m3.tensor.row.compact.te");
  c.note = "\xff";
  EXPECT_EQ(case_from_json(case_to_json(c), "written").note, "\xef\xbf\xbd");
}

TEST(Case, StepsThatDoNotFitAreRefused) {
  const auto refused = [](auto&& change) {
    Case c = rich_case();
    change(c);
    return usage_error([&] { check_case(c); });
  };
  EXPECT_EQ(refused([](Case& c) { c.tensors[0].rows = 3; }),
            "case: quantize: rowwise differs in shape");
  EXPECT_EQ(refused([](Case& c) { c.steps[1].give("columnwise", "p"); }),
            "case: quantize: the tensor lacks the direction");
  EXPECT_EQ(refused([](Case& c) { c.steps[1].give("columnwise", "t"); }),
            "case: quantize: the tensors differ in scheme");
  EXPECT_EQ(refused([](Case& c) { c.steps[0].operands.erase("input"); }),
            "case: quantize: input is not given");
  EXPECT_EQ(refused([](Case& c) { c.steps[0].give("output", "y"); }),
            "case: quantize: has no operand 'output'");
  EXPECT_EQ(refused([](Case& c) { c.steps[0].set("eps", 0); }),
            "case: quantize: has no option 'eps'");
  EXPECT_EQ(refused([](Case& c) { c.steps[0].give("scale", "x"); }),
            "case: quantize: scale: 'x' is not one FP32 cell");
  EXPECT_EQ(refused([](Case& c) { c.steps[5].operation = FP8ORACLE_OP_UNSWIZZLE; }),
            "case: unswizzle: one side must be swizzled, the other not");
  EXPECT_EQ(refused([](Case& c) { c.steps[5].set("directions", 3); }),
            "case: swizzle: input: names no one direction");
  EXPECT_EQ(refused([](Case& c) { c.steps[5].give("input", "p"); }),
            "case: swizzle: there is nothing to permute");
  EXPECT_EQ(refused([](Case& c) { c.outputs[0].cols = 41; }),
            "case: dequantize: output differs in shape");
  EXPECT_EQ(refused([](Case& c) { c.steps[7].set("directions", 3); }),
            "case: dequantize: pair: names no one direction");
  EXPECT_EQ(refused([](Case& c) { c.steps[8].bytes.assign(81, 0); }),
            "case: write: bytes outside the buffer");
  EXPECT_EQ(refused([](Case& c) { c.steps[3].give("amax", "amin"); }),
            "case: no buffer named 'amin'");
  EXPECT_EQ(refused([](Case& c) {
              c.steps[10].give("items[1].input", "x").give("items[1].rowwise", "p");
            }),
            "case: quantize_many: two items write rowwise of p");
  EXPECT_EQ(refused([](Case& c) { c.steps[10].give("items[70000].input", "x"); }),
            "case: quantize_many: too many items");
}

TEST(Case, AnEmptyShapeHasNoOtherDimensionOfAnySize) {
  const auto refused = [](std::int64_t rows, std::int64_t cols) {
    Case c;
    c.tensors.push_back({"t", scheme_named("e4m3.mx32.both.padded.te"), rows, cols, 0});
    for (const char* half : {"t.rowwise", "t.columnwise"})
      c.steps.push_back(Step(Control::kWrite).give("buffer", std::string(half) + ".scale_inv"));
    c.outputs.push_back({"y", FP8ORACLE_F32, rows, cols});
    return usage_error([&] {
      check_case(c);
      lay_out(c);
    });
  };
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(refused(kLargest, 0), "case: 't': too large");
  EXPECT_EQ(refused(0, kLargest), "case: 't': too large");
  EXPECT_EQ(refused((std::int64_t{1} << 40) + 1, 0), "case: 't': too large");
  EXPECT_EQ(refused(std::int64_t{1} << 40, 0), "");
  EXPECT_EQ(refused(0, std::int64_t{1} << 40), "");
}

TEST(Case, BuffersThatNoMemoryHoldsAreRefused) {
  Case c;
  for (int i = 0; i < 8; ++i)
    c.outputs.push_back({"y" + std::to_string(i), FP8ORACLE_F32, std::int64_t{1} << 40, 1});
  EXPECT_EQ(usage_error([&] { check_case(c); }),
            "case: the buffers up to 'y0' are larger than 2^40 bytes together");
}

TEST(Case, ARecipeNeedsATensorThatCarriesTheScheme) {
  Case c;
  c.inputs.push_back(small_case("e4m3.tensor.row.compact.te").inputs[0]);
  c.cells = {{"s", {0}}, {"a", {0}}};
  for (const Step& step : {Step(FP8ORACLE_OP_AMAX).give("input", "x").give("amax", "a"),
                           Step(FP8ORACLE_OP_SCALE_FROM_AMAX).give("amax", "a").give("scale", "s"),
                           Step(FP8ORACLE_OP_QUANTIZE_MANY)}) {
    c.steps = {step};
    EXPECT_EQ(usage_error([&] { check_case(c); }), "case: no tensor that carries the scheme");
  }
}

}  // namespace
}  // namespace fp8oracle
