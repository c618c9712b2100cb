#pragma once

#include <boost/system/error_code.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace earshot {

/// Why bytes, files or requests from outside were refused.
enum class Errc {
    truncated = 1,
    bad_version,
    bad_value,
    bad_kind,
    payload_too_large,
    too_many,
    out_of_range,
    not_found,
    not_supported,
    not_ready,
    refused,
    io_failed,
    codec_failed,
};

/// The category of Errc; its messages are whole phrases for one-line errors.
[[nodiscard]] const boost::system::error_category& errc_category() noexcept;

[[nodiscard]] boost::system::error_code make_error_code(Errc code) noexcept;

/// A refusal a person reads: what went wrong, where, and what was expected.
/// Used where one code is not enough (files written by hand, API requests).
struct Failure {
    Errc code = Errc::bad_value;
    std::string text;  ///< One line, no full stop at its end, no secret in it.
};

/// A value or a Failure, for parsers of what people write.
template <class T>
class Expected {
public:
    // Both convert by themselves, so that a function may return either.
    // NOLINTNEXTLINE(google-explicit-constructor)
    Expected(T value) : value_(std::move(value)), ok_(true) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Expected(Failure failure) : failure_(std::move(failure)) {}

    [[nodiscard]] bool has_value() const noexcept { return ok_; }
    explicit operator bool() const noexcept { return ok_; }
    [[nodiscard]] T& value() noexcept { return value_; }
    [[nodiscard]] const T& value() const noexcept { return value_; }
    T* operator->() noexcept { return &value_; }
    const T* operator->() const noexcept { return &value_; }
    T& operator*() noexcept { return value_; }
    const T& operator*() const noexcept { return value_; }
    [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

private:
    T value_{};
    Failure failure_;
    bool ok_ = false;
};

/// The value, where a program cannot go on without it.
/// @throws std::runtime_error  the failure's text.
template <class T>
[[nodiscard]] T value_or_throw(Expected<T> expected) {
    if (!expected) {
        throw std::runtime_error(expected.failure().text);
    }
    return std::move(expected.value());
}

}  // namespace earshot

template <>
struct boost::system::is_error_code_enum<earshot::Errc> : std::true_type {};
