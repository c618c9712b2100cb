#pragma once

#include "common/dsp/smearing/broadening.hpp"
#include "common/dsp/smearing/householder_qr.hpp"
#include "common/dsp/smearing/smearing_layout.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace earshot::dsp {

/// The power spectrum of one frame as a SmearingMatrix reads it.
struct SmearingPower {
    static constexpr std::size_t kGroups = SmearingLayout::kGroups;

    /// Zero from SmearingLayout::kColumns on.
    alignas(64) std::array<float, kGroups * SmearingLayout::kGroup> bins{};
    /// Sums of the bins of each group.
    alignas(64) std::array<float, kGroups> groups{};

    /// Makes groups from bins.
    void sum_groups() noexcept;
};

/// What widened auditory filters make of a power spectrum: its product with a matrix.
///
/// The banded form (SmearingLayout) has 0.25 to 0.36 of the dense one's coefficients in the degrees
/// mild to severe. Within 30 dB of the peak, 1/6-octave levels of tones, a vowel and a
/// programme with drums stay within 0.2 dB of it.
///
/// Thread: const once made. Real-time: multiply(); not the constructor.
class SmearingMatrix {
public:
    enum class Form { dense, banded };

    static constexpr int kColumns = SmearingLayout::kColumns;
    static constexpr int kRows = SmearingLayout::kBlocks * SmearingLayout::kBlock;

    /// @param coefficients  Shape [kColumns][kColumns], from SmearingSolver.
    SmearingMatrix(const Broadening& broadening, const ColumnMatrix& coefficients, Form form);

    /// @param out  Shape [kRows]. May fall below 0: the matrix undoes filters as well.
    void multiply(const SmearingPower& power, std::span<float, kRows> out) const noexcept;

    [[nodiscard]] const Broadening& broadening() const noexcept { return broadening_; }
    /// What multiply() takes of one bin of power for one row.
    [[nodiscard]] float coefficient(int row, int column) const;
    /// How many multiplications multiply() makes.
    [[nodiscard]] std::size_t size() const noexcept { return coefficients_.size(); }

private:
    void append(const ColumnMatrix& from, int block);

    Broadening broadening_;
    SmearingLayout layout_;
    /// Block after block: below, near, above; column after column, the block's rows side by side.
    std::vector<float> coefficients_;
};

}  // namespace earshot::dsp
