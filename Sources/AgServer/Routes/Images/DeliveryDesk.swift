import AgBase
import AgHTTP
import AgLibrary
import AgModel

/// Hands out bytes to those who may have them, with the headers that let caches keep them.
struct DeliveryDesk: Sendable {
    let delivery: Delivery
    let signedURLs: SignedURLs

    /// - Parameter isReusable: whether the address leads to this image as long as the image is the same.
    func answer(
        _ request: HTTPRequest, _ id: ImageID, isReusable: Bool = true,
        _ fetch: (ImageID, Pass) async throws -> Delivered
    ) async throws -> HTTPResponse {
        let pass = try await admit(request)
        let ticket = delivery.cache.ticket()
        do {
            let delivered = try await fetch(id, pass)
            // Without the picture itself: it may be an open file, which is the cache's to keep.
            let reusable = Reusable(until: pass.end) {
                [watch = delivery.cache.watch(delivered.image.original.id, since: ticket)] in watch.isUnchanged
            }
            if isReusable { request.attach(reusable) }
            return answer(delivered, request, pass)
        } catch let notReady as NotReady {
            return .notReady(notReady, for: request)
        }
    }

    /// What let a request in.
    enum Pass {
        case credential
        /// A signature, and when it ends.
        case signature(until: ContinuousClock.Instant)

        var isSigned: Bool { if case .signature = self { true } else { false } }

        var end: ContinuousClock.Instant? { if case .signature(let end) = self { end } else { nil } }
    }

    /// Throws `Fault` 401 or 403.
    private func admit(_ request: HTTPRequest) async throws -> Pass {
        let items = try request.query.items().map { SignedURL.Item($0.name, $0.value) }
        let isKnown = request.attached(Credential.self) != nil
        guard SignedURL.isClaimed(by: items.map(\.name)) else {
            if isKnown { return .credential }
            throw Fault(
                .unauthorized, "unauthorized",
                "Send 'Authorization: Bearer <token>', or use a signed URL from POST /api/images/{id}/sign.")
        }
        do {
            // Before the credential, which may be a cookie that came along: a signature may allow more.
            return .signature(until: .now + (try await signedURLs.check(path: request.path, items: items)))
        } catch {
            if isKnown { return .credential }
            throw error
        }
    }

    private func answer(_ delivered: Delivered, _ request: HTTPRequest, _ pass: Pass) -> HTTPResponse {
        let content = DeliveredContent(
            .content(delivered.content), tag: delivered.entityTag, contentType: delivered.mediaType,
            cacheControl: cacheControl(delivered, request, pass),
            disposition: ContentDisposition.inline.value(filename: filename(delivered)),
            // A signed URL is made to be shown on somebody else's page.
            headers: pass.isSigned ? ["Cross-Origin-Resource-Policy": "cross-origin"] : [:])
        return AgHTTP.content(of: content, for: request)
    }

    /// For ever only when the URL names the generation that was sent, and no longer than a signature is good: a shared
    /// cache would else hand the picture out after its time.
    private func cacheControl(_ delivered: Delivered, _ request: HTTPRequest, _ pass: Pass) -> String {
        let asked = try? request.query["v"]
        guard asked == "\(delivered.image.generation)" else { return "private, no-cache" }
        return switch pass {
        case .credential: "private, max-age=31536000, immutable"
        // The answer may be given again for so long.
        case .signature(let end):
            "public, max-age=\(max(0, (end - .now - Reusable.patience).milliseconds / 1_000)), immutable"
        }
    }

    /// What the client called the file, with the extension of what is sent.
    private func filename(_ delivered: Delivered) -> String {
        let name = delivered.image.filename ?? delivered.image.id.text
        var stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
        // Names that earlier versions stored may be nothing but dots.
        while stem.last == "." { stem.removeLast() }
        return "\(stem.isEmpty ? "image" : stem).\(delivered.fileExtension)"
    }
}

extension HTTPResponse {
    /// What was asked for is being made.
    static func notReady(_ notReady: NotReady, for request: HTTPRequest) -> HTTPResponse {
        let fault = Fault(
            .unavailable, "not-ready", notReady.message, isRetryable: true, retryAfter: notReady.retryAfter)
        return .problem(fault, for: request, status: 202)
    }
}
