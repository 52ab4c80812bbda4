/// Values on their way to the server, in binary form, each with the type that its shape says.
///
/// A type is always sent: the server takes an untyped value for text, and `SELECT $1` of a number would come back as one.
/// NULL alone has none, since it stands in columns of every type.
@safe
struct PostgresParameters {
    private(set) var types: [UInt32] = []
    private var lengths: [Int32] = []
    private var offsets: [Int?] = []
    // Never empty, so that an empty text has an address too.
    private var bytes: [UInt8] = [0]

    /// Throws `SQLError.constraint` for text that holds NUL, which PostgreSQL cannot store.
    init(_ values: [SQLValue]) throws {
        for value in values { try append(value) }
    }

    private mutating func append(_ value: SQLValue) throws {
        switch value {
        case .null: appendNull()
        case .integer(let number): append(.int8, Self.networkOrder(UInt64(bitPattern: number)))
        case .real(let number): append(.float8, Self.networkOrder(number.bitPattern))
        case .text(let text):
            try SQLValue.refuseNUL(in: text)
            append(.text, text.utf8)
        case .blob(let blob): append(.bytea, blob)
        }
    }

    private mutating func appendNull() {
        types.append(0)
        lengths.append(0)
        offsets.append(nil)
    }

    private mutating func append(_ type: PostgresType, _ value: some Collection<UInt8>) {
        types.append(type.rawValue)
        lengths.append(Int32(clamping: value.count))
        offsets.append(bytes.count - 1)
        bytes.removeLast()
        bytes += value
        bytes.append(0)
    }

    private static func networkOrder(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }

    /// Count, values, lengths and formats as libpq takes them, for the length of one call.
    func lend<Answer>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Answer
    ) -> Answer {
        let formats = [Int32](repeating: 1, count: types.count)
        return unsafe bytes.withUnsafeBytes { raw in
            let base = unsafe raw.assumingMemoryBound(to: CChar.self).baseAddress
            let values = unsafe offsets.map { offset in unsafe offset.flatMap { unsafe base?.advanced(by: $0) } }
            return unsafe values.withUnsafeBufferPointer { values in
                unsafe lengths.withUnsafeBufferPointer { lengths in
                    unsafe formats.withUnsafeBufferPointer { formats in
                        unsafe body(
                            Int32(types.count), values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
