#pragma once

#include "common/base/errc.hpp"

#include <boost/system/result.hpp>

namespace earshot {

/// A value or the error_code that says why there is none.
/// For what is expected to fail: bytes, files, peers, users.
template <class T>
using Result = boost::system::result<T>;

}  // namespace earshot
