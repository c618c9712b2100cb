#include "common/dsp/smearing/broadening.hpp"

#include <stdexcept>
#include <string>

namespace earshot::dsp {
namespace {

bool in_range(double side) noexcept {
    return side >= Broadening::kLeast && side <= Broadening::kMost;
}

}  // namespace

Broadening broadening_of(SmearingDegree degree) noexcept {
    switch (degree) {
        case SmearingDegree::none:
            break;
        case SmearingDegree::mild:
            return {.lower = 1.6, .upper = 1.1};
        case SmearingDegree::moderate:
            return {.lower = 2.4, .upper = 1.6};
        case SmearingDegree::severe:
            return {.lower = 4.0, .upper = 2.0};
    }
    return {};
}

void check(const Broadening& broadening) {
    if (!in_range(broadening.lower) || !in_range(broadening.upper)) {
        throw std::invalid_argument("broadening " + std::to_string(broadening.lower) + "/" +
                                    std::to_string(broadening.upper) +
                                    ": each side must be 1 to 6 times normal");
    }
}

}  // namespace earshot::dsp
