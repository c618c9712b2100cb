#include "tests/unit/transport/test_certificate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace earshot::transport {
namespace {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

void check(bool done) {
    if (!done) throw std::runtime_error("cannot make a test certificate");
}

}  // namespace

TempFolder::TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "earshot-net-XXXXXX").string();
    check(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void TempFolder::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
}

void write_certificate(const std::string& common_name,
                       const std::string& cert_file,
                       const std::string& key_file) {
    const std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Deleter<X509_free>> cert(X509_new());
    check(key != nullptr && cert != nullptr);
    X509_set_version(cert.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
    X509_set_pubkey(cert.get(), key.get());
    X509_NAME* name = X509_get_subject_name(cert.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(cert.get(), name);
    check(X509_sign(cert.get(), key.get(), EVP_sha256()) != 0);
    const std::unique_ptr<std::FILE, Deleter<std::fclose>> cert_out(
        std::fopen(cert_file.c_str(), "w"));
    const std::unique_ptr<std::FILE, Deleter<std::fclose>> key_out(
        std::fopen(key_file.c_str(), "w"));
    check(cert_out != nullptr && key_out != nullptr);
    check(PEM_write_X509(cert_out.get(), cert.get()) == 1);
    check(PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
          1);
}

}  // namespace earshot::transport
