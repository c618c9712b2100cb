#pragma once

#include <map>
#include <string>
#include <string_view>

namespace earshot::ops {

/// Whether the server is fit to be used, and if not, why: what /healthz and /readyz say.
/// Thread: control.
class Health {
public:
    struct Answer {
        int status = 200;  ///< 200 or 503.
        std::string body;  ///< Lines of text.
    };

    /// A part of the server must become ready before the whole is.
    void expect(std::string_view part, std::string_view reason) { set_not_ready(part, reason); }
    void set_ready(std::string_view part);
    /// @param reason  For people, one line: "the source delivers nothing".
    void set_not_ready(std::string_view part, std::string_view reason);

    [[nodiscard]] bool ready() const noexcept { return reasons_.empty(); }

    /// /healthz: the control thread answers, so the process lives.
    [[nodiscard]] static Answer healthz() { return {200, "ok\n"}; }
    /// /readyz: "ready", or one line a part that is not.
    [[nodiscard]] Answer readyz() const;

private:
    std::map<std::string, std::string, std::less<>> reasons_;
};

}  // namespace earshot::ops
