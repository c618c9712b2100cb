#include "common/dsp/smearing/householder_qr.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace earshot::dsp {
namespace {

constexpr double kRankTolerance = 1e-12;

double dot(const double* a, const double* b, std::size_t count) noexcept {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

void add_multiple(double factor, const double* from, double* to, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] += factor * from[i];
    }
}

}  // namespace

HouseholderQr::HouseholderQr(ColumnMatrix a)
    : factors_(std::move(a)), diagonal_(factors_.columns()), scale_(factors_.columns()) {
    const std::size_t columns = factors_.columns();
    if (columns == 0 || factors_.rows() < columns) {
        throw std::invalid_argument("HouseholderQr: a needs a column, and no fewer rows");
    }
    double largest = 0.0;
    for (std::size_t k = 0; k < columns; ++k) {
        const std::span<double> v = factors_.column(k).subspan(k);
        const double norm = std::sqrt(dot(v.data(), v.data(), v.size()));
        largest = std::max(largest, norm);
        // Also refuses NaN.
        if (!(norm > kRankTolerance * largest) || !std::isfinite(norm)) {
            throw std::invalid_argument("HouseholderQr: the columns are not independent");
        }
        // Away from the first entry, so that nothing cancels.
        diagonal_[k] = v[0] > 0.0 ? -norm : norm;
        v[0] -= diagonal_[k];
        scale_[k] = 2.0 / dot(v.data(), v.data(), v.size());
        for (std::size_t j = k + 1; j < columns; ++j) {
            reflect(k, factors_.column(j));
        }
    }
}

void HouseholderQr::reflect(std::size_t index, std::span<double> x) const noexcept {
    const std::span<const double> v = factors_.column(index).subspan(index);
    const double along = scale_[index] * dot(v.data(), x.data() + index, v.size());
    add_multiple(-along, v.data(), x.data() + index, v.size());
}

void HouseholderQr::solve_transposed(std::span<const double> b, std::span<double> x) const {
    const std::size_t columns = factors_.columns();
    EARSHOT_ASSERT(b.size() == columns && x.size() == factors_.rows());
    std::fill(x.begin(), x.end(), 0.0);
    // aᵀ x = Rᵀ (Qᵀ x): forwards through Rᵀ, then back by the reflections.
    for (std::size_t k = 0; k < columns; ++k) {
        x[k] = (b[k] - dot(factors_.column(k).data(), x.data(), k)) / diagonal_[k];
    }
    for (std::size_t k = columns; k-- > 0;) {
        reflect(k, x);
    }
}

void HouseholderQr::solve(std::span<const double> b, std::span<double> x) const {
    const std::size_t columns = factors_.columns();
    EARSHOT_ASSERT(b.size() == factors_.rows() && x.size() == columns);
    std::vector<double> work(b.begin(), b.end());
    for (std::size_t k = 0; k < columns; ++k) {
        reflect(k, work);
    }
    for (std::size_t k = columns; k-- > 0;) {
        x[k] = work[k] / diagonal_[k];
        add_multiple(-x[k], factors_.column(k).data(), work.data(), k);
    }
}

}  // namespace earshot::dsp
