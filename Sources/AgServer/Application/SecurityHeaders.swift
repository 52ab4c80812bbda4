import AgHTTP

/// What every answer says about how a browser may use it. A handler that said something itself is left alone.
enum SecurityHeaders {
    /// The page loads nothing from elsewhere and runs nothing but its own modules.
    static let page = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
        base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'
        """
    /// Everything that is not the page is data: opened by itself it may run and load nothing.
    static let data = "default-src 'none'; sandbox; frame-ancestors 'none'"

    private static let standing: HTTPHeaders = [
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": data,
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    ]

    static func add(to response: inout HTTPResponse) {
        response.headers.addMissing(standing)
        // Errors never, and answers only when their route said so.
        if response.status >= 400 || !response.headers.contains("Cache-Control") {
            response.headers.set("Cache-Control", "no-store")
        }
    }
}
