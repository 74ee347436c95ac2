# Defines firesteel_arrow (Arrow's core and compute kernels) and firesteel_parquet.
#
# An installed Arrow wins; else the pyarrow wheel in .venv, which ships headers and shared
# libraries. Sets FIRESTEEL_ARROW_FILES, the libraries `cmake --install` copies beside ours, and
# FIRESTEEL_ARROW_INCLUDE_DIR, the headers that go with them (both empty for an installed Arrow).
#
# Beware of what the wheel's libraries export besides Arrow: libparquet a whole simdjson (see
# Simdjson.cmake) and a whole OpenSSL, libarrow_compute RE2 and utf8proc. Debian's libssl binds to
# that OpenSSL and crashes when libparquet comes first, so a program that needs both must name
# libcrypto and libssl before libparquet on its link line.
#
# This file must not be called FindArrow.cmake: find_package(Arrow) below would load it again.
set(FIRESTEEL_VENV ${PROJECT_SOURCE_DIR}/.venv
    CACHE PATH "The virtual environment with the pyarrow wheel and simdjson")
set(FIRESTEEL_ARROW_FILES "")
set(FIRESTEEL_ARROW_INCLUDE_DIR "")

find_package(Arrow QUIET CONFIG)
if(Arrow_FOUND AND Arrow_VERSION VERSION_GREATER_EQUAL 21)
  set(FIRESTEEL_ARROW_FROM_WHEEL FALSE)
  find_package(ArrowCompute REQUIRED CONFIG)
  find_package(Parquet REQUIRED CONFIG)
  add_library(firesteel_arrow INTERFACE)
  target_link_libraries(firesteel_arrow INTERFACE Arrow::arrow_shared
                                                  ArrowCompute::arrow_compute_shared)
  add_library(firesteel_parquet INTERFACE)
  target_link_libraries(firesteel_parquet INTERFACE firesteel_arrow Parquet::parquet_shared)
  return()
endif()

set(FIRESTEEL_ARROW_FROM_WHEEL TRUE)
file(GLOB pyarrow_directories ${FIRESTEEL_VENV}/lib/python3*/site-packages/pyarrow)
if(NOT pyarrow_directories)
  message(FATAL_ERROR
          "Arrow not found: neither installed nor in ${FIRESTEEL_VENV}. Run scripts/bootstrap.")
endif()
list(GET pyarrow_directories 0 FIRESTEEL_PYARROW_DIR)
set(FIRESTEEL_ARROW_INCLUDE_DIR ${FIRESTEEL_PYARROW_DIR}/include)

function(firesteel_wheel_library target library)
  file(GLOB candidates ${FIRESTEEL_PYARROW_DIR}/${library}.so.*)
  if(NOT candidates)
    message(FATAL_ERROR "${library} is missing from ${FIRESTEEL_PYARROW_DIR}. "
                        "Remove ${FIRESTEEL_VENV} and run scripts/bootstrap.")
  endif()
  list(GET candidates 0 location)
  add_library(${target}_imported SHARED IMPORTED GLOBAL)
  set_target_properties(${target}_imported PROPERTIES IMPORTED_LOCATION ${location})
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE ${FIRESTEEL_ARROW_INCLUDE_DIR})
  target_link_libraries(${target} INTERFACE ${target}_imported)
  list(APPEND FIRESTEEL_ARROW_FILES ${location})
  set(FIRESTEEL_ARROW_FILES ${FIRESTEEL_ARROW_FILES} PARENT_SCOPE)
endfunction()
firesteel_wheel_library(firesteel_arrow libarrow)
firesteel_wheel_library(firesteel_arrow_compute libarrow_compute)
firesteel_wheel_library(firesteel_parquet libparquet)
target_link_libraries(firesteel_arrow INTERFACE firesteel_arrow_compute)
target_link_libraries(firesteel_parquet INTERFACE firesteel_arrow)
