# Compiles the standard library, Arrow's and GoogleTest's headers once rather than in every file, where
# FIRESTEEL_PRECOMPILED_HEADERS says so: the presets for tests, whose time is mostly spent on them.
# The release preset does without.
option(FIRESTEEL_PRECOMPILED_HEADERS "Compile the most used headers once" OFF)

set(FIRESTEEL_COMMON_HEADERS
    <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <condition_variable> <cstdint> <cstring>
    <functional> <limits> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <thread>
    <unordered_map> <utility> <variant> <vector>
    <arrow/array/array_base.h> <arrow/array/array_binary.h> <arrow/array/array_nested.h>
    <arrow/array/array_primitive.h> <arrow/array/builder_binary.h> <arrow/array/builder_primitive.h>
    <arrow/array/data.h> <arrow/array/util.h> <arrow/buffer.h> <arrow/io/interfaces.h>
    <arrow/record_batch.h> <arrow/result.h> <arrow/status.h> <arrow/type.h> <fmt/format.h>)

# Makes the library that holds them; its users must be compiled with its options, or the compiler
# leaves them aside.
function(firesteel_precompiled_library name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "" @ONLY)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE firesteel_arrow fmt::fmt)
  target_compile_options(${name} PRIVATE ${FIRESTEEL_WARNINGS})
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()
if(FIRESTEEL_PRECOMPILED_HEADERS)
  firesteel_precompiled_library(firesteel_precompiled ${FIRESTEEL_COMMON_HEADERS})
  if(FIRESTEEL_BUILD_TESTS)
    firesteel_precompiled_library(firesteel_precompiled_for_tests ${FIRESTEEL_COMMON_HEADERS}
                                  <gtest/gtest.h> <gmock/gmock.h>)
    target_link_libraries(firesteel_precompiled_for_tests PRIVATE GTest::gmock GTest::gtest_main)
  endif()
endif()

# firesteel_precompile(TARGET LIBRARY): lets a target use the headers of that library.
function(firesteel_precompile target library)
  if(FIRESTEEL_PRECOMPILED_HEADERS)
    target_precompile_headers(${target} REUSE_FROM ${library})
    target_compile_options(${target} PRIVATE -fPIC)  # programs would be -fPIE, unlike the library
  endif()
endfunction()

# Compiles the files of a folder, or of a test program, eight at a time, where FIRESTEEL_UNITY_BUILD
# says so: what they all instantiate from the standard library, Arrow and GoogleTest is then compiled
# once for eight. It asks that names in the anonymous namespaces of one folder differ. The presets
# for tidy and for benchmarks do without: each file is compiled alone there, with its own #includes.
option(FIRESTEEL_UNITY_BUILD "Compile the files of a target together" OFF)
function(firesteel_compile_together target)
  if(FIRESTEEL_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # The warning takes every file but the first for a header.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()
