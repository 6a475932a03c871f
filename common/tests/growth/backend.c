/* SPDX-License-Identifier: Apache-2.0
 * A backend in C99 that has one cast: FP32 per tensor to E4M3 rowwise, with the choices of `te`. It
 * follows the rules in the head of backend.h, whose size it does not know: it is compiled against
 * the header of yesterday, of today and of tomorrow. GROWTH is -1, 0 or 1. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fp8oracle/backend.h"

#if GROWTH < 0
#define NAME "growth_less"
#elif GROWTH == 0
#define NAME "growth_same"
#else
#define NAME "growth_more"
#endif

/* The knobs in the order of their numbers, and how many values each has. */
static const struct {
  const char* name;
  uint32_t values;
} known_knobs[] = {
    {"scheme.knobs.element.overflow", 3},
    {"scheme.knobs.element.inf", 2},
    {"scheme.knobs.element.nan_code", 4},
    {"scheme.knobs.element.negative_zero", 2},
    {"scheme.knobs.element.subnormals", 2},
    {"scheme.knobs.element.max", 0x7F},
    {"scheme.knobs.product", 2},
    {"scheme.knobs.amax.nan", 2},
    {"scheme.knobs.block.special", 2},
    {"scheme.knobs.e8m0.round", 4},
    {"scheme.knobs.e8m0.of_inf", 2},
    {"scheme.knobs.e8m0.of_zero", 2},
    {"scheme.knobs.scale.of_bad_amax", 3},
    {"scheme.knobs.scale.overflow", 3},
    {"scheme.knobs.scale.pow2", 2},
    {"scheme.knobs.scale_inv.subnormals", 2},
    {"scheme.knobs.padding", 2},
    {"scheme.knobs.shapes", 2},
#if GROWTH >= 0
    {"scheme.knobs.mx.columnwise_codes", 2},
#endif
#if GROWTH > 0
    {"scheme.knobs.of_tomorrow", 2},
#endif
};
static const uint32_t known_count = sizeof known_knobs / sizeof known_knobs[0];

/* ---- Statuses ----------------------------------------------------------------------------------
 */

static fp8oracle_status say(fp8oracle_status status, const char* name, const char* reason,
                            fp8oracle_message message) {
  if (message.text != NULL && message.capacity > 0)
    snprintf(message.text, (size_t)message.capacity, "%s: %s", name, reason);
  return status;
}

static fp8oracle_status wrong(const char* name, const char* reason, fp8oracle_message message) {
  return say(FP8ORACLE_INVALID_ARGUMENT, name, reason, message);
}

static fp8oracle_status denied(const char* name, const char* reason, fp8oracle_message message) {
  return say(FP8ORACLE_UNSUPPORTED, name, reason, message);
}

/* ---- Structs that grow -------------------------------------------------------------------------
 */

/* Copies what is known of a struct that starts with its size. What the caller's version has not is
 * zero; what this one has not must be. `least` bytes were there from the first day on. */
static fp8oracle_status take(void* known, size_t bytes, size_t least, const void* given,
                             const char* name, fp8oracle_message message) {
  const unsigned char* from = (const unsigned char*)given;
  uint32_t size = 0;
  size_t i;
  memcpy(&size, given, sizeof size);
  if (size < least) return wrong(name, "is too small", message);
  for (i = bytes; i < size; ++i) {
    if (from[i] != 0) return wrong(name, "has bytes that are not known and not zero", message);
  }
  memset(known, 0, bytes);
  memcpy(known, given, size < bytes ? size : bytes);
  return FP8ORACLE_OK;
}

#define LEAST(type, last) (offsetof(type, last) + sizeof(((type*)0)->last))

static fp8oracle_status check_format(const fp8oracle_format* given, fp8oracle_message message) {
  fp8oracle_format f;
  fp8oracle_status status;
  if (given == NULL) return wrong("scheme.format", "is missing", message);
  status = take(&f, sizeof f, LEAST(fp8oracle_format, nan_code), given, "scheme.format.struct_size",
                message);
  if (status != FP8ORACLE_OK) return status;
  if (f.bits == 8 && f.exponent_bits == 4 && f.mantissa_bits == 3 && f.bias == 7 &&
      f.max_code == 0x7E && f.inf_code == 0 && f.nan_code == 0x7F) {
    return FP8ORACLE_OK;
  }
  return denied("scheme.format", "is not E4M3", message);
}

static fp8oracle_status check_grid(const fp8oracle_grid* given, fp8oracle_message message) {
  fp8oracle_grid g;
  fp8oracle_status status;
  if (given == NULL) return wrong("scheme.grid", "is missing", message);
  status =
      take(&g, sizeof g, LEAST(fp8oracle_grid, levels), given, "scheme.grid.struct_size", message);
  if (status != FP8ORACLE_OK) return status;
  if (g.levels != 1) return wrong("scheme.grid.levels", "is not 1", message);
  if (g.block_rows == 0 && g.block_cols == 0 && g.scale_type == FP8ORACLE_SCALE_F32 &&
      g.repeat == 0)
    return FP8ORACLE_OK;
  return denied("scheme.grid", "is not the tensor", message);
}

static fp8oracle_status check_knobs(const fp8oracle_knobs* given, fp8oracle_message message) {
  fp8oracle_knobs k;
  fp8oracle_status status;
  char reason[64];
  uint32_t i;
  if (given == NULL) return wrong("scheme.knobs", "is missing", message);
  status = take(&k, sizeof k, LEAST(fp8oracle_knobs, values), given, "scheme.knobs.struct_size",
                message);
  if (status != FP8ORACLE_OK) return status;
  if (k.count > 0 && k.values == NULL) return wrong("scheme.knobs.values", "is missing", message);
  for (i = 0; i < k.count; ++i) {
    if (i < known_count && k.values[i] >= known_knobs[i].values)
      return wrong(known_knobs[i].name, "has an unknown value", message);
  }
  for (i = 0; i < k.count; ++i) {
    const int own = i == FP8ORACLE_KNOB_ELEMENT_MAX_CODE && k.values[i] == 0x7E;
    if (k.values[i] == 0 || own) continue;
    snprintf(reason, sizeof reason, "knob %u is %s", (unsigned)i,
             i < known_count ? "not that of te" : "not known here");
    return denied("scheme.knobs", reason, message);
  }
  return FP8ORACLE_OK;
}

static fp8oracle_status check_scheme(const fp8oracle_scheme* given, fp8oracle_message message) {
  fp8oracle_scheme s;
  fp8oracle_status status;
  if (given == NULL) return wrong("scheme", "is missing", message);
  status = take(&s, sizeof s, LEAST(fp8oracle_scheme, knobs), given, "scheme.struct_size", message);
  if (status == FP8ORACLE_OK) status = check_format(s.format, message);
  if (status == FP8ORACLE_OK) status = check_grid(s.grid, message);
  if (status == FP8ORACLE_OK) status = check_knobs(s.knobs, message);
  if (status != FP8ORACLE_OK) return status;
  if (s.profile == NULL) return wrong("scheme.profile", "is missing", message);
  if (s.layout != FP8ORACLE_LAYOUT_COMPACT)
    return wrong("scheme.layout", "is not compact", message);
  if (s.directions < 1 || s.directions > 3)
    return wrong("scheme.directions", "is not 1, 2 or 3", message);
  if (s.directions != FP8ORACLE_ROWWISE)
    return denied("scheme.directions", "are not rowwise alone", message);
  return FP8ORACLE_OK;
}

/* ---- The arguments of quantize -----------------------------------------------------------------
 */

static int absent(fp8oracle_buffer b) { return b.data == NULL && b.bytes == 0; }

static fp8oracle_status check_cell(fp8oracle_buffer b, const char* name,
                                   fp8oracle_message message) {
  if (absent(b)) return FP8ORACLE_OK;
  if (b.data == NULL) return wrong(name, "is missing", message);
  if (b.bytes != sizeof(float)) return wrong(name, "is not one FP32", message);
  if ((uintptr_t)b.data % sizeof(float) != 0) return wrong(name, "is not aligned", message);
  return FP8ORACLE_OK;
}

static fp8oracle_status check_input(const fp8oracle_matrix* m, fp8oracle_message message) {
  const int64_t most = INT64_MAX / 4096;
  uint64_t bytes;
  if (m->type > FP8ORACLE_F16) return wrong("input.type", "is unknown", message);
  if (m->rows < 0) return wrong("input.rows", "is negative", message);
  if (m->cols < 0) return wrong("input.cols", "is negative", message);
  if (m->rows > most / (m->cols > 0 ? m->cols : 1) || m->cols > most)
    return wrong("input.rows", "times cols overflows", message);
  if (m->row_stride < m->cols) return wrong("input.row_stride", "is less than cols", message);
  if (m->type != FP8ORACLE_F32) return denied("input.type", "is not F32", message);
  if (m->rows == 0 || m->cols == 0) return FP8ORACLE_OK;
  if (m->rows > 1 && m->row_stride > (INT64_MAX / 4 - m->cols) / (m->rows - 1))
    return wrong("input.row_stride", "times rows overflows", message);
  bytes = ((uint64_t)(m->rows - 1) * (uint64_t)m->row_stride + (uint64_t)m->cols) * sizeof(float);
  if (m->data.data == NULL) return wrong("input.data", "is missing", message);
  if (m->data.bytes < bytes) return wrong("input.data", "is too small", message);
  if ((uintptr_t)m->data.data % sizeof(float) != 0)
    return wrong("input.data", "is not aligned", message);
  return FP8ORACLE_OK;
}

static fp8oracle_status check_pairs(const fp8oracle_quantize_args* a, fp8oracle_message message) {
  const fp8oracle_buffer codes = a->rowwise.codes;
  const uint64_t bytes = (uint64_t)(a->input.rows * a->input.cols);
  if (!absent(a->rowwise.second_scale)) return wrong("rowwise.second_scale", "is given", message);
  if (!absent(a->columnwise.codes)) return wrong("columnwise.codes", "is given", message);
  if (!absent(a->columnwise.scale_inv)) return wrong("columnwise.scale_inv", "is given", message);
  if (!absent(a->columnwise.second_scale))
    return wrong("columnwise.second_scale", "is given", message);
  if (codes.bytes != bytes || (bytes > 0 && codes.data == NULL))
    return wrong("rowwise.codes", "has not the bytes of the shape", message);
  return check_cell(a->rowwise.scale_inv, "rowwise.scale_inv", message);
}

static fp8oracle_status check_overlaps(const fp8oracle_quantize_args* a, fp8oracle_message message);

/* Takes the arguments into `a` and checks all of them. */
static fp8oracle_status check(fp8oracle_quantize_args* a, const void* given,
                              fp8oracle_message message) {
  fp8oracle_status status;
  if (given == NULL) return wrong("args", "is missing", message);
  status =
      take(a, sizeof *a, LEAST(fp8oracle_quantize_args, workspace), given, "struct_size", message);
  if (status == FP8ORACLE_OK) status = check_scheme(a->scheme, message);
  if (status == FP8ORACLE_OK) status = check_input(&a->input, message);
  if (status == FP8ORACLE_OK) status = check_cell(a->scale, "scale", message);
  if (status == FP8ORACLE_OK) status = check_cell(a->amax, "amax", message);
  if (status == FP8ORACLE_OK) status = check_pairs(a, message);
#if GROWTH >= 0
  if (status == FP8ORACLE_OK) status = check_cell(a->noop, "noop", message);
#endif
#if GROWTH > 0
  if (status == FP8ORACLE_OK) status = check_cell(a->of_tomorrow, "of_tomorrow", message);
#endif
  if (status != FP8ORACLE_OK) return status;
  if (a->workspace.data == NULL && a->workspace.bytes != 0)
    return wrong("workspace", "has bytes, but no address", message);
  return check_overlaps(a, message);
}

static int overlap(fp8oracle_buffer a, fp8oracle_buffer b) {
  const uintptr_t x = (uintptr_t)a.data, y = (uintptr_t)b.data;
  return a.bytes != 0 && b.bytes != 0 && x < y + b.bytes && y < x + a.bytes;
}

/* No output is an input or another output. */
static fp8oracle_status check_overlaps(const fp8oracle_quantize_args* a,
                                       fp8oracle_message message) {
  const fp8oracle_buffer read[] = {
    a->input.data,
    a->scale,
#if GROWTH >= 0
    a->noop
#endif
  };
  const fp8oracle_buffer written[] = {a->amax, a->rowwise.codes, a->rowwise.scale_inv};
  const char* names[] = {"amax", "rowwise.codes", "rowwise.scale_inv"};
  size_t i, j;
  for (i = 0; i < 3; ++i) {
    for (j = 0; j < sizeof read / sizeof read[0]; ++j) {
      if (overlap(written[i], read[j])) return wrong(names[i], "overlaps an input", message);
    }
    for (j = 0; j < i; ++j) {
      if (overlap(written[i], written[j])) return wrong(names[i], "overlaps an output", message);
    }
  }
  return FP8ORACLE_OK;
}

/* ---- The cast ----------------------------------------------------------------------------------
 */

static float load(fp8oracle_buffer b) {
  float value;
  memcpy(&value, b.data, sizeof value);
  return value;
}

static uint32_t magnitude_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits & 0x7FFFFFFFu;
}

/* E4M3, to nearest even, saturating; every NaN is 0x7F. */
static uint8_t encode(float x) {
  const uint32_t magnitude = magnitude_of(x);
  uint32_t bits, sign, code;
  memcpy(&bits, &x, sizeof bits);
  sign = bits >> 24 & 0x80u;
  if (magnitude > 0x7F800000u) return 0x7F;
  if (magnitude >= 0x43E00000u) return (uint8_t)(sign | 0x7E); /* 448 and above */
  if (magnitude >= 0x3C800000u) {                              /* 2^-6: normal  */
    code = (magnitude + 0x7FFFFu + (magnitude >> 20 & 1u)) >> 20;
    return (uint8_t)(sign | (code - ((127u - 7u) << 3)));
  } else { /* the quantum is 2^-9; adding 2^23 rounds to a whole number of them */
    float quanta;
    memcpy(&quanta, &magnitude, sizeof quanta);
    quanta = quanta * 512.0f + 8388608.0f;
    memcpy(&code, &quanta, sizeof code);
    return (uint8_t)(sign | (code & 0xFu));
  }
}

static int has_sign(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 31 != 0;
}

static fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                 fp8oracle_message message) {
  fp8oracle_quantize_args a;
  const fp8oracle_status status = check(&a, args, message);
  float scale = 1.0f, amax, scale_inv;
  int64_t r, c;
  (void)stream;
  if (status != FP8ORACLE_OK) return status;
#if GROWTH >= 0
  if (!absent(a.noop) && load(a.noop) == 1.0f) return FP8ORACLE_OK;
#endif
  if (!absent(a.scale)) scale = load(a.scale);
  amax = absent(a.amax) ? 0.0f : load(a.amax);
  if (has_sign(amax)) amax = 0.0f; /* below everything */
  for (r = 0; r < a.input.rows; ++r) {
    for (c = 0; c < a.input.cols; ++c) {
      const float x = ((const float*)a.input.data.data)[r * a.input.row_stride + c];
      const uint32_t magnitude = magnitude_of(x);
      float size;
      memcpy(&size, &magnitude, sizeof size);
      if (size > amax) amax = size; /* a NaN is none */
      ((uint8_t*)a.rowwise.codes.data)[r * a.input.cols + c] = encode(x * scale);
    }
  }
  scale_inv = 1.0f / scale;
  if (!absent(a.amax) && a.input.rows > 0 && a.input.cols > 0)
    memcpy(a.amax.data, &amax, sizeof amax);
  if (!absent(a.rowwise.scale_inv)) memcpy(a.rowwise.scale_inv.data, &scale_inv, sizeof scale_inv);
  return FP8ORACLE_OK;
}

static fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                                 fp8oracle_message reason) {
  fp8oracle_quantize_args a;
  if (operation != FP8ORACLE_OP_QUANTIZE) return denied("operation", "is not quantize", reason);
  return check(&a, args, reason) == FP8ORACLE_OK ? FP8ORACLE_OK : FP8ORACLE_UNSUPPORTED;
}

static fp8oracle_status workspace_bytes(fp8oracle_operation operation, const void* args,
                                        uint64_t* bytes, fp8oracle_message message) {
  (void)operation, (void)args, (void)message;
  *bytes = 0;
  return FP8ORACLE_OK;
}

#if GROWTH > 0
static fp8oracle_status operation_of_tomorrow(const fp8oracle_quantize_args* args,
                                              fp8oracle_stream stream, fp8oracle_message message) {
  return quantize(args, stream, message);
}
#endif

/* ---- Memory: the host's, where everything is done when it returns ------------------------------
 */

static fp8oracle_status host_alloc(uint64_t bytes, void** data, fp8oracle_message message) {
  const uint64_t alignment = 256;
  char *block, *aligned;
  *data = NULL;
  block = bytes > SIZE_MAX - 2 * alignment ? NULL : (char*)malloc((size_t)(bytes + 2 * alignment));
  if (block == NULL) return say(FP8ORACLE_OUT_OF_MEMORY, "alloc", "no memory", message);
  aligned = block + (alignment - (uintptr_t)block % alignment);
  if (aligned - block < (ptrdiff_t)sizeof block) aligned += alignment;
  memcpy(aligned - sizeof block, &block, sizeof block); /* for host_free */
  *data = aligned;
  return FP8ORACLE_OK;
}

static void host_free(void* data) {
  char* block;
  if (data == NULL) return;
  memcpy(&block, (char*)data - sizeof block, sizeof block);
  free(block);
}

static fp8oracle_status stream_create(fp8oracle_stream* stream, fp8oracle_message message) {
  (void)message;
  *stream = NULL;
  return FP8ORACLE_OK;
}

static void stream_destroy(fp8oracle_stream stream) { (void)stream; }

static fp8oracle_status synchronize(fp8oracle_stream stream, fp8oracle_message message) {
  (void)stream, (void)message;
  return FP8ORACLE_OK;
}

static fp8oracle_status copy(void* to, const void* from, uint64_t bytes, fp8oracle_stream stream,
                             fp8oracle_message message) {
  (void)stream, (void)message;
  if (bytes > 0) memmove(to, from, (size_t)bytes);
  return FP8ORACLE_OK;
}

static fp8oracle_status fill(void* data, uint8_t byte, uint64_t bytes, fp8oracle_stream stream,
                             fp8oracle_message message) {
  (void)stream, (void)message;
  if (bytes > 0) memset(data, byte, (size_t)bytes);
  return FP8ORACLE_OK;
}

/* What is not named here is null. */
static void make_table(fp8oracle_backend_table* table) {
  table->struct_size = (uint32_t)sizeof *table;
  table->abi_version = FP8ORACLE_ABI_VERSION;
  table->name = NAME;
  table->device = "CPU";
  table->alloc = host_alloc;
  table->free = host_free;
  table->stream_create = stream_create;
  table->stream_destroy = stream_destroy;
  table->synchronize = synchronize;
  table->upload = copy;
  table->download = copy;
  table->copy = copy;
  table->fill = fill;
  table->supports = supports;
  table->workspace_bytes = workspace_bytes;
  table->quantize = quantize;
#if GROWTH > 0
  table->operation_of_tomorrow = operation_of_tomorrow;
#endif
}

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static struct {
    fp8oracle_backend_table table;
    unsigned char behind[256]; /* for who looks there: this is no pointer to a function */
  } memory;
  make_table(&memory.table);
  memset(memory.behind, 0xFF, sizeof memory.behind);
  return &memory.table;
}
