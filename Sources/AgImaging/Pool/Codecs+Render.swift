package import AgBase
import CSandbox
import Glibc

extension Codecs {
    /// Makes everything in `order` from one decode. The thumbnail comes first, and `onThumbnail` runs while the child
    /// goes on; what it throws ends the work. Throws `CodecError`, or `CancellationError` when the task is cancelled.
    ///
    /// - Parameter urgent: somebody waits for it: it goes before renders that nobody looks at yet.
    package func render(
        _ file: OpenFile, _ order: RenderOrder, urgent: Bool = false,
        onThumbnail: (RenderedPicture) async throws -> Void = { _ in }
    ) async throws -> RenderResult {
        var desk = try RenderDesk(order)
        let files = [try ReadOnlyCopy.of(file)] + desk.files
        let replies = stream(.render(settings.limits, order), files, settings.renderTime, urgent: urgent)
        for try await reply in replies {
            if let thumbnail = try desk.take(reply) { try await onThumbnail(thumbnail) }
        }
        try Task.checkCancellation()
        return try desk.result()
    }
}
