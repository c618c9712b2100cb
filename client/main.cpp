#include "client/app.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        const auto parsed = earshot::client::parse_options(argc, argv);
        if (const auto* end = std::get_if<earshot::client::EndWith>(&parsed)) {
            return end->code;
        }
        earshot::client::App app(std::get<earshot::client::Options>(parsed));
        return app.run();
    } catch (const std::exception& error) {
        std::cerr << "earshot-client: " << error.what() << '\n';
        return 1;
    }
}
