# Compiles every header that has no .cc of its own, alone: one generated file each. (A header with
# a .cc is covered, since the .cc includes it first.) Public headers get to see nothing but the
# public headers, Arrow and the system's. Included from the top, after the folders.
#
# The public ones belong to `make test`; the private ones, which take longer, to `make header-check`.
function(firesteel_header_sources result)
  cmake_parse_arguments(ARG "" "ROOT" "" ${ARGN})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${ARG_ROOT} ${ARG_ROOT}/*.h)
  set(sources "")
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "\\.h$" ".cc" own_source ${header})
    if(NOT EXISTS ${ARG_ROOT}/${own_source})
      set(source ${CMAKE_BINARY_DIR}/header_check/${own_source})
      # Writes the file only when it differs, so that ninja compiles it only once.
      file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n" @ONLY)
      list(APPEND sources ${source})
    endif()
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

firesteel_header_sources(public_sources ROOT ${PROJECT_SOURCE_DIR}/include)
firesteel_header_sources(private_sources ROOT ${PROJECT_SOURCE_DIR}/src)
add_custom_target(firesteel_header_check)
foreach(kind public private)
  if(${kind}_sources)
    set(target firesteel_${kind}_header_check)
    add_library(${target} OBJECT ${${kind}_sources})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${target} PRIVATE firesteel_arrow)
    # Checks only whether it compiles; code and instrumentation would cost time.
    target_compile_options(${target} PRIVATE ${FIRESTEEL_WARNINGS} -O0 -g0 -fno-sanitize=all)
    add_dependencies(firesteel_header_check ${target})
  endif()
endforeach()
if(private_sources)
  set_target_properties(firesteel_private_header_check PROPERTIES EXCLUDE_FROM_ALL ON)
  get_property(folders GLOBAL PROPERTY FIRESTEEL_COMPILED_FOLDERS)
  target_include_directories(firesteel_private_header_check PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(firesteel_private_header_check PRIVATE ${folders})
endif()

# Finds everything built already in `make test`; it is here so that ctest names the culprit.
add_test(NAME header_check COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}
                                   --target firesteel_public_header_check)
