# The guard itself: the tests and continuo-bench preload it into the shipped binary.
include_guard(GLOBAL)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND NOT CONTINUO_SANITIZE)
  add_library(continuo_guard SHARED ${CMAKE_CURRENT_LIST_DIR}/guard.cpp)
  set_target_properties(continuo_guard PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/guard)
  target_compile_options(continuo_guard PRIVATE -O2 -g -Wall -Wextra -Werror -fno-omit-frame-pointer)
  target_link_libraries(continuo_guard PRIVATE ${CMAKE_DL_LIBS})
endif()
