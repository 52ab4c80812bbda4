internal import COpenSSL

extension [UInt8] {
    package init(copying bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe Self($0) }
    }

    package mutating func append(copying bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Lends the bytes to be written for one call.
    package mutating func withMutableBytes<Value, Failure: Error>(
        _ body: (inout MutableRawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var elements = mutableSpan
        var bytes = unsafe elements.mutableBytes
        return try body(&bytes)
    }
}

extension MutableRawSpan {
    /// Copies `source` to the begin.
    /// - Precondition: it fits.
    mutating func copy(_ source: RawSpan, at offset: Int = 0) {
        precondition(offset >= 0 && source.byteCount <= byteCount - offset, "The bytes do not fit.")
        guard source.byteCount > 0 else { return }
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { source in
                unsafe target.baseAddress?.advanced(by: offset).copyMemory(
                    from: source.baseAddress.unsafelyUnwrapped, byteCount: source.count)
            }
        }
    }

    mutating func copy(_ source: [UInt8], at offset: Int = 0) {
        copy(unsafe source.span.bytes, at: offset)
    }

    /// Overwrites all of it with zeros, also when nothing reads it afterwards.
    mutating func wipe() {
        unsafe withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
