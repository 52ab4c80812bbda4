import AgBase
import AgCrypto

/// A sealed blob, a wrapped key and the text of a master key, as they may lie on a damaged disk.
package enum SealedBlobFuzz: FuzzTarget {
    package static let name = "sealed-blob"

    private static let key = SecretBytes([UInt8](repeating: 7, count: 32))
    private static let owner = KeyOwner(name: "fuzz", generation: 1)
    private static let keyring = Keyring(current: MasterKey(key))

    package static func run(_ input: [UInt8]) throws {
        if input.count >= 8 { try checkLayout(input.prefix(8).reduce(0) { $0 << 8 | Int64($1) }) }
        try checkBlob(input)
        if let wrapped = try? WrappedKey(input) {
            try promise(wrapped.bytes == input, "a wrapped key that is another")
            let again = try? keyring.rewrap(wrapped, of: owner)
            try promise(again == .some(nil) || again == nil, "wrapped again by chance")
        }
        guard let file = try? MasterKeyFile(reading: Secret(input)) else { return }
        let again = try? MasterKeyFile(reading: file.text)
        try promise(again?.id == file.id, "a master key reads differently again")
    }

    private static func checkLayout(_ length: Int64) throws {
        guard let layout = try? SealedBlobLayout(sealedLength: length) else { return }
        try promise(layout.sealedLength == length, "\(length) became \(layout.sealedLength)")
    }

    /// Whatever opens is one of the seeds: `7` as often as its length says.
    private static func checkBlob(_ input: [UInt8]) throws {
        let source: SealedBlobReader.Source = { offset, target in
            for index in 0..<target.byteCount {
                target.storeBytes(of: input[Int(offset) + index], toByteOffset: index, as: UInt8.self)
            }
        }
        guard
            let reader = try? SealedBlobReader(
                sealedLength: Int64(input.count), contentKey: key, boundTo: Array("fuzz".utf8), source: source)
        else { return }
        var content = [UInt8](repeating: 0, count: Int(reader.contentLength))
        do {
            try content.withMutableBytes { try reader.read(0..<reader.contentLength, into: &$0, source: source) }
        } catch is SealError {
            return
        }
        try promise(content.allSatisfy { $0 == 7 }, "a content that was never sealed")
    }
}
