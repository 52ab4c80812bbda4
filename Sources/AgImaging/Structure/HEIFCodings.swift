/// What the pictures in an ISO container are coded with, by the types of its items (ISO/IEC 23008-12, annexes).
struct HEIFCodings {
    private static let refusedNames = [
        "avc1": "A picture in H.264 (AVCI)", "jpeg": "A JPEG inside HEIF", "j2k1": "JPEG 2000 inside HEIF",
        "vvc1": "A picture in H.266", "evc1": "A picture in EVC", "unci": "An uncompressed picture inside HEIF",
        "jxl ": "JPEG XL inside HEIF",
    ]
    private var ofPrimary = ""
    private var others: Set<String> = []

    mutating func note(_ type: String, isPrimary: Bool) {
        if isPrimary { ofPrimary = type }
        // No more than the few that count, however many items a file has.
        if Self.refusedNames[type] != nil || type == "hvc1" || type == "av01" { others.insert(type) }
    }

    /// The name of a kind that no decoder of ours reads. A picture that is put together of others is as they are.
    var refused: String? {
        if let name = Self.refusedNames[ofPrimary] { return name }
        guard ["grid", "iovl", "iden"].contains(ofPrimary), others.isDisjoint(with: ["hvc1", "av01"]) else {
            return nil
        }
        return others.sorted().lazy.compactMap { Self.refusedNames[$0] }.first
    }
}
