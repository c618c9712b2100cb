#include "common/base/log.hpp"
#include "server/app.hpp"
#include "server/options.hpp"

#include <exception>

int main(int argc, char** argv) {
    const earshot::server::ParsedOptions parsed = earshot::server::parse_options(argc, argv);
    if (parsed.exit_code >= 0) return parsed.exit_code;
    earshot::Log log("earshot-server", parsed.options.log_format);
    try {
        return parsed.options.check_config ? earshot::server::check_config(parsed.options)
                                           : earshot::server::run_app(parsed.options, log);
    } catch (const std::exception& error) {
        log.error("start", error.what());
        return 1;
    }
}
