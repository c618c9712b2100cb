#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::dsp {

/// A matrix in double precision, stored column after column.
class ColumnMatrix {
public:
    ColumnMatrix(std::size_t rows, std::size_t columns)
        : rows_(rows), columns_(columns), values_(rows * columns) {}

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] std::span<double> column(std::size_t index) noexcept {
        return {values_.data() + index * rows_, rows_};
    }
    [[nodiscard]] std::span<const double> column(std::size_t index) const noexcept {
        return {values_.data() + index * rows_, rows_};
    }

private:
    std::size_t rows_;
    std::size_t columns_;
    std::vector<double> values_;
};

/// The factors Q R of a tall matrix of full rank, by Householder reflections, and what they solve.
///
/// Source: Golub & Van Loan, Matrix Computations, 4th ed., 5.2.2 and 5.6.2.
/// Thread: const once made. Real-time: no, work grows with rows x columns^2.
class HouseholderQr {
public:
    /// @throws std::invalid_argument  if a has more columns than rows or none, or if a column is
    ///   all but a combination of those before it (to 1e-12 of the largest).
    explicit HouseholderQr(ColumnMatrix a);

    /// The shortest x with aᵀ x = b: the solution of fewer equations than unknowns.
    /// @param b  Shape [columns of a].  @param x  Shape [rows of a]; not the memory of b.
    void solve_transposed(std::span<const double> b, std::span<double> x) const;
    /// The x for which a x comes nearest to b in least squares.
    /// @param b  Shape [rows of a].  @param x  Shape [columns of a]; not the memory of b.
    void solve(std::span<const double> b, std::span<double> x) const;

private:
    void reflect(std::size_t index, std::span<double> x) const noexcept;

    ColumnMatrix factors_;          ///< Reflectors on and below the diagonal, R above it.
    std::vector<double> diagonal_;  ///< R's.
    std::vector<double> scale_;     ///< 2 / |reflector|^2.
};

}  // namespace earshot::dsp
