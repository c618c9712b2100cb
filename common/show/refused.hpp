#pragma once

#include "common/base/errc.hpp"

namespace earshot::show {

/// Carries the first error out of a reader of files; its one public function makes a Failure of it.
struct Refused {
    Failure failure;
};

}  // namespace earshot::show
