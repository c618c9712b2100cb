#pragma once

#include "common/dsp/smearing/householder_qr.hpp"
#include "common/dsp/smearing/real_fft.hpp"

#include <array>
#include <vector>

namespace earshot::dsp {

/// Which columns of a smearing matrix are kept for rows that are computed together.
///
/// A row's coefficients bend near the diagonal and run flat away from it: there a power spectrum is
/// taken by groups of four bins, with the mean of their coefficients, and not at all where
/// coefficients are next to nothing.
struct SmearingLayout {
    static constexpr int kColumns = RealFft::kBins;
    /// Rows that are computed together.
    static constexpr int kBlock = 16;
    /// The bin at half the sample rate, alone behind 256 others, has no row.
    static constexpr int kBlocks = (kColumns - 1) / kBlock;
    /// Neighbouring bins that are taken as one away from the diagonal.
    static constexpr int kGroup = 4;
    static constexpr int kGroups = (kColumns + kGroup - 1) / kGroup;

    /// Neighbouring columns: bins, or groups of them.
    struct Run {
        int first = 0;
        int count = 0;
    };
    struct Block {
        Run below;  ///< Groups.
        Run near;   ///< Bins.
        Run above;  ///< Groups.
    };

    std::array<Block, kBlocks> blocks{};
};

/// Every bin in every row.
[[nodiscard]] SmearingLayout dense_layout();

/// The fewest columns with which a tone leaves in each bin what it should: to 2 %, or to 0.02 % of
/// the most that a tone can leave there; and none with which it leaves less than 0.005 % of that.
/// So small, because the bass of a film can be a thousand times stronger than its treble.
/// @param coefficients  Shape [kColumns][kColumns].
[[nodiscard]] SmearingLayout banded_layout(const ColumnMatrix& coefficients);

/// Mean of a row's coefficients for the bins of a group that exist.
[[nodiscard]] double group_mean(const ColumnMatrix& coefficients, int row, int group);

}  // namespace earshot::dsp
