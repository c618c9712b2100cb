#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::session {

/// What people type or scan to get into a session: six of 24 letters and digits that are not taken
/// for one another, one in 190 million. Written "K7M-4QX".
class JoinCode {
public:
    static constexpr std::size_t kLength = 6;
    /// No vowels, so no words; of Z 2, S 5, B 8, G 6 and U V only one each, of O 0 and I 1 L none.
    static constexpr std::string_view kAlphabet = "BCDFGHJKMNPQRSTVWXYZ3479";

    /// A new one. Errors: as fill_random().
    [[nodiscard]] static JoinCode make();
    /// What was typed: small letters, blanks and dashes are forgiven, nothing else is.
    [[nodiscard]] static std::optional<JoinCode> parse(std::string_view typed) noexcept;

    /// "K7M4QX", as in an address.
    [[nodiscard]] std::string plain() const { return {letters_.data(), letters_.size()}; }
    /// "K7M-4QX", for people.
    [[nodiscard]] std::string spaced() const;
    /// Takes equally long for every code.
    [[nodiscard]] bool same_as(const JoinCode& other) const noexcept;

private:
    std::array<char, kLength> letters_{};
};

}  // namespace earshot::session
