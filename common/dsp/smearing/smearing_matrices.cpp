#include "common/dsp/smearing/smearing_matrices.hpp"

#include <algorithm>

namespace earshot::dsp {

std::shared_ptr<const SmearingMatrix> SmearingMatrices::get(const Broadening& broadening) {
    const auto known = std::find_if(made_.begin(), made_.end(), [&broadening](const auto& matrix) {
        return matrix->broadening() == broadening;
    });
    if (known != made_.end()) {
        return *known;
    }
    check(broadening);
    if (!solver_) {
        solver_.emplace();
    }
    return made_.emplace_back(
        std::make_shared<const SmearingMatrix>(broadening, solver_->solve(broadening), form_));
}

}  // namespace earshot::dsp
