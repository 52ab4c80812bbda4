import AgBase
import AgModel
import AgSQL
import AgWire
import Synchronization

/// Sealed pictures that were sent lately, by their records' ids, with their keys unwrapped and their bytes at hand. Every write about
/// an original forgets what was made of it.
typealias SealedCache = FreshCache<WireSubject, OriginalID, SealedContent>

extension SealedCache {
    /// The net under the notices: what another process changed is sent for as long at most.
    private static var patience: Duration { .seconds(1) }
    private static var room: Int { 8 << 20 }
    /// An open file is dearer than its length: descriptors are few.
    private static var fileWeight: Int { 64 << 10 }

    convenience init(hearing notices: Notices) {
        self.init(budget: Self.room, lifetime: Self.patience)
        notices.subscribe(to: .originalChanged) { [weak self] arrival in
            switch arrival {
            case .text(let id): self?.forget(OriginalID(trusted: id))
            case .missed: self?.forgetAll()
            }
        }
    }

    func keep(_ sealed: SealedContent, for subject: WireSubject, _ ticket: Ticket) {
        let weight = 1_024 + (sealed.content.file == nil ? sealed.content.bytes?.count ?? 0 : Self.fileWeight)
        keep(sealed, for: subject, about: sealed.image.original.id, weight: weight, ticket)
    }
}

/// How questions for sealed pictures were answered since the start, for the metrics. Shared by copies of `Sealed`.
package final class SealedCounts: Sendable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// A record was handed out.
        case record
        /// The client had it already.
        case current
        /// With the key.
        case full
        case notFound = "not-found"
        /// No id or no proof.
        case incomplete
        case invalidProof = "invalid-proof"
        case failed
        /// A picture was sealed under a key of its own.
        case sealed

        init(_ state: PixstoreState) {
            switch state {
            case .success: self = .current
            case .updated: self = .full
            case .notFound: self = .notFound
            case .missingID, .missingProof: self = .incomplete
            case .invalidProof: self = .invalidProof
            case .internalError: self = .failed
            }
        }
    }

    private let counts = Mutex<[Outcome: Int]>([:])

    func add(_ outcome: Outcome) {
        counts.withLock { $0[outcome, default: 0] += 1 }
    }

    package subscript(_ outcome: Outcome) -> Int { counts.withLock { $0[outcome] ?? 0 } }
}
