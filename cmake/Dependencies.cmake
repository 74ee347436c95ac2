# Finds what the project builds on. Everything here comes from Debian's packages or from the wheels
# in .venv; scripts/bootstrap installs both.
option(FIRESTEEL_BUILD_TESTS "Build the test programs" OFF)
option(FIRESTEEL_BUILD_BENCHMARKS "Build the benchmark programs" OFF)
option(FIRESTEEL_BUILD_FUZZERS "Build the fuzzers (clang only)" OFF)

# Dozens of test programs hold the whole engine: GNU ld takes several times as long for them.
find_program(FIRESTEEL_MOLD mold)
if(FIRESTEEL_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Without pages of their own, mold 1.10 puts an empty thread-local section into the page before the
  # data, which nothing is loaded into, when code ends within seven bytes of a page: in one of some
  # hundred programs, which the loader then refuses for want of memory.
  add_link_options(-fuse-ld=mold -Wl,-z,separate-loadable-segments)
endif()

# Compiling twice what has not changed is the largest part of a developer's waiting.
find_program(FIRESTEEL_CCACHE ccache)
foreach(language C CXX)
  if(FIRESTEEL_CCACHE AND NOT CMAKE_${language}_COMPILER_LAUNCHER)
    # Precompiled headers need to be looked at less closely than ccache would by itself.
    set(CMAKE_${language}_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros
                                         ${FIRESTEEL_CCACHE})
  endif()
endforeach()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping copies in std::string's code that are none.
  set(FIRESTEEL_WARNINGS -Wall -Wextra -Werror -Wno-restrict)
else()
  # clang only checks locks and looks for crashes; g++ has the say about warnings.
  set(FIRESTEEL_WARNINGS -Wthread-safety -Werror=thread-safety)
endif()

# Turns the address sanitizer's eyes on inside Arrow (its default pool hides what it allocates) and
# silences what the thread sanitizer cannot see in libraries that it did not compile.
find_program(FIRESTEEL_PYTHON NAMES python3 python HINTS ${PROJECT_SOURCE_DIR}/.venv/bin REQUIRED)
set(FIRESTEEL_TEST_ENVIRONMENT
    ARROW_DEFAULT_MEMORY_POOL=system
    ASAN_OPTIONS=detect_leaks=1
    UBSAN_OPTIONS=print_stacktrace=1
    TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp)

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
find_package(ZLIB REQUIRED)
find_package(date REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(Snappy REQUIRED)
if(FIRESTEEL_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(FIRESTEEL_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl)
include(ArrowLibraries)
include(ConnectProtocol)
include(Simdjson)
