import AgBase
import AgContract

/// The pictures that are still waited for.
struct Remainder {
    private(set) var ids: Set<API.Image.ID>
    private let each: (API.Image.ID, ImageEnding) -> Void

    init(_ ids: Set<API.Image.ID>, _ each: @escaping (API.Image.ID, ImageEnding) -> Void) {
        self.ids = ids
        self.each = each
    }

    var isEmpty: Bool { ids.isEmpty }

    mutating func take(_ id: API.Image.ID, _ ending: ImageEnding?) {
        guard let ending, ids.remove(id) != nil else { return }
        each(id, ending)
    }

    /// An event's name and JSON. What is not understood is passed over: the state is looked at in the end.
    mutating func take(_ type: API.EventType, _ data: String) {
        guard let json = try? JSONValue(json: data) else { return }
        if type == .imageDeleted {
            if let event = try? json.decode(API.ImageEvent.self) { take(event.imageId, .deleted) }
        } else if let event = try? json.decode(API.JobEvent.self), let id = event.imageId {
            take(id, ImageEnding(type, event))
        }
    }
}
