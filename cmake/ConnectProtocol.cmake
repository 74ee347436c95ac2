# Defines firesteel_connect_protocol: the messages and the service of Spark Connect as C++.
#
# Their definitions come out of the PySpark client in .venv when the build is configured; see
# scripts/connect_descriptors.py. The generated code is 130,000 lines, so it is compiled once, into a
# library of its own, and without sanitizers.
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++)
pkg_check_modules(PROTOBUF REQUIRED IMPORTED_TARGET protobuf)
find_program(FIRESTEEL_PROTOC protoc REQUIRED)
find_program(FIRESTEEL_GRPC_PLUGIN grpc_cpp_plugin REQUIRED)

set(protocol_directory ${CMAKE_BINARY_DIR}/connect_protocol)
file(GLOB client_directories ${FIRESTEEL_VENV}/lib/python3*/site-packages/pyspark)
if(NOT client_directories)
  message(FATAL_ERROR "The PySpark client is not in ${FIRESTEEL_VENV}. Run scripts/bootstrap.")
endif()
list(GET client_directories 0 client_directory)
get_filename_component(site_packages ${client_directory} DIRECTORY)

function(firesteel_run_or_stop)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status ERROR_VARIABLE errors OUTPUT_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "Generating the Connect protocol failed:\n${output}${errors}")
  endif()
  set(command_output "${output}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${protocol_directory})
firesteel_run_or_stop(${FIRESTEEL_PYTHON} ${PROJECT_SOURCE_DIR}/scripts/connect_descriptors.py
                      ${site_packages} ${protocol_directory}/connect.descriptors)
string(STRIP "${command_output}" protocol_files)
string(REPLACE "\n" ";" protocol_files "${protocol_files}")
# protoc takes descriptor sets or paths, not both, so the imports from its own folder become a set.
firesteel_run_or_stop(${FIRESTEEL_PROTOC} -I/usr/include --include_imports
                      --descriptor_set_out=${protocol_directory}/imports.descriptors
                      google/protobuf/any.proto google/protobuf/timestamp.proto)

set(protocol_sources "")
foreach(file IN LISTS protocol_files)
  string(REGEX REPLACE "\\.proto$" ".pb.cc" source ${file})
  list(APPEND protocol_sources ${protocol_directory}/${source})
endforeach()
set(service_source ${protocol_directory}/spark/connect/base.grpc.pb.cc)
add_custom_command(
  OUTPUT ${protocol_sources} ${service_source}
  COMMAND
    ${FIRESTEEL_PROTOC}
    --descriptor_set_in=${protocol_directory}/imports.descriptors:${protocol_directory}/connect.descriptors
    --cpp_out=${protocol_directory} --grpc_out=${protocol_directory}
    --plugin=protoc-gen-grpc=${FIRESTEEL_GRPC_PLUGIN} ${protocol_files}
  DEPENDS ${protocol_directory}/connect.descriptors
  COMMENT "Generating the Connect protocol"
  VERBATIM)
add_custom_target(firesteel_connect_sources DEPENDS ${protocol_sources} ${service_source})
add_library(firesteel_connect_protocol STATIC ${protocol_sources} ${service_source})
add_dependencies(firesteel_connect_protocol firesteel_connect_sources)
target_compile_options(firesteel_connect_protocol PRIVATE -w -g0 -fno-sanitize=all)
# Lets requests be nested deeper than protobuf allows by default.
set_source_files_properties(
  ${service_source} PROPERTIES COMPILE_OPTIONS
                               "-include;${PROJECT_SOURCE_DIR}/src/connect/server/message_depth.h")
target_include_directories(firesteel_connect_protocol SYSTEM PUBLIC ${protocol_directory})
target_link_libraries(firesteel_connect_protocol PUBLIC PkgConfig::GRPC PkgConfig::PROTOBUF)
