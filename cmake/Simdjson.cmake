# Defines firesteel_simdjson: simdjson's amalgamation, compiled into a static library.
#
# Renames the namespace on both sides (here and in every consumer), because libparquet exports a
# whole simdjson of another version under the usual names: without the renaming the linker binds
# its functions to our structures, and parsing crashes. Consumers write `simdjson::` as usual.
set(FIRESTEEL_SIMDJSON_DIR ${FIRESTEEL_VENV}/simdjson)
if(NOT EXISTS ${FIRESTEEL_SIMDJSON_DIR}/simdjson.cpp)
  message(FATAL_ERROR "simdjson not found in ${FIRESTEEL_SIMDJSON_DIR}. Run scripts/bootstrap.")
endif()
add_library(firesteel_simdjson STATIC ${FIRESTEEL_SIMDJSON_DIR}/simdjson.cpp)
target_compile_definitions(firesteel_simdjson PUBLIC simdjson=firesteel_simdjson_private)
target_include_directories(firesteel_simdjson SYSTEM PUBLIC ${FIRESTEEL_SIMDJSON_DIR})
# Stays optimised and uninstrumented in every preset: it is not our code, and the vectorised paths
# are ten times slower otherwise.
target_compile_options(firesteel_simdjson PRIVATE -O2 -w -fno-sanitize=all)
