#include "common/dsp/smearing/smearing_layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot::dsp {
namespace {

constexpr int kColumns = SmearingLayout::kColumns;
constexpr int kGroup = SmearingLayout::kGroup;

constexpr double kFlatShare = 0.02;
constexpr double kFlatFloor = 2e-4;
constexpr double kDropped = 5e-5;

/// How the power of a tone lies around its bin in a frame under a Hann window of half the
/// transform's length: nothing is more concentrated than that.
constexpr std::array<double, 7> kTone = {0.0096, 0.0833, 0.2404, 0.3334, 0.2404, 0.0833, 0.0096};

using Row = std::vector<double>;

/// What a tone at each column leaves.
Row spread(const Row& row) {
    constexpr std::size_t kReach = kTone.size() / 2;
    Row result(row.size());
    for (std::size_t j = 0; j < row.size(); ++j) {
        for (std::size_t i = 0; i < kTone.size(); ++i) {
            if (j + i >= kReach && j + i - kReach < row.size()) {
                result[j] += kTone[i] * row[j + i - kReach];
            }
        }
    }
    return result;
}

/// The smallest range of groups that holds all columns it was given.
struct Hull {
    int first = SmearingLayout::kGroups;
    int end = 0;

    void add(int column) noexcept {
        first = std::min(first, column / kGroup);
        end = std::max(end, column / kGroup + 1);
    }
};

/// Adds the columns of one row that must be kept apart, and those that must be kept at all.
void add_row(const ColumnMatrix& coefficients, int row, Hull& apart, Hull& kept) {
    Row exact(kColumns);
    Row bent(kColumns);
    double mean = 0.0;
    for (int j = 0; j < kColumns; ++j) {
        if (j % kGroup == 0) {
            mean = group_mean(coefficients, row, j / kGroup);
        }
        const auto column = static_cast<std::size_t>(j);
        exact[column] = coefficients.column(column)[static_cast<std::size_t>(row)];
        bent[column] = exact[column] - mean;
    }
    exact = spread(exact);
    bent = spread(bent);
    const double most = std::abs(*std::max_element(
        exact.begin(), exact.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    for (int j = 0; j < kColumns; ++j) {
        const double left = std::abs(exact[static_cast<std::size_t>(j)]);
        const double wrong = std::abs(bent[static_cast<std::size_t>(j)]);
        if (wrong > kFlatShare * left + kFlatFloor * most) {
            apart.add(j);
        }
        if (left > kDropped * most) {
            kept.add(j);
        }
    }
}

}  // namespace

double group_mean(const ColumnMatrix& coefficients, int row, int group) {
    const int first = group * kGroup;
    const int end = std::min(kColumns, first + kGroup);
    double sum = 0.0;
    for (int j = first; j < end; ++j) {
        sum += coefficients.column(static_cast<std::size_t>(j))[static_cast<std::size_t>(row)];
    }
    return sum / (end - first);
}

SmearingLayout dense_layout() {
    SmearingLayout layout;
    for (SmearingLayout::Block& block : layout.blocks) {
        block.near = {.first = 0, .count = kColumns};
    }
    return layout;
}

SmearingLayout banded_layout(const ColumnMatrix& coefficients) {
    SmearingLayout layout;
    for (int b = 0; b < SmearingLayout::kBlocks; ++b) {
        Hull apart;
        Hull kept;
        for (int row = b * SmearingLayout::kBlock; row < (b + 1) * SmearingLayout::kBlock; ++row) {
            add_row(coefficients, row, apart, kept);
        }
        if (apart.end == 0) {
            apart = {.first = kept.first, .end = kept.first};
        }
        const int near_end = std::min(kColumns, apart.end * kGroup);
        SmearingLayout::Block& block = layout.blocks[static_cast<std::size_t>(b)];
        block.below = {.first = kept.first, .count = std::max(0, apart.first - kept.first)};
        block.near = {.first = apart.first * kGroup, .count = near_end - apart.first * kGroup};
        block.above = {.first = apart.end, .count = std::max(0, kept.end - apart.end)};
    }
    return layout;
}

}  // namespace earshot::dsp
