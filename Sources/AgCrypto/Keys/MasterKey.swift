internal import AgBase

/// Names a master key without telling anything about it: 8 bytes that are derived from it.
package struct KeyID: Sendable, Hashable, CustomStringConvertible {
    package static let byteCount = 8
    package let bytes: [UInt8]

    /// `nil` unless there are 8 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    package var description: String { Hex.encode(bytes) }
}

/// The key that wraps the keys of all contents of an installation. It encrypts nothing else.
package struct MasterKey: Sendable {
    package static let byteCount = 32

    package let id: KeyID
    package let secret: SecretBytes

    /// - Precondition: there are 32 bytes.
    package init(_ secret: SecretBytes) {
        precondition(secret.count == Self.byteCount, "A master key has 32 bytes, got \(secret.count).")
        let derived = HKDF.derive(from: secret, info: Array("argentum master key id".utf8), byteCount: KeyID.byteCount)
        guard let id = derived.reveal({ KeyID(Array(copying: $0)) }) else { preconditionFailure("8 bytes are an id.") }
        self.id = id
        self.secret = secret
    }

    package static func random() -> MasterKey { MasterKey(.random(byteCount)) }

    /// From an environment variable or a file of another program: 64 hexadecimal digits, with blanks or line feeds around them.
    /// `nil` for anything else.
    package init?(hexadecimal text: SecretBytes) {
        let digits = text.reveal { text in
            Array(copying: text).trimmed
        }
        guard digits.count == 2 * Self.byteCount, digits.allSatisfy({ Hex.value($0) != nil }) else { return nil }
        self.init(
            SecretBytes(count: Self.byteCount) { out in
                for index in 0..<Self.byteCount {
                    let high = Hex.value(digits[2 * index]) ?? 0
                    let low = Hex.value(digits[2 * index + 1]) ?? 0
                    out.copy([high << 4 | low], at: index)
                }
            })
    }
}

extension [UInt8] {
    fileprivate var trimmed: [UInt8] {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || 0x09...0x0D ~= $0 }
        return Array(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
