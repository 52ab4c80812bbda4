import AgBase

/// The pictures that are still waited for.
struct Remainder {
    private(set) var ids: Set<String> = []
    private let each: (String, ImageEnding) -> Void

    /// Those that have come to their end already are told at once.
    init(_ images: [JSONValue], _ each: @escaping (String, ImageEnding) -> Void) {
        self.each = each
        for image in images {
            guard let id = image["imageId"]?.string else { continue }
            ids.insert(id)
            // Why one failed is not in the answer to its upload.
            if image["status"]?.string == "completed" { take(id, .completed) }
        }
    }

    var isEmpty: Bool { ids.isEmpty }

    mutating func take(_ id: String, _ ending: ImageEnding?) {
        guard let ending, ids.remove(id) != nil else { return }
        each(id, ending)
    }

    /// An event's name and JSON.
    mutating func take(_ type: String, _ data: String) {
        guard let json = try? JSONValue(json: data),
            let id = json["imageId"]?.string
        else { return }
        take(id, ImageEnding.told(by: type, json))
    }
}
