package import AgBase
package import AgModel
import AgSQL
import Glibc

/// Pictures that were handed out lately, ready to be handed out again: with their bytes when they are few, else with
/// the open file. Every write about an original forgets what was made of it.
package typealias DeliveryCache = FreshCache<DeliveryKey, OriginalID, Delivered>

package struct DeliveryKey: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        case original
        case variant(VariantName)
        case render(RenderWish)
    }

    let image: ImageID
    let form: Form
}

extension DeliveryCache {
    /// The net under the notices: what another process deleted is handed out for as long at most.
    private static var patience: Duration { .seconds(1) }
    /// Bytes: some 5,000 thumbnails, or 500 open files.
    static var room: Int { 32 << 20 }

    convenience init(hearing notices: Notices) {
        self.init(budget: Self.room, lifetime: Self.patience)
        notices.subscribe(to: .originalChanged) { [weak self] arrival in
            switch arrival {
            case .text(let id): self?.forget(OriginalID(trusted: id))
            case .missed: self?.forgetAll()
            }
        }
    }

    func keep(_ delivered: Delivered, for key: DeliveryKey, _ ticket: Ticket) {
        keep(delivered, for: key, about: delivered.image.original.id, weight: delivered.weight, ticket)
    }
}

extension NoticeTopic {
    /// The id of an original whose bytes, variants or images are other ones now.
    static let originalChanged = NoticeTopic("original", .beforeAnswer)
}

extension Notice {
    static func changed(_ original: OriginalID) -> Notice { Notice(.originalChanged, original.text) }
}

extension Delivered {
    /// An open file weighs as much as the largest that is kept by its bytes, and more where descriptors are rare: an
    /// eighth of them at most is held here.
    private static let fileWeight = max(64 << 10, DeliveryCache.room / max(1, mostOpenFiles / 8))

    private static var mostOpenFiles: Int {
        let limit = sysconf(Int32(_SC_OPEN_MAX))
        return limit > 0 ? limit : 1_024
    }

    /// Names, hashes, and the cache's own lists.
    private static let frame = 1 << 10

    fileprivate var weight: Int {
        if content.file != nil { return Self.fileWeight }
        // What lies on another machine holds neither memory nor a descriptor here.
        return Self.frame + (content.bytes?.count ?? 0)
    }
}
