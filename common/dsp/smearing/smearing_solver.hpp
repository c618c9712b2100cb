#pragma once

#include "common/dsp/smearing/broadening.hpp"
#include "common/dsp/smearing/householder_qr.hpp"
#include "common/dsp/smearing/real_fft.hpp"

namespace earshot::dsp {

/// Finds the smearing matrix S of widened auditory filters: the one that gives a normal ear, of
/// power spectrum S P, the excitation that the widened filters would have of power spectrum P.
///
/// Filters are rounded exponentials of the bins of a RealFft at 48 kHz, of equal gain for noise.
/// A_N S = A_W, where A_N (normal filters) reads bins up to 1.5 times half the sample rate; of the
/// solutions the shortest is taken, and of it the bins that exist. That keeps S tame at the upper
/// end, where square equations are all but singular.
/// Source: Baer & Moore, J. Acoust. Soc. Am. 94(3), 1993; filters: Glasberg & Moore, Hear. Res. 47,
/// 1990.
/// Thread: const once made. Real-time: no; it takes some milliseconds to make and to solve.
class SmearingSolver {
public:
    static constexpr int kBins = RealFft::kBins;

    SmearingSolver();

    /// Shape [kBins out][kBins in], column after column.
    /// @throws std::invalid_argument  if the broadening is out of range.
    [[nodiscard]] ColumnMatrix solve(const Broadening& broadening) const;

private:
    HouseholderQr normal_;  ///< A_N transposed.
};

}  // namespace earshot::dsp
