/// What a multipart body may have at most.
package struct MultipartLimits: Sendable {
    package var parts = 256
    /// Header lines of one part.
    package var headers = 8
    /// Bytes of one part's header lines together; also of what stands before the first boundary.
    package var headerBytes = 8 << 10

    package init() {}
}
