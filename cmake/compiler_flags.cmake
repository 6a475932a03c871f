# SPDX-License-Identifier: Apache-2.0
# One interface target carries what every target of the project is compiled with.
add_library(fp8oracle_compiler_flags INTERFACE)
target_compile_features(fp8oracle_compiler_flags INTERFACE cxx_std_20 c_std_99)
# CUDA sources have flags of their own in optimized/cuda; nvcc would not know these.
set(fp8oracle_host "$<COMPILE_LANGUAGE:C,CXX>")
target_compile_options(fp8oracle_compiler_flags INTERFACE
  "$<${fp8oracle_host}:-Wall;-Wextra;-Wconversion;-Wsign-conversion;-Wshadow>"
  # The bits depend on it: no contraction of a * b + c, on either side.
  "$<${fp8oracle_host}:-ffp-contract=off>")
# GCC 12 warns about std::string + const char* in its own headers (GCC bug 105651).
target_compile_options(fp8oracle_compiler_flags INTERFACE
  "$<$<AND:${fp8oracle_host},$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>")
option(FP8ORACLE_WERROR "Warnings are errors" OFF)
if(FP8ORACLE_WERROR)
  target_compile_options(fp8oracle_compiler_flags INTERFACE "$<${fp8oracle_host}:-Werror>")
endif()
set(FP8ORACLE_SANITIZE "" CACHE STRING "Value of -fsanitize=, e.g. address,undefined")
if(FP8ORACLE_SANITIZE)
  target_compile_options(fp8oracle_compiler_flags INTERFACE
    "$<${fp8oracle_host}:-fsanitize=${FP8ORACLE_SANITIZE};-fno-sanitize-recover=all>"
    "$<${fp8oracle_host}:-fno-omit-frame-pointer>")
  target_link_options(fp8oracle_compiler_flags INTERFACE -fsanitize=${FP8ORACLE_SANITIZE})
endif()

# fp8oracle_test(NAME file... LIBS lib... [LABEL smoke])   one GoogleTest binary, discovered lazily
function(fp8oracle_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LIBS" ${ARGN})
  if(NOT FP8ORACLE_BUILD_TESTS)
    return()
  endif()
  if(NOT ARG_LABEL)
    set(ARG_LABEL smoke)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest_main fp8oracle_compiler_flags)
  # One label only: CMake 3.25 flattens a list here and loses the environment without a word.
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${ARG_LABEL} ENVIRONMENT "RC_PARAMS=seed=1 max_success=200")
endfunction()
