# The checks of the project's text that run with the tests.
add_test(NAME check_includes COMMAND ${FIRESTEEL_PYTHON} scripts/check_includes.py
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
add_test(NAME check_includes_test COMMAND ${FIRESTEEL_PYTHON} scripts/check_includes_test.py
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
