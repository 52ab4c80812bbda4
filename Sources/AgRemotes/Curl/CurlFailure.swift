import CCurl

/// libcurl's result codes in our terms.
struct CurlFailure {
    let code: CURLcode
    let cause: String
    let url: RemoteURL

    var error: RemoteError {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: make(.unknownHost, "The host '\(url.host)' cannot be found.")
        case CURLE_COULDNT_RESOLVE_PROXY: make(.unknownHost, "The proxy for \(url) cannot be found.")
        case CURLE_COULDNT_CONNECT: make(.noConnection, "\(url) cannot be reached.")
        case CURLE_PROXY: make(.noConnection, "The proxy does not connect to \(url).")
        case CURLE_PEER_FAILED_VERIFICATION: make(.untrusted, "The certificate of \(url) is not valid: \(reason).")
        case CURLE_SSL_CACERT_BADFILE: make(.configuration, "The file of certificate authorities cannot be read.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            make(.tls, "A secure connection to \(url) cannot be made.")
        case CURLE_OPERATION_TIMEDOUT: make(.timeout, "\(url) did not answer in time.")
        case CURLE_GOT_NOTHING: make(.cut, "\(url) ended the connection without an answer.")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            make(.cut, "The connection to \(url) ended too early.")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            make(.malformed, "\(url) does not answer in HTTP that can be read.")
        default: make(.internal, "The request to \(url) failed.")
        }
    }

    /// OpenSSL's sentence for the certificate, which libcurl wraps.
    private var reason: String {
        let marks = ["SSL certificate problem: ", "SSL: "]
        let found = marks.lazy.compactMap { mark in cause.firstRange(of: mark).map { String(cause[$0.upperBound...]) } }
        return found.first ?? "it cannot be verified"
    }

    private func make(_ kind: RemoteError.Kind, _ message: String) -> RemoteError {
        RemoteError(kind, message, cause: "\(cause) (libcurl \(code.rawValue))")
    }
}

extension RemoteError {
    var asConnectTimeout: RemoteError {
        RemoteError(.connectTimeout, message, cause: cause, isUnsent: true)
    }

    /// 407 asks for a password, which belongs into the proxy's address.
    static func proxyRefuses(_ url: RemoteURL, _ status: Int) -> RemoteError {
        RemoteError(.noConnection, "The proxy refuses to connect to \(url): it answers \(status).", isUnsent: true)
    }

    static func tooLarge(_ url: RemoteURL, _ limit: Int64) -> RemoteError {
        RemoteError(.tooLarge, "The answer of \(url) is larger than \(limit) bytes.")
    }

    static func forbidden(_ url: RemoteURL, _ rules: AddressRules) -> RemoteError {
        RemoteError(.forbiddenAddress, "'\(url.host)' is \(rules.refusal).", isUnsent: true)
    }
}
