# What the guard interposes must be linked whether or not anything names it: an object library.
add_library(earshot_rt_guard OBJECT rt_guard.cpp)
target_link_libraries(earshot_rt_guard PUBLIC earshot_flags earshot::rt Threads::Threads
    PRIVATE earshot_warnings)
add_library(earshot::rt_guard ALIAS earshot_rt_guard)
