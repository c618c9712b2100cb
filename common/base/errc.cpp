#include "common/base/errc.hpp"

namespace earshot {
namespace {

class Category final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "earshot"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
            case Errc::truncated:
                return "the data ends too early";
            case Errc::bad_version:
                return "this version is not spoken here";
            case Errc::bad_value:
                return "a value is not allowed";
            case Errc::bad_kind:
                return "this kind of message is not known or not expected now";
            case Errc::payload_too_large:
                return "the data is larger than the limit";
            case Errc::too_many:
                return "there are too many of these";
            case Errc::out_of_range:
                return "a number is out of its range";
            case Errc::not_found:
                return "nothing is there under this name";
            case Errc::not_supported:
                return "this is not supported";
            case Errc::not_ready:
                return "this is not ready yet";
            case Errc::refused:
                return "this is not permitted";
            case Errc::io_failed:
                return "reading or writing failed";
            case Errc::codec_failed:
                return "the audio codec failed";
        }
        return "unknown error " + std::to_string(value);
    }
};

}  // namespace

const boost::system::error_category& errc_category() noexcept {
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), errc_category()};
}

}  // namespace earshot
