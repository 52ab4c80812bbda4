import AgBase
import AgContract
import AgHTTP
import AgJobs
import AgLibrary
import AgModel

/// Answers how far an image is. Pages ask again and again, so what is completed is kept as bytes ready to be sent.
struct StatusDesk: Sendable {
    private typealias Answers = FreshCache<ImageID, ImageID, SharedBytes>

    private let images: Images
    private let answers: Answers

    init(_ images: Images, _ events: EventLog) {
        self.images = images
        // The lifetime is the net under the notices of what other processes write.
        let answers = Answers(budget: 8 << 20, lifetime: Reusable.patience)
        self.answers = answers
        events.whenChanged(.image) { id in
            if let id { answers.forget(ImageID(trusted: id)) } else { answers.forgetAll() }
        }
    }

    /// Throws `Fault` 404 for an unknown image.
    func answer(_ id: ImageID, _ request: HTTPRequest) async throws -> HTTPResponse {
        let ticket = answers.ticket()
        if let known = answers.value(for: id) { return answer(known, id, request, ticket) }
        let progress = try await images.progress(id)
        let bytes = SharedBytes(try JSONText.bytes(of: ProgressAnswer.value(progress)))
        // While it is being made, another image of the same bytes may complete it without a word about this one.
        guard progress.status == .completed else { return .json(200, bytes) }
        answers.keep(bytes, for: id, about: id, weight: bytes.count + 512, ticket)
        return answer(bytes, id, request, ticket)
    }

    private func answer(
        _ bytes: SharedBytes, _ id: ImageID, _ request: HTTPRequest, _ ticket: Answers.Ticket
    ) -> HTTPResponse {
        request.attach(Reusable { [watch = answers.watch(id, since: ticket)] in watch.isUnchanged })
        return .json(200, bytes)
    }
}
