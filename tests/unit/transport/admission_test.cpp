#include "server/transport/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace earshot::transport {
namespace {

using boost::asio::ip::make_address;
using Refusal = Admission::Refusal;

TEST(Admission, StopsAtTheTotal) {
    Admission admission({.total = 2, .per_address = 10});
    Refusal why{};
    const auto a = admission.enter(make_address("10.0.0.1"), why);
    const auto b = admission.enter(make_address("10.0.0.2"), why);
    EXPECT_TRUE(a);
    EXPECT_TRUE(b);
    EXPECT_FALSE(admission.enter(make_address("10.0.0.3"), why));
    EXPECT_EQ(why, Refusal::total);
}

TEST(Admission, StopsOneAddressAndNoOther) {
    Admission admission({.total = 10, .per_address = 1});
    Refusal why{};
    const auto a = admission.enter(make_address("10.0.0.1"), why);
    EXPECT_FALSE(admission.enter(make_address("10.0.0.1"), why));
    EXPECT_EQ(why, Refusal::address);
    EXPECT_TRUE(admission.enter(make_address("10.0.0.2"), why));
}

TEST(Admission, TakesAPlaceBackWithItsTicket) {
    Admission admission({.total = 1, .per_address = 1});
    Refusal why{};
    {
        auto first = admission.enter(make_address("::1"), why);
        const Admission::Ticket moved = std::move(first);
        EXPECT_EQ(admission.total(), 1U);
    }
    EXPECT_EQ(admission.total(), 0U);
    EXPECT_TRUE(admission.enter(make_address("::1"), why));
}

TEST(Admission, TellsTheLocalNetworkFromTheRest) {
    for (const char* near :
         {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.178.20", "169.254.7.7",
          "::1", "fe80::1", "fd12:3456::1", "::ffff:192.168.1.1"}) {
        EXPECT_TRUE(is_local(make_address(near))) << near;
    }
    for (const char* far : {"8.8.8.8", "172.15.255.255", "172.32.0.1", "192.169.0.1", "11.0.0.1",
                            "169.253.0.1", "2001:db8::1", "fec0::1", "::ffff:1.1.1.1"}) {
        EXPECT_FALSE(is_local(make_address(far))) << far;
    }
}

TEST(Admission, CountsAnIpv6NetworkAndAMappedIpv4AddressAsOne) {
    EXPECT_EQ(counted_address(make_address("2001:db8:1:2::5")),
              counted_address(make_address("2001:db8:1:2:ffff::1")));
    EXPECT_NE(counted_address(make_address("2001:db8:1:2::5")),
              counted_address(make_address("2001:db8:1:3::5")));
    EXPECT_EQ(counted_address(make_address("::ffff:10.1.2.3")), make_address("10.1.2.3"));
}

}  // namespace
}  // namespace earshot::transport
