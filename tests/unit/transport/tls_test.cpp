#include "server/transport/tls.hpp"

#include "tests/unit/transport/test_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace earshot::transport {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TlsContextTest : public testing::Test {
protected:
    TlsContextTest() {
        write_certificate("one", cert_, key_);
        write_certificate("other", folder_.file("other.crt"), folder_.file("other.key"));
    }
    static std::string failure(const std::string& cert, const std::string& key) {
        try {
            const TlsContext context(cert, key);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "accepted";
    }

    TempFolder folder_;
    std::string cert_ = folder_.file("one.crt");
    std::string key_ = folder_.file("one.key");
};

TEST_F(TlsContextTest, TakesACertificateAndItsKey) {
    EXPECT_EQ(failure(cert_, key_), "accepted");
}

TEST_F(TlsContextTest, NamesTheCertificateThatIsMissing) {
    EXPECT_THAT(
        failure("/no/such.crt", key_),
        AllOf(HasSubstr("/no/such.crt"), HasSubstr("certificate"), HasSubstr("No such file")));
}

TEST_F(TlsContextTest, NamesTheKeyThatIsMissing) {
    EXPECT_THAT(failure(cert_, "/no/such.key"), AllOf(HasSubstr("/no/such.key"), HasSubstr("key")));
}

TEST_F(TlsContextTest, RefusesWhatIsNoCertificate) {
    folder_.write("text", "hello");
    EXPECT_THAT(failure(folder_.file("text"), key_), HasSubstr("cannot use the TLS certificate"));
}

TEST_F(TlsContextTest, RefusesTheKeyOfAnotherCertificate) {
    EXPECT_THAT(failure(cert_, folder_.file("other.key")), HasSubstr("mismatch"));
}

TEST_F(TlsContextTest, FailsInOneLine) {
    EXPECT_EQ(failure(cert_, "/no/such.key").find('\n'), std::string::npos);
}

}  // namespace
}  // namespace earshot::transport
