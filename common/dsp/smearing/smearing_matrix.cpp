#include "common/dsp/smearing/smearing_matrix.hpp"

#include "common/base/assert.hpp"

#include <cstring>

namespace earshot::dsp {
namespace {

constexpr int kBlock = SmearingLayout::kBlock;
constexpr int kGroup = SmearingLayout::kGroup;

/// Four floats of a register, written so because g++ 12 does not make registers of small arrays.
using Quad __attribute__((vector_size(16))) = float;

Quad load(const float* from) noexcept {
    Quad result{};
    std::memcpy(&result, from, sizeof(result));
    return result;
}

Quad fourfold(float value) noexcept {
    return Quad{value, value, value, value};
}

/// Sums of a block's rows. Even and odd columns are kept apart so that sums need not wait for
/// each other.
struct BlockSums {
    static constexpr int kQuads = kBlock / 4;
    Quad even[kQuads] = {};
    Quad odd[kQuads] = {};

    /// Adds the products of some columns. @return the coefficients after them.
    const float* add(const float* coefficients, const float* power, int count) noexcept {
        int j = 0;
        for (; j + 1 < count; j += 2) {
            const Quad first = fourfold(power[j]);
            const Quad second = fourfold(power[j + 1]);
            for (int i = 0; i < kQuads; ++i) {
                even[i] += load(coefficients + 4 * i) * first;
                odd[i] += load(coefficients + kBlock + 4 * i) * second;
            }
            coefficients += 2 * kBlock;
        }
        if (j < count) {
            const Quad last = fourfold(power[j]);
            for (int i = 0; i < kQuads; ++i) {
                even[i] += load(coefficients + 4 * i) * last;
            }
            coefficients += kBlock;
        }
        return coefficients;
    }

    void store(float* to) const noexcept {
        for (int i = 0; i < kQuads; ++i) {
            const Quad sum = even[i] + odd[i];
            std::memcpy(to + 4 * i, &sum, sizeof(sum));
        }
    }
};

bool holds(const SmearingLayout::Run& run, int index) noexcept {
    return index >= run.first && index < run.first + run.count;
}

}  // namespace

void SmearingPower::sum_groups() noexcept {
    static_assert(kGroup == 4);
    const float* from = bins.data();
    for (float& sum : groups) {
        sum = (from[0] + from[1]) + (from[2] + from[3]);
        from += kGroup;
    }
}

SmearingMatrix::SmearingMatrix(const Broadening& broadening,
                               const ColumnMatrix& coefficients,
                               Form form)
    : broadening_(broadening),
      layout_(form == Form::dense ? dense_layout() : banded_layout(coefficients)) {
    EARSHOT_ASSERT(coefficients.rows() == kColumns && coefficients.columns() == kColumns);
    for (int block = 0; block < SmearingLayout::kBlocks; ++block) {
        append(coefficients, block);
    }
    coefficients_.shrink_to_fit();
}

void SmearingMatrix::append(const ColumnMatrix& from, int block) {
    const SmearingLayout::Block& columns = layout_.blocks[static_cast<std::size_t>(block)];
    const auto append_groups = [&](const SmearingLayout::Run& run) {
        for (int group = run.first; group < run.first + run.count; ++group) {
            for (int row = block * kBlock; row < (block + 1) * kBlock; ++row) {
                coefficients_.push_back(static_cast<float>(group_mean(from, row, group)));
            }
        }
    };
    append_groups(columns.below);
    for (int j = columns.near.first; j < columns.near.first + columns.near.count; ++j) {
        const std::span<const double> column = from.column(static_cast<std::size_t>(j));
        for (int row = block * kBlock; row < (block + 1) * kBlock; ++row) {
            coefficients_.push_back(static_cast<float>(column[static_cast<std::size_t>(row)]));
        }
    }
    append_groups(columns.above);
}

void SmearingMatrix::multiply(const SmearingPower& power,
                              std::span<float, kRows> out) const noexcept {
    const float* next = coefficients_.data();
    float* to = out.data();
    for (const SmearingLayout::Block& block : layout_.blocks) {
        BlockSums sums;
        next = sums.add(next, power.groups.data() + block.below.first, block.below.count);
        next = sums.add(next, power.bins.data() + block.near.first, block.near.count);
        next = sums.add(next, power.groups.data() + block.above.first, block.above.count);
        sums.store(to);
        to += kBlock;
    }
}

float SmearingMatrix::coefficient(int row, int column) const {
    EARSHOT_ASSERT(row >= 0 && row < kRows && column >= 0 && column < kColumns);
    std::size_t at = 0;
    for (int b = 0; b < row / kBlock; ++b) {
        const SmearingLayout::Block& block = layout_.blocks[static_cast<std::size_t>(b)];
        at += static_cast<std::size_t>(block.below.count + block.near.count + block.above.count);
    }
    const SmearingLayout::Block& block = layout_.blocks[static_cast<std::size_t>(row / kBlock)];
    const int group = column / kGroup;
    int index = 0;
    if (holds(block.below, group)) {
        index = group - block.below.first;
    } else if (holds(block.near, column)) {
        index = block.below.count + column - block.near.first;
    } else if (holds(block.above, group)) {
        index = block.below.count + block.near.count + group - block.above.first;
    } else {
        return 0.0F;
    }
    at += static_cast<std::size_t>(index);
    return coefficients_[at * kBlock + static_cast<std::size_t>(row % kBlock)];
}

}  // namespace earshot::dsp
