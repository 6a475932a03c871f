/* SPDX-License-Identifier: Apache-2.0
 *
 * The fp8oracle backend ABI, version 2. Plain C99.
 *
 * A backend is one implementation of the operations below. It is handed over as a table of function
 * pointers by one exported function, fp8oracle_backend(). Everything that fp8oracle tests, its own
 * reference included, comes through this door.
 *
 * Rules that hold for every call (docs/abi.md has them with examples):
 *   - message, buffer, matrix and pair are fixed for good and go by value. Every other struct
 * starts with its size in bytes, grows at its end alone, and goes by pointer. A caller sets the
 * size to sizeof; a callee built against a smaller struct must find zeros in the bytes that it does
 * not know, else FP8ORACLE_INVALID_ARGUMENT naming struct_size.
 *   - Host pointers (scheme, format, grid, knobs, profile, items) are read before the call returns.
 *   - A buffer is {data, bytes} in the backend's own space; an absent one is {NULL, 0}. The bytes
 * are checked against shape, stride and layout before anything is enqueued [K31].
 *   - Operations are enqueued on a stream and run in its order; scale, scale_inv and amax are read
 * and written when the kernel runs [K3]. One stream belongs to one thread; two streams may have
 * two.
 *   - A bad argument gives FP8ORACLE_INVALID_ARGUMENT and a message that names the argument, and no
 *     output byte changes [K31]. An error of the device that shows later comes from synchronize().
 *   - No exception, longjmp or signal crosses the table.
 */
#ifndef FP8ORACLE_BACKEND_H_
#define FP8ORACLE_BACKEND_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FP8ORACLE_ABI_VERSION 2u

#if defined(_WIN32)
#define FP8ORACLE_EXPORT __declspec(dllexport)
#else
#define FP8ORACLE_EXPORT __attribute__((visibility("default")))
#endif

/* ---- Status and messages --------------------------------------------------------------------- */

typedef enum fp8oracle_status {
  FP8ORACLE_OK = 0,
  FP8ORACLE_INVALID_ARGUMENT = 1, /* the message names the argument, e.g. "rowwise.codes: ..." */
  FP8ORACLE_UNSUPPORTED = 2,      /* supports() says the same; never a half-done operation      */
  FP8ORACLE_OUT_OF_MEMORY = 3,
  FP8ORACLE_DEVICE_ERROR = 4,
  FP8ORACLE_INTERNAL_ERROR = 5
} fp8oracle_status;

/* A caller-owned buffer for one zero-terminated message; {NULL, 0} when the caller wants none. */
typedef struct fp8oracle_message {
  char* text;
  uint64_t capacity;
} fp8oracle_message;

/* ---- Memory ---------------------------------------------------------------------------------- */

typedef struct fp8oracle_buffer {
  void* data;
  uint64_t bytes;
} fp8oracle_buffer;

typedef struct fp8oracle_stream_s* fp8oracle_stream;
typedef struct fp8oracle_recording_s* fp8oracle_recording; /* a captured piece of a stream */

/* ---- Numbers --------------------------------------------------------------------------------- */

typedef enum fp8oracle_type {
  FP8ORACLE_F32 = 0,
  FP8ORACLE_BF16 = 1,
  FP8ORACLE_F16 = 2
} fp8oracle_type;

/* An element format as data: sign, exponent, mantissa; 1 + exponent_bits + mantissa_bits = bits = 8
 *   value(code) = (-1)^sign * 2^(max(e, 1) - bias) * ((e > 0) + m / 2^mantissa_bits)
 * Codes whose magnitude is above max_code are Inf (if equal to inf_code) or NaN. A nan_code of 0x80
 * (the fnuz formats) means: that one code is NaN, there is no negative zero. */
typedef struct fp8oracle_format {
  uint32_t struct_size;
  uint32_t bits; /* of one code */
  uint32_t exponent_bits;
  uint32_t mantissa_bits;
  int32_t bias;
  uint32_t max_code; /* the largest finite code, without sign: E4M3 0x7E, E5M2 0x7B */
  uint32_t inf_code; /* without sign; 0 when the format has no infinity             */
  uint32_t nan_code; /* 0x7F in the OCP formats                                     */
} fp8oracle_format;

/* ---- Profile knobs: one library's choices, contract.md "Profiles" ---------------------------- */

typedef enum fp8oracle_element_overflow {
  FP8ORACLE_OVERFLOW_SATURATE = 0, /* +-max                                                      */
  FP8ORACLE_OVERFLOW_NAN = 1,
  FP8ORACLE_OVERFLOW_INF = 2 /* +-Inf where the format has one, else NaN                         */
} fp8oracle_element_overflow;

typedef enum fp8oracle_element_inf {
  FP8ORACLE_INF_AS_OVERFLOW = 0,
  FP8ORACLE_INF_SATURATE = 1
} fp8oracle_element_inf;

typedef enum fp8oracle_element_nan {
  FP8ORACLE_NAN_CANONICAL = 0, /* 0x7F, whatever the sign of the input */
  FP8ORACLE_NAN_KEEP_SIGN = 1, /* 0x7F or 0xFF, by the sign of x; of a block that is NaN: 0x7F */
  FP8ORACLE_NAN_FNUZ = 2,      /* 0x80                                 */
  FP8ORACLE_NAN_ANY_SIGN = 3   /* 0x7F or 0xFF, both are right         */
} fp8oracle_element_nan;

typedef enum fp8oracle_keep { FP8ORACLE_KEEP = 0, FP8ORACLE_DROP = 1 } fp8oracle_keep;

typedef enum fp8oracle_product {
  FP8ORACLE_PRODUCT_X_TIMES_SCALE = 0,   /* RN(x * scale)               */
  FP8ORACLE_PRODUCT_X_OVER_SCALE_INV = 1 /* RN(x / RN(1 / scale))       */
} fp8oracle_product;

typedef enum fp8oracle_amax_nan {
  FP8ORACLE_AMAX_DROP_NAN = 0,
  FP8ORACLE_AMAX_PROPAGATE_NAN = 1
} fp8oracle_amax_nan;

typedef enum fp8oracle_block_special {
  FP8ORACLE_SPECIAL_BY_ELEMENT = 0,
  FP8ORACLE_SPECIAL_WHOLE_BLOCK_NAN = 1 /* NaN or Inf in a block: scale_inv NaN, all codes NaN */
} fp8oracle_block_special;

typedef enum fp8oracle_e8m0_round {
  FP8ORACLE_E8M0_UP = 0,
  FP8ORACLE_E8M0_FLOOR = 1,
  FP8ORACLE_E8M0_CEIL = 2,
  FP8ORACLE_E8M0_EVEN = 3
} fp8oracle_e8m0_round;

typedef enum fp8oracle_bad_amax_scale {
  FP8ORACLE_BAD_AMAX_ONE = 0,
  FP8ORACLE_BAD_AMAX_ZERO = 1,
  FP8ORACLE_BAD_AMAX_KEEP = 2 /* the previous scale */
} fp8oracle_bad_amax_scale;

typedef enum fp8oracle_scale_overflow {
  FP8ORACLE_SCALE_OVERFLOW_FLT_MAX = 0,
  FP8ORACLE_SCALE_OVERFLOW_INPUT_MAX = 1, /* the largest finite value of the input's type */
  FP8ORACLE_SCALE_OVERFLOW_INF = 2
} fp8oracle_scale_overflow;

typedef enum fp8oracle_e8m0_of_inf {
  FP8ORACLE_E8M0_INF_IS_254 = 0, /* the largest scale */
  FP8ORACLE_E8M0_INF_IS_255 = 1  /* NaN               */
} fp8oracle_e8m0_of_inf;

typedef enum fp8oracle_e8m0_of_zero {
  FP8ORACLE_E8M0_ZERO_IS_0 = 0,  /* 2^-127 */
  FP8ORACLE_E8M0_ZERO_IS_127 = 1 /* 1      */
} fp8oracle_e8m0_of_zero;

typedef enum fp8oracle_scale_pow2 {
  FP8ORACLE_SCALE_AS_IT_IS = 0,
  FP8ORACLE_SCALE_TRUNCATED = 1 /* a scale from amax is truncated to a power of two */
} fp8oracle_scale_pow2;

typedef enum fp8oracle_padding {
  FP8ORACLE_PADDING_UNSPECIFIED = 0, /* of padded scales; swizzled scales always have zeros */
  FP8ORACLE_PADDING_ZERO = 1
} fp8oracle_padding;

typedef enum fp8oracle_shapes {
  FP8ORACLE_SHAPES_ANY = 0,
  FP8ORACLE_SHAPES_WHOLE_BLOCKS = 1 /* the dimension the blocks run along is whole blocks */
} fp8oracle_shapes;

typedef enum fp8oracle_columnwise_codes {
  FP8ORACLE_COLUMNWISE_SAME = 0,      /* MX columnwise codes are [M,K], like the input     */
  FP8ORACLE_COLUMNWISE_TRANSPOSED = 1 /* ... are [K,M]: the transpose, quantized rowwise   */
} fp8oracle_columnwise_codes;

/* Every knob, by number. Numbers are never reused; a new knob takes the next one. A profile file
 * calls it by the name here in small letters, a dot behind the first word: ELEMENT_OVERFLOW is
 * element.overflow, PADDING is padding. Where that is not so, the name stands first. */
typedef enum fp8oracle_knob {
  FP8ORACLE_KNOB_ELEMENT_OVERFLOW = 0, /* fp8oracle_element_overflow                           */
  FP8ORACLE_KNOB_ELEMENT_INF = 1,      /* fp8oracle_element_inf                                */
  FP8ORACLE_KNOB_ELEMENT_NAN = 2,      /* element.nan_code; fp8oracle_element_nan              */
  FP8ORACLE_KNOB_ELEMENT_NEGATIVE_ZERO = 3, /* fp8oracle_keep: DROP = every zero code is +0    */
  FP8ORACLE_KNOB_ELEMENT_SUBNORMALS = 4, /* fp8oracle_keep: DROP makes a subnormal code a zero   */
  FP8ORACLE_KNOB_ELEMENT_MAX_CODE = 5, /* element.max, a value there; here the largest finite    */
                                       /* code written, 0 = the format's max_code                */
  FP8ORACLE_KNOB_PRODUCT = 6,       /* fp8oracle_product; free FP32 scales only                  */
  FP8ORACLE_KNOB_AMAX_NAN = 7,      /* fp8oracle_amax_nan                                        */
  FP8ORACLE_KNOB_BLOCK_SPECIAL = 8, /* fp8oracle_block_special                                   */
  FP8ORACLE_KNOB_E8M0_ROUND = 9,    /* fp8oracle_e8m0_round                                      */
  FP8ORACLE_KNOB_E8M0_OF_INF = 10,  /* fp8oracle_e8m0_of_inf: the code for an infinite amax      */
  FP8ORACLE_KNOB_E8M0_OF_ZERO = 11, /* fp8oracle_e8m0_of_zero: the code for a zero amax          */
  FP8ORACLE_KNOB_SCALE_OF_BAD_AMAX = 12, /* fp8oracle_bad_amax_scale: amax 0, Inf or NaN         */
  FP8ORACLE_KNOB_SCALE_OVERFLOW = 13,    /* fp8oracle_scale_overflow                             */
  FP8ORACLE_KNOB_SCALE_POW2 = 14,        /* fp8oracle_scale_pow2                                 */
  FP8ORACLE_KNOB_SCALE_INV_SUBNORMALS = 15, /* scale_inv.subnormals; fp8oracle_keep:             */
                                            /* DROP stores a signed zero instead                 */
  FP8ORACLE_KNOB_PADDING = 16,            /* fp8oracle_padding                                    */
  FP8ORACLE_KNOB_SHAPES = 17,             /* fp8oracle_shapes                                     */
  FP8ORACLE_KNOB_MX_COLUMNWISE_CODES = 18 /* fp8oracle_columnwise_codes                           */
} fp8oracle_knob;

/* values[knob], and 0 for every knob from `count` on. Value 0 of a knob is the choice of the
 * profile `te`, or "the format's own". A knob that the callee does not know and that is not 0 gives
 * FP8ORACLE_UNSUPPORTED and a message with its number. A knob that is a number holds FP32 bits. */
typedef struct fp8oracle_knobs {
  uint32_t struct_size;
  uint32_t count;
  const uint32_t* values; /* may be null when count is 0 */
} fp8oracle_knobs;

/* ---- Scheme: all that decides the bits ------------------------------------------------------- */

typedef enum fp8oracle_scale_type {
  FP8ORACLE_SCALE_F32 = 0,
  FP8ORACLE_SCALE_E8M0 = 1, /* a power of two in one byte: 2^(code - 127), 255 is NaN */
  FP8ORACLE_SCALE_E4M3 = 2
} fp8oracle_scale_type;

/* Which elements share a scale: a block of block_rows x block_cols, 0 meaning all. Columnwise it is
 * the same grid on the transpose. `repeat` 1: a block's one scale stands once in each of its rows.
 *   tensor 0x0 F32   row 1x0 F32   1x128, 128x128 F32   mx32 1x32 E8M0
 *   mx32x32 32x32 E8M0, repeated */
typedef struct fp8oracle_grid {
  uint32_t struct_size;
  uint32_t block_rows;
  uint32_t block_cols;
  uint32_t scale_type; /* fp8oracle_scale_type */
  uint32_t repeat;
  uint32_t levels; /* of scales: 1 */
} fp8oracle_grid;

typedef enum fp8oracle_direction {
  FP8ORACLE_ROWWISE = 1,
  FP8ORACLE_COLUMNWISE = 2
} fp8oracle_direction;

typedef enum fp8oracle_layout {
  FP8ORACLE_LAYOUT_COMPACT = 0,
  FP8ORACLE_LAYOUT_PADDED = 1,
  FP8ORACLE_LAYOUT_SWIZZLED = 2, /* E8M0 */
  FP8ORACLE_LAYOUT_PACKED = 3    /* E8M0, four in a word */
} fp8oracle_layout;

typedef struct fp8oracle_scheme {
  uint32_t struct_size;
  uint32_t directions; /* fp8oracle_direction bits: which pairs are given */
  uint32_t layout;     /* fp8oracle_layout of scale_inv                   */
  const char* profile; /* the profile's name, zero-terminated             */
  const fp8oracle_format* format;
  const fp8oracle_grid* grid;
  const fp8oracle_knobs* knobs;
} fp8oracle_scheme;

/* ---- Arguments of the operations ------------------------------------------------------------ */

/* Row-major 2-D, rows or cols may be 0; row_stride >= cols, in elements. Element alignment
 * suffices. */
typedef struct fp8oracle_matrix {
  fp8oracle_buffer data;
  uint32_t type; /* fp8oracle_type */
  int64_t rows;
  int64_t cols;
  int64_t row_stride;
} fp8oracle_matrix;

/* The codes of one direction and the scales that belong to them. */
typedef struct fp8oracle_pair {
  fp8oracle_buffer codes;
  fp8oracle_buffer scale_inv;    /* of the grid's scale_type                  */
  fp8oracle_buffer second_scale; /* absent, as long as no grid has two levels */
} fp8oracle_pair;

/* Per tensor:  codes = cast(RN(input * scale))
 *              scale_inv = RN(1 / scale), amax = max(amax, |input|)
 * In blocks:   scale_inv = the profile's function of the block's amax
 *              codes = cast(input / scale_inv)
 *
 * scale:      FP32[1], absent = exactly 1; must be absent where each block makes its own.
 * amax:       FP32[1], optional, accumulates: a previous one with its sign bit set is below
 *             everything, any other NaN stays, and of an empty input it is left alone [K12, K24];
 *             must be absent in blocks too.
 * scale_inv:  may be absent per tensor only; with both directions per tensor the two are the same
 *             buffer or one is absent. */
typedef struct fp8oracle_quantize_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  fp8oracle_matrix input;
  fp8oracle_buffer scale;
  fp8oracle_buffer amax;
  fp8oracle_pair rowwise;
  fp8oracle_pair columnwise;
  fp8oracle_buffer workspace;
  fp8oracle_buffer noop; /* FP32[1], optional, read when the kernel runs: exactly 1.0f = do nothing,
                            every output stays as it was [K23] */
} fp8oracle_quantize_args;

/* amax = max|input|, overwritten; 0 for an empty input. */
typedef struct fp8oracle_amax_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme; /* knobs.amax_nan */
  fp8oracle_matrix input;
  fp8oracle_buffer amax;
  fp8oracle_buffer workspace;
  fp8oracle_buffer noop; /* as in quantize */
} fp8oracle_amax_args;

/* scale = RN(max / max(amax, eps)), total over every amax by the profile's scale_* knobs [K14]. */
typedef struct fp8oracle_scale_from_amax_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  uint32_t input_type; /* fp8oracle_type, for scale_overflow = INPUT_MAX        */
  uint32_t pow2;       /* 1: truncate to a power of two (as knobs.scale_pow2 does) */
  float eps;           /* a floor under amax, >= 0                               */
  fp8oracle_buffer amax;
  fp8oracle_buffer scale;
  fp8oracle_buffer noop; /* as in quantize */
} fp8oracle_scale_from_amax_args;

/* Current scaling, per tensor only, one operation: amax = max|input| (overwritten),
 * scale = scale_from_amax(amax), then quantize with that scale. The bytes are those of the three
 * operations one after the other. amax and scale: FP32[1], optional outputs; where
 * knobs.scale_of_bad_amax is KEEP, scale is read before it is written (absent = 1). */
typedef struct fp8oracle_quantize_current_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  fp8oracle_matrix input;
  uint32_t pow2; /* as in scale_from_amax */
  float eps;
  fp8oracle_buffer amax;
  fp8oracle_buffer scale;
  fp8oracle_pair rowwise;
  fp8oracle_pair columnwise;
  fp8oracle_buffer workspace;
  fp8oracle_buffer noop;
} fp8oracle_quantize_current_args;

/* One tensor of quantize_many, as in quantize. Grows at its end; the list says how long one is. */
typedef struct fp8oracle_quantize_item {
  fp8oracle_matrix input; /* one type for all items */
  fp8oracle_buffer scale;
  fp8oracle_buffer amax;
  fp8oracle_pair rowwise;
  fp8oracle_pair columnwise;
} fp8oracle_quantize_item;

/* quantize for each item, of one scheme: the bytes of `count` single calls, in far fewer launches
 * and with no launch for a tensor's scale_inv or amax [K26]. `items` is host memory, read before
 * the call returns; they stand item_bytes apart, and the bytes of each that the callee does not
 * know are zero. Items may be empty; their scale_inv is still written [K24]. */
typedef struct fp8oracle_quantize_many_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  const void* items; /* fp8oracle_quantize_item, the first of them */
  uint64_t item_bytes;
  uint64_t count;
  fp8oracle_buffer workspace;
  fp8oracle_buffer noop;
} fp8oracle_quantize_many_args;

/* scale_inv = RN(1 / scale), for the output of an operation that cannot write it itself. Enqueue it
 * on the same stream right after that operation. An absent scale means exactly 1; an absent
 * scale_inv is an error [K25]. */
typedef struct fp8oracle_scale_inverse_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme; /* knobs.scale_inv_subnormals */
  fp8oracle_buffer scale;
  fp8oracle_buffer scale_inv;
} fp8oracle_scale_inverse_args;

/* codes = cast(product) with a scale_inv that is given, by the pair's own grid: in E8M0 blocks the
 * product is input / scale_inv, which is exact; with FP32 scales it is RN(input / scale_inv) where
 * knobs.product says so, else RN(input * RN(1 / scale_inv)). scale_inv is required and only read;
 * each direction is quantized with its own. */
typedef struct fp8oracle_quantize_given_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  fp8oracle_matrix input;
  fp8oracle_pair rowwise;
  fp8oracle_pair columnwise;
  fp8oracle_buffer noop; /* as in quantize */
} fp8oracle_quantize_given_args;

/* output = RN(decode(codes) * scale_inv), rounded once more to the output's type. The output is the
 * logical [rows, cols] tensor whichever direction the pair has. scheme.directions is that
 * direction. */
typedef struct fp8oracle_dequantize_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  fp8oracle_pair pair;
  fp8oracle_matrix output; /* dense: row_stride == cols */
} fp8oracle_dequantize_args;

/* Permutes the E8M0 scale_inv of a [rows, cols] tensor between scheme.layout (compact or padded)
 * and the swizzled layout. swizzle: from scheme.layout; unswizzle: to scheme.layout. Padding of a
 * swizzled output is zero; the padding of the input is never read into it. One direction in
 * scheme.directions. */
typedef struct fp8oracle_swizzle_args {
  uint32_t struct_size;
  const fp8oracle_scheme* scheme;
  int64_t rows;
  int64_t cols;
  fp8oracle_buffer input;
  fp8oracle_buffer output;
} fp8oracle_swizzle_args;

typedef enum fp8oracle_operation {
  FP8ORACLE_OP_QUANTIZE = 0,
  FP8ORACLE_OP_AMAX = 1,
  FP8ORACLE_OP_SCALE_FROM_AMAX = 2,
  FP8ORACLE_OP_DEQUANTIZE = 3,
  FP8ORACLE_OP_SWIZZLE = 4,
  FP8ORACLE_OP_UNSWIZZLE = 5,
  FP8ORACLE_OP_QUANTIZE_CURRENT = 6,
  FP8ORACLE_OP_QUANTIZE_MANY = 7,
  FP8ORACLE_OP_SCALE_INVERSE = 8,
  FP8ORACLE_OP_QUANTIZE_GIVEN = 9
} fp8oracle_operation;

/* ---- The table ------------------------------------------------------------------------------- */

typedef struct fp8oracle_backend_table {
  uint32_t struct_size;
  uint32_t abi_version; /* FP8ORACLE_ABI_VERSION */
  const char* name;
  const char* device; /* e.g. "CPU, AVX3" or the GPU's name */

  /* Memory of the backend's space. alloc gives at least 256-byte alignment. upload and download
   * copy to and from host memory in stream order; the host buffer of upload may be reused on
   * return, that of download is filled after synchronize. copy and fill work inside the space, in
   * stream order. */
  fp8oracle_status (*alloc)(uint64_t bytes, void** data, fp8oracle_message message);
  void (*free)(void* data);
  fp8oracle_status (*stream_create)(fp8oracle_stream* stream, fp8oracle_message message);
  void (*stream_destroy)(fp8oracle_stream stream);
  fp8oracle_status (*synchronize)(fp8oracle_stream stream, fp8oracle_message message);
  fp8oracle_status (*upload)(void* data, const void* host, uint64_t bytes, fp8oracle_stream stream,
                             fp8oracle_message message);
  fp8oracle_status (*download)(void* host, const void* data, uint64_t bytes,
                               fp8oracle_stream stream, fp8oracle_message message);
  fp8oracle_status (*copy)(void* to, const void* from, uint64_t bytes, fp8oracle_stream stream,
                           fp8oracle_message message);
  fp8oracle_status (*fill)(void* data, uint8_t byte, uint64_t bytes, fp8oracle_stream stream,
                           fp8oracle_message message);

  /* OK, or UNSUPPORTED with the reason in the message. `args` are those of the coming call,
   * complete but for the workspace; the data of a present buffer is an address with the alignment
   * that the call will have, and must not be read. What is accepted here and then wrong is a
   * failure; the call itself may still answer UNSUPPORTED, as long as it has not written anything.
   */
  fp8oracle_status (*supports)(fp8oracle_operation operation, const void* args,
                               fp8oracle_message reason);
  /* Bytes of workspace that `args` (of the operation's struct) needs; its contents are undefined.
   */
  fp8oracle_status (*workspace_bytes)(fp8oracle_operation operation, const void* args,
                                      uint64_t* bytes, fp8oracle_message message);

  /* The operations. Each enqueues and returns. One may be missing (NULL, or beyond struct_size):
   * then the backend has no such operation, and the clauses about it are skipped with that reason.
   * New operations come at the end of the table. */
  fp8oracle_status (*quantize)(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                               fp8oracle_message message);
  fp8oracle_status (*amax)(const fp8oracle_amax_args* args, fp8oracle_stream stream,
                           fp8oracle_message message);
  fp8oracle_status (*scale_from_amax)(const fp8oracle_scale_from_amax_args* args,
                                      fp8oracle_stream stream, fp8oracle_message message);
  fp8oracle_status (*dequantize)(const fp8oracle_dequantize_args* args, fp8oracle_stream stream,
                                 fp8oracle_message message);
  fp8oracle_status (*swizzle)(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                              fp8oracle_message message);
  fp8oracle_status (*unswizzle)(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                fp8oracle_message message);

  fp8oracle_status (*quantize_current)(const fp8oracle_quantize_current_args* args,
                                       fp8oracle_stream stream, fp8oracle_message message);
  fp8oracle_status (*quantize_many)(const fp8oracle_quantize_many_args* args,
                                    fp8oracle_stream stream, fp8oracle_message message);
  fp8oracle_status (*scale_inverse)(const fp8oracle_scale_inverse_args* args,
                                    fp8oracle_stream stream, fp8oracle_message message);

  /* How many device launches the operation declares for `args`; a capture must count as many [K32].
   */
  fp8oracle_status (*launches)(fp8oracle_operation operation, const void* args, uint64_t* launches,
                               fp8oracle_message message);

  /* All four or none. Between capture and end_capture the stream records operations, copies and
   * fills instead of running them; end_capture gives the recording and the number of its nodes;
   * replay enqueues it, reading scale, noop and amax anew [K27]. */
  fp8oracle_status (*capture)(fp8oracle_stream stream, fp8oracle_message message);
  fp8oracle_status (*end_capture)(fp8oracle_stream stream, fp8oracle_recording* recording,
                                  uint64_t* nodes, fp8oracle_message message);
  fp8oracle_status (*replay)(fp8oracle_recording recording, fp8oracle_stream stream,
                             fp8oracle_message message);
  void (*recording_destroy)(fp8oracle_recording recording);

  fp8oracle_status (*quantize_given)(const fp8oracle_quantize_given_args* args,
                                     fp8oracle_stream stream, fp8oracle_message message);
} fp8oracle_backend_table;

/* The one symbol that a backend library exports. The table lives as long as the library is loaded.
 */
FP8ORACLE_EXPORT const fp8oracle_backend_table* fp8oracle_backend(void);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* FP8ORACLE_BACKEND_H_ */
