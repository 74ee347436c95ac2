# firesteel_folder(NAME SOURCES … [TESTS …] [FUZZERS …] [DEPENDS folder…] [LINK target…]
#                  [TEST_LINK target…])
#
# Makes the library of one folder of src/, firesteel_NAME, and, where tests are built, its one test
# program NAME_test. DEPENDS are other folders; it is the link-time form of the include table.
# TEST_LINK goes to the tests and the fuzzers. Each file of FUZZERS is a program of its own.
function(firesteel_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;FUZZERS;DEPENDS;LINK;TEST_LINK" ${ARGN})
  set(target firesteel_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_compile_options(${target} PRIVATE ${FIRESTEEL_WARNINGS})
    firesteel_precompile(${target} firesteel_precompiled)
    firesteel_compile_together(${target})
    set_property(GLOBAL APPEND PROPERTY FIRESTEEL_COMPILED_FOLDERS ${target})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} ${scope} firesteel_arrow)
  foreach(folder IN LISTS ARG_DEPENDS)
    target_link_libraries(${target} ${scope} firesteel_${folder})
  endforeach()
  if(ARG_LINK)
    target_link_libraries(${target} ${scope} ${ARG_LINK})
  endif()
  if(FIRESTEEL_BUILD_TESTS AND ARG_TESTS)
    firesteel_test(${name} SOURCES ${ARG_TESTS} LINK ${target} ${ARG_TEST_LINK})
  endif()
  if(FIRESTEEL_BUILD_FUZZERS)
    foreach(source IN LISTS ARG_FUZZERS)
      firesteel_fuzzer(${source} LINK ${target} ${ARG_TEST_LINK})
    endforeach()
  endif()
endfunction()

# firesteel_test(NAME SOURCES … [LINK target…])
#
# Makes the test program NAME_test and its one entry in ctest, NAME.
function(firesteel_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_compile_options(${name}_test PRIVATE ${FIRESTEEL_WARNINGS})
  firesteel_precompile(${name}_test firesteel_precompiled_for_tests)
  firesteel_compile_together(${name}_test)
  target_link_libraries(${name}_test PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${FIRESTEEL_TEST_ENVIRONMENT}" TIMEOUT 600)
endfunction()

# firesteel_benchmark(NAME SOURCES … [LINK target…])
#
# Makes the Google Benchmark program NAME_benchmark, which `make bench` runs.
function(firesteel_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name}_benchmark ${ARG_SOURCES})
  target_compile_options(${name}_benchmark PRIVATE ${FIRESTEEL_WARNINGS})
  target_link_libraries(${name}_benchmark PRIVATE ${ARG_LINK} benchmark::benchmark_main)
  set_property(GLOBAL APPEND PROPERTY FIRESTEEL_BENCHMARKS ${name}_benchmark)
endfunction()

# firesteel_fuzzer(SOURCE [LINK target…])
#
# Makes the libFuzzer program named after SOURCE (json_fuzz from json_fuzz.cc), which `make fuzz`
# runs.
function(firesteel_fuzzer source)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_compile_options(${name} PRIVATE ${FIRESTEEL_WARNINGS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY FIRESTEEL_FUZZERS ${name})
endfunction()

# firesteel_program_list(TARGET PROPERTY FILE)
#
# Makes the target that builds the programs collected in a global property, and a file in the build
# directory with their paths. To be called last.
function(firesteel_program_list target property file)
  get_property(programs GLOBAL PROPERTY ${property})
  add_custom_target(${target})
  set(content "")
  foreach(program IN LISTS programs)
    add_dependencies(${target} ${program})
    string(APPEND content "$<TARGET_FILE:${program}>\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/${file} CONTENT "${content}")
endfunction()
