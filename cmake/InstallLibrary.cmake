# What `cmake --install` puts into a prefix:
#
#   bin/firesteel                      the command
#   include/firesteel/                 the public headers
#   include/firesteel_arrow/arrow/     Arrow's headers, which the public ones include
#   lib/libfiresteel.so                every folder of src/ that makes up the library
#   lib/libarrow*.so.*, libparquet…    Arrow's libraries, found beside ours through $ORIGIN
#   lib/cmake/firesteel/               find_package(firesteel), target firesteel::firesteel
#
# Arrow's files are left out where an installed Arrow is used; the package then asks for that one.
# Included from the top, after the folders.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Takes the folders' object files rather than their archives: nothing in here calls the public API,
# so the linker would leave it out of the archives.
get_property(library_folders GLOBAL PROPERTY FIRESTEEL_COMPILED_FOLDERS)
list(FILTER library_folders EXCLUDE REGEX "^firesteel_(tools|connect_server)$")
list(TRANSFORM library_folders REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE library_objects)
add_library(firesteel_shared SHARED ${library_objects})
target_link_libraries(firesteel_shared PRIVATE ${library_folders})
# Keeps what the third-party archives define out of our interface; only FIRESTEEL_EXPORT is in it.
target_link_options(firesteel_shared PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(
  firesteel_shared
  PROPERTIES OUTPUT_NAME firesteel
             LINKER_LANGUAGE CXX
             VERSION ${PROJECT_VERSION}
             SOVERSION ${PROJECT_VERSION_MAJOR}
             INSTALL_RPATH "$ORIGIN")
install(TARGETS firesteel_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

set_target_properties(firesteel PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
install(TARGETS firesteel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/firesteel DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(FIRESTEEL_ARROW_FROM_WHEEL)
  install(
    DIRECTORY ${FIRESTEEL_ARROW_INCLUDE_DIR}/arrow
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/firesteel_arrow
    FILES_MATCHING
    PATTERN "*.h"
    PATTERN "acero" EXCLUDE
    PATTERN "dataset" EXCLUDE
    PATTERN "engine" EXCLUDE
    PATTERN "flight" EXCLUDE
    PATTERN "python" EXCLUDE
    PATTERN "testing" EXCLUDE)
  install(FILES ${FIRESTEEL_ARROW_FILES} DESTINATION ${CMAKE_INSTALL_LIBDIR})
  foreach(library libarrow libarrow_compute)
    foreach(file IN LISTS FIRESTEEL_ARROW_FILES)
      get_filename_component(name ${file} NAME)
      if(name MATCHES "^${library}\\.so")
        set(FIRESTEEL_INSTALLED_${library} ${name})
      endif()
    endforeach()
  endforeach()
endif()

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/firesteel)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/firesteelConfig.cmake.in ${CMAKE_BINARY_DIR}/firesteelConfig.cmake
  INSTALL_DESTINATION ${package_directory} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/firesteelConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/firesteelConfig.cmake
              ${CMAKE_BINARY_DIR}/firesteelConfigVersion.cmake DESTINATION ${package_directory})

if(FIRESTEEL_BUILD_TESTS)
  add_test(NAME install_test COMMAND ${PROJECT_SOURCE_DIR}/tests/install/run ${CMAKE_BINARY_DIR}
                                     ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_FLAGS})
  set_tests_properties(install_test PROPERTIES ENVIRONMENT "${FIRESTEEL_TEST_ENVIRONMENT}")
endif()
