// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string_view>

#include "codes.h"
#include "table.h"

// K31: bad calls; and the mutants that die of good ones.
namespace fp8oracle::mutants {
namespace {

bool about(const Checked& error, std::string_view argument) {
  return error && error->argument == argument;
}
bool ends_with(const Checked& error, std::string_view end) {
  return error && error->argument.size() >= end.size() &&
         std::string_view(error->argument).substr(error->argument.size() - end.size()) == end;
}
/// "has 12 bytes, the shape needs 16".
bool is_of_size(const Checked& error) { return error && error->reason.starts_with("has "); }
/// What fails in casts alone: where the call is one, its arguments.
fp8oracle_quantize_args* cast_where(Call& call, bool failed) {
  return failed ? call.quantize() : nullptr;
}

// ---- Launch first, check later
// ---------------------------------------------------------------------

void launches_first(Decisions& d) {
  d.boundary.launches_first = [](const fp8oracle_quantize_args& args) {
    for (const fp8oracle_pair* pair : {&args.rowwise, &args.columnwise}) {
      if (pair->codes.data != nullptr && pair->codes.bytes != 0) store(pair->codes, 0, 0);
    }
  };
}
void clears_amax_first(Decisions& d) {
  d.boundary.launches_first = [](const fp8oracle_quantize_args& args) {
    if (args.amax.data != nullptr) write_float(args.amax.data, 0.0f);
  };
}

// ---- How it refuses
// --------------------------------------------------------------------------------

void names_nothing(Decisions& d) {
  d.boundary.refuse = [](const ArgumentError&, fp8oracle_message message) {
    return report(FP8ORACLE_INVALID_ARGUMENT, "invalid argument", message);
  };
}
void refuses_with_ok(Decisions& d) {
  d.boundary.refuse = [](const ArgumentError&, fp8oracle_message) { return FP8ORACLE_OK; };
}
void refuses_as_internal(Decisions& d) {
  d.boundary.refuse = [](const ArgumentError& error, fp8oracle_message message) {
    return report(FP8ORACLE_INTERNAL_ERROR, error.argument + ": " + error.reason, message);
  };
}

// ---- What it lets pass: quantize
// -------------------------------------------------------------------

void larger_codes_pass(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const Checked error = check_arguments(call);
    auto* args = cast_where(call, ends_with(error, ".codes"));
    if (args == nullptr) return error;
    const auto needed =
        static_cast<std::uint64_t>(args->input.rows) * static_cast<std::uint64_t>(args->input.cols);
    for (fp8oracle_pair* pair : {&args->rowwise, &args->columnwise}) {
      if (pair->codes.data != nullptr && pair->codes.bytes > needed) pair->codes.bytes = needed;
    }
    return check_arguments(call);
  };
}
void shorter_codes_pass(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = ends_with(error, ".codes") && is_of_size(error);
    return cast_where(call, size) != nullptr ? std::nullopt : error;
  };
}
void scale_inv_size_passes(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = ends_with(error, ".scale_inv") && is_of_size(error);
    const bool passes = cast_where(call, size) != nullptr && !call.scheme().grid.scale_is_given();
    return passes ? std::nullopt : error;
  };
}
void negative_rows_are_none(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    auto* args = cast_where(call, about(error, "input.rows"));
    if (args == nullptr || args->input.rows >= 0) return error;
    args->input.rows = 0;
    return std::nullopt;
  };
}
void overflowing_rows_are_none(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    auto* args = cast_where(call, about(error, "input.rows"));
    if (args == nullptr || args->input.rows <= 0) return error;
    args->input.rows = 0;  // rows * cols wrapped round
    return std::nullopt;
  };
}
void overlapping_rows_pass(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const auto* args = cast_where(call, about(error, "input.row_stride"));
    const bool passes = args != nullptr && args->input.row_stride == args->input.cols - 1;
    return passes ? std::nullopt : error;
  };
}
void short_input_passes(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = about(error, "input.data") && is_of_size(error);
    return cast_where(call, size) != nullptr ? std::nullopt : error;
  };
}
void unknown_type_is_f16(Decisions& d) {
  d.boundary.check = [](Call& call) {
    auto* args = call.quantize();
    if (args != nullptr && args->input.type > FP8ORACLE_F16) args->input.type = FP8ORACLE_F16;
    return check_arguments(call);
  };
}
void struct_size_ignored(Decisions& d) {
  d.boundary.check = [](Call& call) {
    auto* args = call.quantize();
    if (args != nullptr) args->struct_size = sizeof *args;
    return check_arguments(call);
  };
}
void unknown_knob_passes(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const Checked error = check_arguments(call);
    if (cast_where(call, about(error, "scheme.knobs.element.overflow")) == nullptr) return error;
    ResolvedScheme scheme = call.scheme();
    scheme.knobs.element_overflow = FP8ORACLE_OVERFLOW_SATURATE;
    call.replace_scheme(scheme);
    return check_arguments(call);
  };
}
void two_scale_inv_pass(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const Checked error = check_arguments(call);
    auto* args = cast_where(call, about(error, "columnwise.scale_inv"));
    if (args == nullptr) return error;
    const ResolvedScheme scheme = call.scheme();
    if (scheme.grid.scale_is_given() && scheme.directions == 3)
      args->columnwise.scale_inv = {nullptr, 0};
    return check_arguments(call);
  };
}
void partial_blocks_pass(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const Checked error = check_arguments(call);
    const bool shape = about(error, "input.rows") || about(error, "input.cols");
    if (cast_where(call, shape) == nullptr) return error;
    ResolvedScheme scheme = call.scheme();
    scheme.knobs.shapes = FP8ORACLE_SHAPES_ANY;
    call.replace_scheme(scheme);
    return check_arguments(call);
  };
}
void block_scale_ignored(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const Checked error = check_arguments(call);
    auto* args = cast_where(call, about(error, "scale") || about(error, "amax"));
    if (args == nullptr || call.scheme().grid.scale_is_given()) return error;
    args->scale = args->amax = {nullptr, 0};
    return check_arguments(call);
  };
}

// ---- What it lets pass: the other operations
// -------------------------------------------------------

void amax_size_passes(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = about(error, "amax") && is_of_size(error);
    return size && call.amax() != nullptr ? std::nullopt : error;
  };
}
void negative_eps_passes(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const auto* args = about(error, "eps") ? call.scale_from_amax() : nullptr;
    return args != nullptr && args->eps < 0.0f ? std::nullopt : error;
  };
}
void nan_eps_passes(Decisions& d) {
  // if (eps < 0) error: NaN is not less than 0.
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const auto* args = about(error, "eps") ? call.scale_from_amax() : nullptr;
    return args != nullptr && !(args->eps < 0.0f) ? std::nullopt : error;
  };
}
void pow2_is_a_truth_value(Decisions& d) {
  d.boundary.check = [](Call& call) {
    auto* args = call.scale_from_amax();
    if (args != nullptr && args->pow2 > 1) args->pow2 = 1;
    return check_arguments(call);
  };
}
void dequantize_short_codes_pass(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = about(error, "pair.codes") && is_of_size(error);
    return size && call.dequantize() != nullptr ? std::nullopt : error;
  };
}
void dequantize_ignores_stride(Decisions& d) {
  d.boundary.check = [](Call& call) {
    auto* args = call.dequantize();
    if (args != nullptr) args->output.row_stride = args->output.cols;
    return check_arguments(call);
  };
}
void dequantize_takes_first_direction(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const Checked error = check_arguments(call);
    if (!about(error, "scheme.directions") || call.dequantize() == nullptr) return error;
    ResolvedScheme scheme = call.scheme();
    if (scheme.directions != 3) return error;
    scheme.directions = FP8ORACLE_ROWWISE;
    call.replace_scheme(scheme);
    return check_arguments(call);
  };
}
void swizzle_size_passes(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = about(error, "input") && is_of_size(error);
    return size && call.swizzle() != nullptr ? std::nullopt : error;
  };
}
void swizzle_larger_output_passes(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const bool size = about(error, "output") && is_of_size(error);
    return size && call.swizzle() != nullptr ? std::nullopt : error;
  };
}

// ---- Deaths: in a child
// ----------------------------------------------------------------------------

void checks_nothing(Decisions& d) {
  d.boundary.check = [](Call& call) {
    const bool cast_or_read = call.quantize() != nullptr || call.dequantize() != nullptr;
    return cast_or_read ? std::nullopt : check_arguments(call);
  };
}
void aborts_on_nan(Decisions& d) {
  d.element.nan = [](bool, const Site&) -> std::uint8_t { std::abort(); };
}
void hangs_on_empty(Decisions& d) {
  d.writes.before = [](const Args& args) {
    volatile std::int64_t left = args.input.rows * args.input.cols;
    while (left == 0) continue;  // do { ... } while (--left != 0) over nothing
  };
}

std::vector<Mutant> wrong_refusals() {
  return {
      mutant<launches_first>(
          {"launches-first", "K31", "contract K31", "the first code is written before the checks"}),
      mutant<clears_amax_first>(
          {"clears-amax-first", "K31", "contract K31", "amax is set to 0 before the checks"}),
      mutant<names_nothing>(
          {"error-names-nothing", "K31", "contract K31", "the message does not name the argument"}),
      mutant<refuses_with_ok>(
          {"error-is-ok", "K31", "contract K31", "a bad call returns OK and does nothing"}),
      mutant<refuses_as_internal>(
          {"error-is-internal", "K31", "contract K31", "a bad call is called an internal error"}),
  };
}

std::vector<Mutant> missing_checks_of_quantize() {
  return {
      mutant<larger_codes_pass>(
          {"larger-codes-pass", "K31", "contract K31", "codes that are too large are accepted"}),
      mutant<shorter_codes_pass>(
          {"shorter-codes-pass", "K31", "contract K31", "the shape is clamped to the codes"}),
      mutant<scale_inv_size_passes>({"scale-inv-size-passes", "K31", "TE #3070",
                                     "block scales of the wrong size are accepted"}),
      mutant<negative_rows_are_none>(
          {"negative-rows-are-none", "K31", "contract K31", "rows below 0 count as 0"}),
      mutant<overflowing_rows_are_none>({"overflowing-rows-are-none", "K31", "contract K31",
                                         "rows * cols wraps round and counts as 0"}),
      mutant<overlapping_rows_pass>(
          {"overlapping-rows-pass", "K31", "contract K31", "row_stride < cols is accepted"}),
      mutant<short_input_passes>({"short-input-passes", "K31", "contract K31",
                                  "rows * row_stride past the buffer is accepted"}),
      mutant<unknown_type_is_f16>(
          {"unknown-type-is-f16", "K31", "contract K31", "an unknown input type is read as FP16"}),
      mutant<struct_size_ignored>(
          {"struct-size-ignored", "K31", "contract K31", "struct_size is not looked at"}),
      mutant<unknown_knob_passes>(
          {"unknown-knob-passes", "K31", "contract K31", "an unknown knob counts as the default"}),
      mutant<two_scale_inv_pass>({"two-scale-inv-pass", "K31", "contract K31",
                                  "two scale_inv buffers are accepted, one is written"}),
      mutant<partial_blocks_pass>({"partial-blocks-pass", "K31", "contract K31",
                                   "partial blocks where the profile has whole ones",
                                   "torchao-rceil"}),
      mutant<block_scale_ignored>({"block-scale-ignored", "K31", "contract K31",
                                   "scale and amax of a block cast are ignored"}),
  };
}

std::vector<Mutant> missing_checks_elsewhere() {
  return {
      mutant<amax_size_passes>(
          {"amax-size-passes", "K31", "contract K31", "amax of the wrong size is accepted"}),
      mutant<negative_eps_passes>(
          {"negative-eps-passes", "K31", "contract K31", "eps below 0 is accepted"}),
      mutant<nan_eps_passes>({"nan-eps-passes", "K31", "contract K31", "eps NaN is accepted"}),
      mutant<pow2_is_a_truth_value>(
          {"pow2-is-a-truth-value", "K31", "contract K31", "pow2 = 2 counts as 1"}),
      mutant<dequantize_short_codes_pass>({"dequantize-codes-size-passes", "K31", "contract K31",
                                           "dequantize accepts codes of the wrong size"}),
      mutant<dequantize_ignores_stride>({"dequantize-ignores-stride", "K31", "contract K31",
                                         "dequantize does not look at row_stride"}),
      mutant<dequantize_takes_first_direction>({"dequantize-takes-first-direction", "K31",
                                                "contract K31", "two directions count as rowwise",
                                                "te"}),
      mutant<swizzle_size_passes>({"swizzle-input-size-passes", "K31", "contract K31",
                                   "swizzle accepts input of the wrong size"}),
      mutant<swizzle_larger_output_passes>({"swizzle-output-size-passes", "K31", "contract K31",
                                            "swizzle accepts output of the wrong size"}),
  };
}

std::vector<Mutant> deaths() {
  constexpr bool kIsolated = true;
  return {
      mutant<checks_nothing>({"checks-nothing", "K31", "contract K31",
                              "no argument is checked: a null pointer is followed", "", "",
                              kIsolated}),
      mutant<aborts_on_nan>({"aborts-on-nan", "K11", "contract K11",
                             "an assertion that no input is NaN", "", "", kIsolated}),
      mutant<hangs_on_empty>({"hangs-on-empty", "K24", "contract K24",
                              "a loop that ends when it has counted down to 0", "", "", kIsolated}),
  };
}

}  // namespace

std::vector<Mutant> boundary_mutants() {
  return joined(
      {wrong_refusals(), missing_checks_of_quantize(), missing_checks_elsewhere(), deaths()});
}

}  // namespace fp8oracle::mutants
