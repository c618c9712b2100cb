# The only place with compiler flags, and the functions every folder builds with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
find_program(EARSHOT_CCACHE ccache)
if(EARSHOT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${EARSHOT_CCACHE}")
endif()
set_property(GLOBAL PROPERTY JOB_POOLS link=1)
set(CMAKE_JOB_POOL_LINK link)

# Flags of everything, generated code included.
add_library(earshot_flags INTERFACE)
target_include_directories(earshot_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(earshot_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>
    _GLIBCXX_ASSERTIONS
    EARSHOT_VERSION="${PROJECT_VERSION}"
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_STD_INVOKE_RESULT SPDLOG_FMT_EXTERNAL)
target_compile_options(earshot_flags INTERFACE -fstack-protector-strong -ffp-contract=off)
if(EARSHOT_SANITIZE STREQUAL "address")
    target_compile_options(earshot_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(earshot_flags INTERFACE -fsanitize=address,undefined)
elseif(EARSHOT_SANITIZE STREQUAL "thread")
    target_compile_options(earshot_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-error=tsan)
    target_link_options(earshot_flags INTERFACE -fsanitize=thread)
elseif(EARSHOT_BUILD_FUZZERS)
    target_compile_options(earshot_flags INTERFACE -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all)
    target_link_options(earshot_flags INTERFACE -fsanitize=address,undefined)
endif()
if(EARSHOT_SANITIZE OR EARSHOT_BUILD_FUZZERS)
    target_compile_definitions(earshot_flags INTERFACE EARSHOT_SANITIZED=1)
endif()

# Warnings of our own code.
add_library(earshot_warnings INTERFACE)
target_compile_options(earshot_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wdouble-promotion
    -Wold-style-cast -Woverloaded-virtual
    $<$<BOOL:${EARSHOT_WERROR}>:-Werror>
    $<$<STREQUAL:${EARSHOT_SANITIZE},thread>:-Wno-error=tsan>)

# earshot_add_library(name SOURCES ... DEPENDS ... [PRIVATE_DEPENDS ...] [FAST])
# Target earshot_<name>, used as earshot::<name>. FAST: for signal processing, -O3, and -O2 in debug
# builds, whose tests would take minutes (never -ffast-math).
function(earshot_add_library name)
    cmake_parse_arguments(arg "FAST" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
    if(arg_SOURCES)
        add_library(earshot_${name} STATIC ${arg_SOURCES})
        target_link_libraries(earshot_${name} PUBLIC earshot_flags ${arg_DEPENDS}
            PRIVATE earshot_warnings ${arg_PRIVATE_DEPENDS})
        if(EARSHOT_SANITIZE STREQUAL "thread" AND name MATCHES "^dsp")
            # One owner, no threads inside; instrumented, an engine of five perspectives is too slow.
            set_source_files_properties(${arg_SOURCES} PROPERTIES COMPILE_OPTIONS -fno-sanitize=thread)
        endif()
        if(arg_FAST)
            target_compile_options(earshot_${name} PRIVATE
                $<IF:$<CONFIG:Debug>,-O2,-O3> -fno-math-errno -fno-trapping-math)
        endif()
    else()
        add_library(earshot_${name} INTERFACE)
        target_link_libraries(earshot_${name} INTERFACE earshot_flags ${arg_DEPENDS})
    endif()
    add_library(earshot::${name} ALIAS earshot_${name})
endfunction()

# earshot_add_executable(name SOURCES ... DEPENDS ...)
function(earshot_add_executable name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE earshot_flags earshot_warnings ${arg_DEPENDS})
endfunction()

# earshot_add_test(name LABEL unit|integration|validation SOURCES ... DEPENDS ...
#                  [TIMEOUT s] [SERIAL] [TIMING])
# One GoogleTest program; each test case becomes a ctest. SERIAL: nothing else runs beside it.
# TIMING: asserts how fast or how exactly in time something is; sanitizer builds leave it out.
function(earshot_add_test name)
    cmake_parse_arguments(arg "SERIAL;TIMING" "LABEL;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    set(properties LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
    if(arg_SERIAL)
        list(APPEND properties RUN_SERIAL TRUE)
    endif()
    earshot_add_executable(${name} SOURCES ${arg_SOURCES}
        DEPENDS GTest::gtest GTest::gmock GTest::gtest_main ${arg_DEPENDS})
    include(GoogleTest)
    gtest_discover_tests(${name} TEST_PREFIX ${arg_LABEL}. DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
    if(arg_TIMING)
        # gtest_discover_tests() flattens lists, so the second label is set once the tests are known.
        set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
        file(WRITE "${labels_file}"
            "foreach(test IN LISTS ${name}_TESTS)\n"
            "  set_tests_properties(\"\${test}\" PROPERTIES LABELS \"${arg_LABEL};timing\")\n"
            "endforeach()\n")
        set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
    endif()
endfunction()

# earshot_add_fuzzer(name SOURCES ... DEPENDS ...)
# Under EARSHOT_BUILD_FUZZERS: a libFuzzer program, part of the target `fuzzers`.
# Elsewhere the same LLVMFuzzerTestOneInput replays its corpus and every crash once found, as the
# unit test unit.<name>. Inputs: tests/fuzz/corpus/<short> and tests/fuzz/crashes/<short>, <short>
# being the name without "fuzz_" or "_fuzz".
function(earshot_add_fuzzer name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    string(REGEX REPLACE "^fuzz_|_fuzz$" "" short ${name})
    if(EARSHOT_BUILD_FUZZERS)
        earshot_add_executable(${name} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS})
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        if(NOT TARGET fuzzers)
            add_custom_target(fuzzers)
        endif()
        add_dependencies(fuzzers ${name})
    elseif(EARSHOT_BUILD_TESTS)
        earshot_add_executable(${name}
            SOURCES ${arg_SOURCES} "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp"
            DEPENDS ${arg_DEPENDS})
        add_test(NAME unit.${name} COMMAND ${name}
            "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${short}"
            "${CMAKE_SOURCE_DIR}/tests/fuzz/crashes/${short}")
        set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 60)
    endif()
endfunction()

# earshot_add_benchmark(name SOURCES ... DEPENDS ...)
function(earshot_add_benchmark name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    earshot_add_executable(${name} SOURCES ${arg_SOURCES}
        DEPENDS benchmark::benchmark benchmark::benchmark_main ${arg_DEPENDS})
endfunction()
