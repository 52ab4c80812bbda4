// The door to OpenSSL's libcrypto. Everything behind it is used by AgCrypto alone.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/// HKDF with SHA-256 (RFC 5869) in one call; 1 when it worked.
///
/// Here, because the parameters are pointers to pointers: in Swift they would need a closure for each of them.
/// An empty salt or info is left out, as OpenSSL wants it.
static inline int copenssl_hkdf(
    EVP_KDF *kdf, const void *key, size_t key_count, const void *salt, size_t salt_count, const void *info,
    size_t info_count, void *out, size_t out_count)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[5];
    size_t count = 0;
    params[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    params[count++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_count);
    if (salt_count > 0)
        params[count++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count);
    if (info_count > 0)
        params[count++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count);
    params[count] = OSSL_PARAM_construct_end();
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    int made = context != NULL && EVP_KDF_derive(context, out, out_count, params) == 1;
    EVP_KDF_CTX_free(context);
    return made;
}

/// A context of HMAC-SHA-256 with its key, or NULL.
static inline EVP_MAC_CTX *copenssl_hmac(EVP_MAC *algorithm, const void *key, size_t key_count)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    // No key at all would mean the one from before; an empty one has an address.
    const unsigned char *address = key_count > 0 ? key : (const unsigned char *)"";
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
    if (context != NULL && EVP_MAC_init(context, address, key_count, params) == 1) return context;
    EVP_MAC_CTX_free(context);
    return NULL;
}

/// `rounds` rounds of PBKDF2 in one call: `value` becomes its own HMAC, and `sum` takes it in; 1 when it worked.
static inline int copenssl_pbkdf2_rounds(EVP_MAC_CTX *hmac, unsigned char *value, unsigned char *sum, size_t rounds)
{
    for (size_t round = 0; round < rounds; round++) {
        if (EVP_MAC_init(hmac, NULL, 0, NULL) != 1 || EVP_MAC_update(hmac, value, 32) != 1 ||
            EVP_MAC_final(hmac, value, NULL, 32) != 1)
            return 0;
        for (int i = 0; i < 32; i++) sum[i] ^= value[i];
    }
    return 1;
}
#endif
