// The TLS side of a server in a test: OpenSSL with a certificate made on the spot.
#ifndef CTESTTLS_H
#define CTESTTLS_H

typedef struct ctest_tls_context ctest_tls_context;
typedef struct ctest_tls ctest_tls;

/// Makes a key and a certificate that signs itself, and writes the certificate to `path` as PEM. `names` is a list as OpenSSL
/// reads it, such as "DNS:localhost,IP:127.0.0.1"; the certificate ends `seconds` from now. NULL when that fails.
ctest_tls_context *ctest_tls_new(const char *names, long seconds, const char *path);
void ctest_tls_free(ctest_tls_context *context);

/// Blocks. NULL when the other side does not finish the handshake.
ctest_tls *ctest_tls_accept(ctest_tls_context *context, int descriptor);
/// As read(2) and write(2); 0 and less end the connection.
int ctest_tls_read(ctest_tls *tls, void *bytes, int count);
int ctest_tls_write(ctest_tls *tls, const void *bytes, int count);
/// Whether the client offered this protocol (ALPN).
int ctest_tls_offered(ctest_tls *tls, const char *protocol);
/// Says that nothing follows, unless `isCut`. Does not close the descriptor.
void ctest_tls_end(ctest_tls *tls, int isCut);

#endif
