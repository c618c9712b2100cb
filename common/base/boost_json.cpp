// The one place where Boost.JSON is compiled; used to read small JSON texts from outside.
#include <boost/json/src.hpp>
