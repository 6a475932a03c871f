# SPDX-License-Identifier: Apache-2.0
# The door: backends from shared libraries, and any backend in a child process.
add_library(fp8oracle_door STATIC
  batch.cpp channel.cpp child.cpp child_session.cpp library.cpp process.cpp serve.cpp
  shared_memory.cpp)
target_link_libraries(fp8oracle_door
  PUBLIC fp8oracle_runner_core fp8oracle_common
  PRIVATE fp8oracle_compiler_flags ${CMAKE_DL_LIBS})

if(FP8ORACLE_BUILD_TESTS)
  add_subdirectory(tests/backends)
  add_executable(door_serve_for_tests tests/serve_for_tests.cpp)
  target_link_libraries(door_serve_for_tests PRIVATE
    fp8oracle_door door_honest fp8oracle_compiler_flags)
  fp8oracle_test(door_tests
    SOURCES tests/child_session_test.cpp tests/door_fixture.cpp tests/hostile_test.cpp
            tests/library_test.cpp
    LIBS fp8oracle_door door_honest Threads::Threads)
  target_compile_definitions(door_tests PRIVATE
    DOOR_BACKENDS="${CMAKE_CURRENT_BINARY_DIR}/tests/backends"
    DOOR_SERVE="$<TARGET_FILE:door_serve_for_tests>")
  target_include_directories(door_tests PRIVATE tests)
  if(FP8ORACLE_SANITIZE)
    # Under ASan GCC 12 warns about std::regex in its own headers (GCC bug 105562).
    target_compile_options(door_tests PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  endif()
  add_dependencies(door_tests door_backends door_serve_for_tests)
endif()
