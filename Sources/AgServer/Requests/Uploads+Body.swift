import AgBase
import AgHTTP
import AgLibrary

extension Uploads {
    /// Takes a raw body as one picture, on threads that may wait for the disk, and judges it. Throws `Fault` as `begin` and `accept` do.
    ///
    /// - Parameter limit: when it is less than that of all uploads.
    func receive(
        _ body: RequestBody, filename: String? = nil, limit: Int64? = nil, for caller: Caller
    ) async throws -> AcceptedUpload {
        try await withTaskExecutorPreference(UploadThreads.pool) {
            let incoming = try begin(filename: filename, limit: limit, for: caller)
            for try await chunk in body { try chunk.withUnsafeBytes { try incoming.append($0) } }
            return try await accept(incoming)
        }
    }
}
