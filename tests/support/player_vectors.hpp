#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace earshot::test {

/// Numbers that C++ and TypeScript make alike from a seed: the 32-bit generator of Numerical
/// Recipes, its upper 24 bits, which a float holds exactly.
class VectorNoise {
public:
    explicit VectorNoise(std::uint32_t seed) noexcept : state_(seed) {}
    /// In [0, 1).
    [[nodiscard]] double unit() noexcept {
        state_ = state_ * 1'664'525U + 1'013'904'223U;
        return static_cast<double>(state_ >> 8U) / 16'777'216.0;
    }
    /// In [-1, 1).
    [[nodiscard]] float sample() noexcept { return static_cast<float>(2.0 * unit() - 1.0); }
    /// In [0, n).
    [[nodiscard]] int below(int n) noexcept { return static_cast<int>(unit() * n); }

private:
    std::uint32_t state_;
};

/// Writes a text. @throws std::runtime_error
void write_text(const std::filesystem::path& path, const std::string& text);
/// Writes little-endian float32. @throws std::runtime_error
void write_floats(const std::filesystem::path& path, std::span<const float> samples);

/// The vectors of one part of the player each, into a folder.
void write_resampler_vectors(const std::filesystem::path& folder);
void write_output_vectors(const std::filesystem::path& folder);
void write_jitter_vectors(const std::filesystem::path& folder);
void write_drift_vectors(const std::filesystem::path& folder);
void write_player_vectors(const std::filesystem::path& folder);

}  // namespace earshot::test
