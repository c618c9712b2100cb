# For 64-bit ARM, with Debian's cross compiler, against the packages that deploy/cross-sysroot unpacks.
# Programs that the build runs itself (protoc, ccache) are this machine's; those it has built run
# under qemu's user mode.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
get_filename_component(earshot_root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
set(EARSHOT_SYSROOT "${earshot_root}/build/sysroot-arm64" CACHE PATH "Unpacked arm64 packages")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES EARSHOT_SYSROOT)
set(CMAKE_SYSROOT "${EARSHOT_SYSROOT}")
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++-12)

set(CMAKE_FIND_ROOT_PATH "${EARSHOT_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(ENV{PKG_CONFIG_DIR} "")
set(ENV{PKG_CONFIG_LIBDIR}
    "${EARSHOT_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${EARSHOT_SYSROOT}/usr/share/pkgconfig")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${EARSHOT_SYSROOT}")

# libpulse's own library lies apart from the others.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-Wl,-rpath-link,${EARSHOT_SYSROOT}/usr/lib/aarch64-linux-gnu/pulseaudio")

find_program(EARSHOT_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(EARSHOT_QEMU)
    set(CMAKE_CROSSCOMPILING_EMULATOR "${EARSHOT_QEMU};-L;${EARSHOT_SYSROOT}")
endif()
