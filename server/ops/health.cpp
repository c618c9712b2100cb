#include "server/ops/health.hpp"

namespace earshot::ops {

void Health::set_ready(std::string_view part) {
    const auto found = reasons_.find(part);
    if (found != reasons_.end()) reasons_.erase(found);
}

void Health::set_not_ready(std::string_view part, std::string_view reason) {
    reasons_.insert_or_assign(std::string(part), std::string(reason));
}

Health::Answer Health::readyz() const {
    if (ready()) return {200, "ready\n"};
    Answer answer{503, "not ready\n"};
    for (const auto& [part, reason] : reasons_) {
        answer.body.append(part).append(": ").append(reason).append("\n");
    }
    return answer;
}

}  // namespace earshot::ops
