// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "codes.h"
#include "table.h"

// K4, K5, K6: who keeps a pointer or a copy that he should not have. What a mutant remembers is a
// thread's own, and followed only while the memory is alive.
namespace fp8oracle::mutants {
namespace {

const fp8oracle_pair& some_pair(const Args& args) {
  return has(args, FP8ORACLE_ROWWISE) ? args.rowwise : args.columnwise;
}
bool same(const fp8oracle_buffer& a, const fp8oracle_buffer& b) { return a.data == b.data; }

/// What the cast before this one left behind.
struct Memory {
  RememberedBuffer input, scale, amax, codes, scale_inv;
  Args args{};
  std::vector<std::uint8_t> copy;  ///< of scale_inv, or of an output
  bool alive() const { return codes.alive() && scale_inv.alive(); }
  bool of(const fp8oracle_pair& pair) const {
    return alive() && same(codes.buffer(), pair.codes) && same(scale_inv.buffer(), pair.scale_inv);
  }
};
thread_local Memory memory;

void remember(const Args& args) {
  const fp8oracle_pair& pair = some_pair(args);
  memory = {RememberedBuffer(args.input.data),
            RememberedBuffer(args.scale),
            RememberedBuffer(args.amax),
            RememberedBuffer(pair.codes),
            RememberedBuffer(pair.scale_inv),
            args,
            {}};
}
void remember_with_copy(const Args& args) {
  remember(args);
  const fp8oracle_buffer& r = memory.scale_inv.buffer();
  if (r.data == nullptr) return;
  const auto* bytes = static_cast<const std::uint8_t*>(r.data);
  memory.copy.assign(bytes, bytes + r.bytes);
}

// ---- The tensor before [K4]
// ------------------------------------------------------------------------

void one_scale_inv_for_all(Decisions& d) {
  d.writes.after = [](const Args& args) {
    const fp8oracle_buffer& now = some_pair(args).scale_inv;
    const fp8oracle_buffer before = memory.scale_inv.buffer();
    if (memory.alive() && now.data != nullptr && !same(before, now))
      std::memcpy(before.data, now.data, before.bytes < now.bytes ? before.bytes : now.bytes);
    remember(args);
  };
}
void refreshed_with_the_scale(Decisions& d) {
  d.writes.after = remember;
  d.boundary.uploaded = [](const void* data, std::uint64_t bytes) {
    if (!memory.alive() || !memory.scale.alive() || !memory.scale.overlaps(data, bytes)) return;
    if (per_tensor(memory.args))
      write_float(memory.scale_inv.buffer().data, 1.0f / read_float(memory.scale.buffer().data));
  };
}
void recast_with_the_scale(Decisions& d) {
  d.writes.after = remember;
  d.boundary.uploaded = [](const void* data, std::uint64_t bytes) {
    const bool all = memory.alive() && memory.scale.alive() && memory.input.alive();
    if (!all || !memory.scale.overlaps(data, bytes) || !per_tensor(memory.args)) return;
    Args again = memory.args;
    again.amax = {nullptr, 0};
    again.rowwise.scale_inv = again.columnwise.scale_inv = {nullptr, 0};
    quantize_tensor(correct(), again);
  };
}
void workspace_in_the_codes_before(Decisions& d) {
  d.writes.before = [](const Args& args) {
    const fp8oracle_buffer before = memory.codes.buffer();
    if (memory.codes.alive() && before.bytes != 0 && !same(before, some_pair(args).codes))
      std::memset(before.data, 0, before.bytes < 8 ? before.bytes : 8);
  };
  d.writes.after = remember;
}
void reads_the_newest_scale_inv(Decisions& d) {
  d.writes.after = remember;
  d.dequantize.tensor_scale_inv = [](const DequantizeArgs& args) {
    const bool newest = memory.alive() && memory.scale_inv.buffer().bytes == sizeof(float);
    return read_float(newest ? memory.scale_inv.buffer().data : args.pair.scale_inv.data);
  };
}
void scale_inv_of_the_first_cast(Decisions& d) {
  d.writes.scale_inv = [](const Args& args) {
    return !(memory.alive() && same(memory.codes.buffer(), some_pair(args).codes));
  };
  d.writes.after = remember;
}

// ---- Copies that hide a change [K5]
// ----------------------------------------------------------------

std::uint64_t bytes_of(const fp8oracle_matrix& output) {
  return static_cast<std::uint64_t>(output.rows * output.cols *
                                    size_of(static_cast<fp8oracle_type>(output.type)));
}
void cached_output(Decisions& d) {
  d.writes.after = remember;
  d.dequantize.answers = [](const DequantizeArgs& args) {
    const std::uint64_t bytes = bytes_of(args.output);
    if (!memory.of(args.pair) || bytes == 0 || memory.copy.size() != bytes) return false;
    std::memcpy(args.output.data.data, memory.copy.data(), bytes);
    return true;
  };
  d.dequantize.after = [](const DequantizeArgs& args) {
    if (!memory.of(args.pair) || is_empty(args.output)) return;
    const auto* bytes = static_cast<const std::uint8_t*>(args.output.data.data);
    memory.copy.assign(bytes, bytes + bytes_of(args.output));
  };
}
void host_mirror_of_scale_inv(Decisions& d) {
  d.writes.after = remember_with_copy;
  d.dequantize.tensor_scale_inv = [](const DequantizeArgs& args) {
    const bool mirrored = memory.of(args.pair) && memory.copy.size() == sizeof(float);
    return read_float(mirrored ? static_cast<const void*>(memory.copy.data())
                               : args.pair.scale_inv.data);
  };
}
void mirror_of_block_scale_inv(Decisions& d) {
  d.writes.after = remember_with_copy;
  d.dequantize.block_scale_inv = [](std::int64_t, std::int64_t, std::int64_t index,
                                    const ScalePlan& plan) {
    ScalePlan mirror = plan;
    if (memory.alive() && same(memory.scale_inv.buffer(), plan.buffer))
      mirror.buffer = {memory.copy.data(), memory.copy.size()};
    return fetch_scale(mirror, index);
  };
}

// ---- The recipe instead of the data [K6, K7]
// -------------------------------------------------------

void reads_one_over_scale(Decisions& d) {
  d.writes.after = remember;
  d.dequantize.tensor_scale_inv = [](const DequantizeArgs& args) {
    if (!memory.of(args.pair) || !memory.scale.alive()) return read_float(args.pair.scale_inv.data);
    return 1.0f / read_float(memory.scale.buffer().data);
  };
}
void reads_amax_over_max(Decisions& d) {
  d.writes.after = remember;
  d.dequantize.tensor_scale_inv = [](const DequantizeArgs& args) {
    if (!memory.of(args.pair) || !memory.amax.alive()) return read_float(args.pair.scale_inv.data);
    return read_float(memory.amax.buffer().data) / correct().block.max(args.scheme);
  };
}
void missing_is_one_over_scale(Decisions& d) {
  d.writes.after = remember;
  d.boundary.check = [](Call& call) {
    Checked error = check_arguments(call);
    const auto* args = call.dequantize();
    if (args == nullptr || !error || error->argument != "pair.scale_inv") return error;
    const bool known = memory.codes.alive() && same(memory.codes.buffer(), args->pair.codes);
    if (known && absent(args->pair.scale_inv)) error.reset();
    return error;
  };
  d.dequantize.tensor_scale_inv = [](const DequantizeArgs& args) {
    if (args.pair.scale_inv.data != nullptr) return read_float(args.pair.scale_inv.data);
    return memory.scale.alive() ? 1.0f / read_float(memory.scale.buffer().data) : 1.0f;
  };
}

}  // namespace

std::vector<Mutant> lifetime_mutants() {
  return {
      mutant<one_scale_inv_for_all>({"one-scale-inv-for-all", "K4", "torchao #3835 (A15)",
                                     "all tensors share one scale_inv"}),
      mutant<refreshed_with_the_scale>({"scale-inv-follows-scale", "K4", "TE #657, #659 (A01)",
                                        "the tensor keeps a pointer to the recipe's scale_inv"}),
      mutant<recast_with_the_scale>({"codes-follow-scale", "K4", "TE #1047 (A06)",
                                     "a new scale recasts the codes, scale_inv stays"}),
      mutant<workspace_in_the_codes_before>(
          {"workspace-in-earlier-codes", "K4", "DeepGEMM #451 (J12), aiter #2358 (J10)",
           "the next cast's workspace lies in the tensor before"}),
      mutant<reads_the_newest_scale_inv>({"reads-newest-scale-inv", "K4",
                                          "TE #1128 (A07), TE #1190 (A04)",
                                          "dequantize takes the scale_inv of the last cast"}),
      mutant<scale_inv_of_the_first_cast>({"scale-inv-of-first-cast", "K9", "TE #1047 (A06)",
                                           "a second cast keeps the first one's scale_inv"}),
      mutant<cached_output>(
          {"cached-output", "K5", "contract K5", "the dequantized values are kept"}),
      mutant<host_mirror_of_scale_inv>({"host-mirror-of-scale-inv", "K5", "contract K5",
                                        "scale_inv is read from a copy made at the cast"}),
      mutant<mirror_of_block_scale_inv>({"mirror-of-block-scale-inv", "K5", "contract K5",
                                         "block scales are read from a copy made at the cast"}),
      mutant<reads_one_over_scale>({"dequantize-reads-scale", "K6", "TE #814 (A03)",
                                    "dequantize multiplies by 1 / scale of the recipe"}),
      mutant<reads_amax_over_max>(
          {"dequantize-reads-amax", "K6", "TE #1190 (A04)", "dequantize multiplies by amax / max"}),
      mutant<missing_is_one_over_scale>({"missing-scale-inv-from-scale", "K7", "TE-D1, TE-D2",
                                         "an absent scale_inv is inferred as 1 / scale"}),
  };
}

}  // namespace fp8oracle::mutants
