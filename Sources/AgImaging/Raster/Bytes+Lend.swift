extension [UInt8] {
    /// Lends the bytes for one call, like `withUnsafeBytes`, but keeps the kind of error.
    func lend<Value>(
        _ body: (UnsafeRawBufferPointer) throws(CodecError) -> Value
    ) throws(CodecError) -> Value {
        let result: Result<Value, CodecError> = unsafe withUnsafeBytes { raw in
            do throws(CodecError) { return .success(try unsafe body(raw)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
