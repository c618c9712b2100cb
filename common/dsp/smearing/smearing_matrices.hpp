#pragma once

#include "common/dsp/smearing/smearing_matrix.hpp"
#include "common/dsp/smearing/smearing_solver.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace earshot::dsp {

/// The smearing matrices of a show, each made once. Made and filled while a show is loaded; it, or
/// the pointers it gave, outlive every stage that smears with them.
///
/// Thread: one owner. Real-time: no; a new matrix takes some 20 ms.
class SmearingMatrices {
public:
    explicit SmearingMatrices(SmearingMatrix::Form form = SmearingMatrix::Form::banded)
        : form_(form) {}

    /// @throws std::invalid_argument  if the broadening is out of range.
    [[nodiscard]] std::shared_ptr<const SmearingMatrix> get(const Broadening& broadening);

private:
    SmearingMatrix::Form form_;
    std::optional<SmearingSolver> solver_;  ///< Made when first needed.
    std::vector<std::shared_ptr<const SmearingMatrix>> made_;
};

}  // namespace earshot::dsp
