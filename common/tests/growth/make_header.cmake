# SPDX-License-Identifier: Apache-2.0
# Makes yesterday's or tomorrow's backend.h out of today's:
#   cmake -DFROM=backend.h -DTO=file -DWHICH=less|same|more -P make_header.cmake
# A text that is not there, or is there twice, is an error: then the header has moved on, and the
# changes below must follow.
#
# less  the last knob, the last operation with its entry of the table, the last field of quantize_args
#       are not there yet
# more  one more of each, at the ends
file(READ ${FROM} header)

# replace_once(OLD NEW): in `header`.
function(replace_once old new)
  string(FIND "${header}" "${old}" first)
  string(FIND "${header}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "growth: not exactly once in ${FROM}: ${old}")
  endif()
  string(REPLACE "${old}" "${new}" changed "${header}")
  set(header "${changed}" PARENT_SCOPE)
endfunction()

# cut(FROM_TEXT TO_TEXT): what stands from the first text up to the second, the first one included.
function(cut begin end)
  string(FIND "${header}" "${begin}" from)
  string(FIND "${header}" "${begin}" last REVERSE)
  if(from EQUAL -1 OR NOT from EQUAL last)
    message(FATAL_ERROR "growth: not exactly once in ${FROM}: ${begin}")
  endif()
  string(SUBSTRING "${header}" 0 ${from} before)
  string(SUBSTRING "${header}" ${from} -1 rest)
  string(FIND "${rest}" "${end}" length)
  if(length EQUAL -1)
    message(FATAL_ERROR "growth: not in ${FROM} behind '${begin}': ${end}")
  endif()
  string(SUBSTRING "${rest}" ${length} -1 after)
  set(header "${before}${after}" PARENT_SCOPE)
  string(SUBSTRING "${rest}" 0 ${length} was)
  set(was "${was}" PARENT_SCOPE)
endfunction()

# require_last(ENUMERATOR END): between it and the end of its list there is no other one.
function(require_last enumerator end)
  cut("${enumerator}" "${end}")
  string(FIND "${was}" "FP8ORACLE_" first REVERSE)
  if(NOT first EQUAL 0)
    message(FATAL_ERROR "growth: ${enumerator} is not the last one before ${end}")
  endif()
endfunction()

set(knob "FP8ORACLE_KNOB_MX_COLUMNWISE_CODES = 18")
set(operation "FP8ORACLE_OP_QUANTIZE_GIVEN = 9")
require_last("${knob}" "} fp8oracle_knob;")
require_last("${operation}" "} fp8oracle_operation;")

if(WHICH STREQUAL "less")
  cut("${knob}" "} fp8oracle_knob;")
  cut("${operation}" "} fp8oracle_operation;")
  cut("  fp8oracle_buffer noop; /* FP32[1], optional, read" "} fp8oracle_quantize_args;")
  # Tables grow at their end.
  cut("  fp8oracle_status (*quantize_given)(" "} fp8oracle_backend_table;")
elseif(WHICH STREQUAL "more")
  replace_once("${knob}" "FP8ORACLE_KNOB_OF_TOMORROW = 19,\n  ${knob}")
  replace_once("${operation}" "FP8ORACLE_OP_OF_TOMORROW = 10,\n  ${operation}")
  replace_once("} fp8oracle_quantize_args;" "  fp8oracle_buffer of_tomorrow;\n} fp8oracle_quantize_args;")
  replace_once("} fp8oracle_backend_table;"
    "  fp8oracle_status (*operation_of_tomorrow)(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                            fp8oracle_message message);\n} fp8oracle_backend_table;")
elseif(NOT WHICH STREQUAL "same")
  message(FATAL_ERROR "growth: WHICH is less, same or more")
endif()
file(WRITE ${TO} "${header}")
