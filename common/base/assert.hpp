#pragma once

#include <cstdio>
#include <cstdlib>

/// Checks what only a bug of ours can break; never data from outside. Aborts, in every build.
#define EARSHOT_ASSERT(condition)                                                                  \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)
