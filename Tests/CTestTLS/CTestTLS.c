#include "CTestTLS.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ctest_tls_context {
    SSL_CTX *ssl;
};

struct ctest_tls {
    SSL *ssl;
    char offered[256];
};

static int extend(X509 *cert, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    int done = extension && X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return done;
}

static X509 *certificate(EVP_PKEY *key, const char *names, long seconds) {
    X509 *cert = X509_new();
    if (!cert) return NULL;
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -172800);
    X509_gmtime_adj(X509_getm_notAfter(cert), seconds);
    X509_set_pubkey(cert, key);
    X509_NAME *name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    if (extend(cert, NID_basic_constraints, "critical,CA:TRUE") && extend(cert, NID_subject_alt_name, names) &&
        X509_sign(cert, key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

static int save(X509 *cert, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) return 0;
    int done = PEM_write_X509(file, cert);
    return fclose(file) == 0 && done;
}

/// Keeps what was offered and takes HTTP/1.1.
static int choose(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in, unsigned int count,
                  void *unused) {
    (void)unused;
    ctest_tls *tls = SSL_get_app_data(ssl);
    int result = SSL_TLSEXT_ERR_NOACK;
    for (unsigned int at = 0; at < count && at + 1 + in[at] <= count; at += 1 + in[at]) {
        strncat(tls->offered, " ", sizeof tls->offered - strlen(tls->offered) - 1);
        if (in[at] < sizeof tls->offered - strlen(tls->offered) - 1)
            strncat(tls->offered, (const char *)in + at + 1, in[at]);
        if (in[at] == 8 && !memcmp(in + at + 1, "http/1.1", 8)) {
            *out = in + at + 1;
            *length = 8;
            result = SSL_TLSEXT_ERR_OK;
        }
    }
    return result;
}

ctest_tls_context *ctest_tls_new(const char *names, long seconds, const char *path) {
    // OpenSSL writes with write(2), which would end the process when a client has gone.
    signal(SIGPIPE, SIG_IGN);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? certificate(key, names, seconds) : NULL;
    SSL_CTX *ssl = cert && save(cert, path) ? SSL_CTX_new(TLS_server_method()) : NULL;
    ctest_tls_context *context = NULL;
    if (ssl && SSL_CTX_use_certificate(ssl, cert) == 1 && SSL_CTX_use_PrivateKey(ssl, key) == 1)
        context = malloc(sizeof *context);
    if (context) {
        SSL_CTX_set_alpn_select_cb(ssl, choose, NULL);
        context->ssl = ssl;
    } else {
        SSL_CTX_free(ssl);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    return context;
}

void ctest_tls_free(ctest_tls_context *context) {
    SSL_CTX_free(context->ssl);
    free(context);
}

ctest_tls *ctest_tls_accept(ctest_tls_context *context, int descriptor) {
    ctest_tls *tls = calloc(1, sizeof *tls);
    if (!tls) return NULL;
    tls->ssl = SSL_new(context->ssl);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_fd(tls->ssl, descriptor);
    if (SSL_accept(tls->ssl) == 1) return tls;
    SSL_free(tls->ssl);
    free(tls);
    return NULL;
}

int ctest_tls_read(ctest_tls *tls, void *bytes, int count) { return SSL_read(tls->ssl, bytes, count); }

int ctest_tls_write(ctest_tls *tls, const void *bytes, int count) { return SSL_write(tls->ssl, bytes, count); }

int ctest_tls_offered(ctest_tls *tls, const char *protocol) { return strstr(tls->offered, protocol) != NULL; }

void ctest_tls_end(ctest_tls *tls, int isCut) {
    if (!isCut) SSL_shutdown(tls->ssl);
    SSL_free(tls->ssl);
    free(tls);
}
