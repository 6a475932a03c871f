// SPDX-License-Identifier: Apache-2.0
#include "contract/contract.h"

#include <array>
#include <string>

#include "fp8oracle/error.h"

namespace fp8oracle {
namespace {

constexpr std::string_view kOwnership = "Ownership and time";
constexpr std::string_view kPerTensor = "Per-tensor arithmetic";
constexpr std::string_view kBlock = "Block-scaled formats";
constexpr std::string_view kControl = "Control";
constexpr std::string_view kRepeat = "Persistence, ranks, repeatability";
constexpr std::string_view kBoundary = "The boundary";

constexpr std::array kClauses{
    Clause{"K2", "A cast writes everything it owns, and nothing else.",
           "Every owned byte of codes, scale_inv and amax is written whatever was there before; no "
           "byte "
           "of the input, of another buffer, or around a buffer changes.",
           kOwnership},
    Clause{"K3", "scale is read once, when the kernel runs.",
           "The same value makes the codes and scale_inv, in the order of the stream: a scale that "
           "is written before the cast counts, one that is written after it does not, and nobody "
           "waits in between.",
           kOwnership},
    Clause{
        "K4", "Changing scale never changes an existing tensor.",
        "After scale is set to anything (0, Inf, NaN, twice itself) and used for other casts, the "
        "bytes and the dequantized values of an earlier tensor are what they were.",
        kOwnership},
    Clause{"K5", "Changing scale_inv is changing the data.",
           "Dequantize after scale_inv is replaced gives the values of the new scale_inv; nothing "
           "(a cache, a copy) hides the change.",
           kOwnership},
    Clause{"K6", "Dequantize is a function of (codes, scale_inv) only.",
           "y = RN(decode(q) * r) in FP32, then one rounding to the output type. The recipe's "
           "scale and "
           "amax may be destroyed before.",
           kOwnership},
    Clause{"K7", "Raw bytes come with their scale_inv.",
           "Dequantize with codes and an absent scale_inv is an error that names scale_inv; it is "
           "never "
           "inferred from a scale or taken as 1.",
           kOwnership},
    Clause{
        "K9", "scale_inv = RN(1 / scale), correctly rounded, subnormals kept.",
        "+-0 gives +-Inf, +-Inf gives +-0, NaN gives NaN; a scale above 2^126 gives a subnormal. A "
        "profile may flush subnormals.",
        kPerTensor},
    Clause{
        "K10", "code = cast(RN(x * scale)): one FP32 product, one rounding to the format.",
        "An absent scale means exactly 1. Scaling in double, through FP16 or through BF16 is "
        "another "
        "function. For block formats the factor is the exact reciprocal of the stored scale_inv.",
        kPerTensor},
    Clause{"K11", "Overflow, Inf, NaN, -0 and subnormals follow the profile.",
           "In every lane and every position: saturation or not, the NaN code, the sign of zero, "
           "subnormal codes and subnormal inputs.",
           kPerTensor},
    Clause{"K12", "amax = max|x| of the value that is quantized, before scaling.",
           "x widened to FP32. Quantize accumulates into the previous amax, the amax operation "
           "overwrites it; the order of the elements does not matter; NaN by profile.",
           kPerTensor},
    Clause{"K13", "amax and scale_inv are independently optional outputs of a per-tensor cast.",
           "Asking for one never changes the other or the codes.", kPerTensor},
    Clause{"K14", "scale from amax is a total function.",
           "RN(max / max(amax, eps)); amax 0, Inf or NaN, and overflow, by profile; eps is a floor "
           "and "
           "not an addend; power of two truncates the mantissa; the zero test is not flushed.",
           kPerTensor},
    Clause{"K15", "E8M0 is a table of 256 rows.",
           "Code c is 2^(c-127) for 0 to 254 and NaN for 255; the reciprocal of 254 is 2^-127, "
           "that of "
           "0 is 2^127.",
           kBlock},
    Clause{"K16", "The MX scale is the profile's function of the block's amax.",
           "Up: the smallest power of two >= RN(amax * RN(1/max)), within [2^-127, 2^127]; floor, "
           "ceil "
           "and even by their own rules; NaN, Inf and zero blocks by profile.",
           kBlock},
    Clause{"K17", "Data is multiplied by the exact reciprocal of the stored scale.",
           "The codes can be recovered from the input and the stored scale_inv alone.", kBlock},
    Clause{"K18", "scale_inv has a declared shape and layout.",
           "The data's shape is never derived from it; padding is zero or unspecified as declared, "
           "and "
           "no reader depends on it.",
           kBlock},
    Clause{
        "K19", "Layout is part of the tensor.",
        "Swizzle is a bijection between the logical position of a scale and its byte; unswizzle is "
        "its inverse; padding after a swizzle is zero.",
        kBlock},
    Clause{
        "K20", "Rowwise and columnwise are two quantizations.",
        "MX: each direction has its own codes and scale_inv, neither is the other's transpose. Per "
        "tensor: one scale_inv, codes transposed.",
        kBlock},
    Clause{"K21", "Asking for both directions equals asking twice.",
           "A cast of both gives byte for byte what two casts of one direction give.", kBlock},
    Clause{
        "K23", "noop is all or nothing, read when the kernel runs.",
        "Exactly 1.0f leaves every output as it was; anything else, NaN included, is the same as "
        "absent. Dequantize, swizzle and scale_inverse take no noop.",
        kControl},
    Clause{
        "K24", "Empty is legal.",
        "Zero rows or columns: no crash; a per-tensor scale_inv is still written, an accumulating "
        "amax is unchanged, an overwritten one is 0.",
        kControl},
    Clause{
        "K25", "Who cannot write scale_inv is followed by scale_inverse.",
        "On the same stream, with the same scale, in exactly one launch more; an absent scale_inv "
        "is an error.",
        kControl},
    Clause{
        "K26", "A call for n tensors equals n single casts.",
        "Every tensor's codes, scale_inv and amax, empty tensors included, and no launch for any "
        "of the latter two.",
        kControl},
    Clause{
        "K27", "A replay reads scale, noop and amax anew.",
        "A recorded call runs nothing; its replay gives what the call would give at that moment.",
        kControl},
    Clause{"K30", "Same inputs, same bits.",
           "Across runs, alignments, strides, lanes, vector widths and index ranges.", kRepeat},
    Clause{"K31", "A bad call changes nothing.",
           "A buffer of the wrong size, a missing buffer, a stride past the buffer, an overflowing "
           "shape, an unknown scheme: an error that names the argument, before any byte changes.",
           kBoundary},
    Clause{
        "K32", "An operation costs what it says.",
        "Each declares its device launches, and a recording of it has as many nodes; the cast of "
        "one tensor with a given scale is one launch.",
        kBoundary},
};

}  // namespace

std::span<const Clause> contract() { return kClauses; }

const Clause& find_clause(std::string_view id) {
  std::string known;
  for (const Clause& clause : kClauses) {
    if (clause.id == id) return clause;
    known += (known.empty() ? "" : ", ") + std::string(clause.id);
  }
  throw UsageError("unknown clause '" + std::string(id) + "' (" + known + ")");
}

}  // namespace fp8oracle
