package import AgBase

/// What a column can be read as.
package protocol SQLReadable {
    /// Throws `SQLError` of code `mismatch` when the value has another shape or does not fit.
    init(sqlValue: SQLValue) throws
}

extension SQLValue: SQLReadable {
    package init(sqlValue: SQLValue) { self = sqlValue }
}

extension Int64: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        guard case .integer(let number) = sqlValue else { throw SQLError.mismatch(sqlValue, wanted: "an integer") }
        self = number
    }
}

extension Int: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        self = Int(try Int64(sqlValue: sqlValue))
    }
}

extension Int32: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        guard let number = Int32(exactly: try Int64(sqlValue: sqlValue)) else {
            throw SQLError.mismatch(sqlValue, wanted: "an integer of 32 bits")
        }
        self = number
    }
}

extension Bool: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        self = try Int64(sqlValue: sqlValue) != 0
    }
}

extension Double: SQLReadable {
    /// Takes integers too: a sum of reals that are whole comes back as one.
    package init(sqlValue: SQLValue) throws {
        switch sqlValue {
        case .real(let number): self = number
        case .integer(let number): self = Double(number)
        default: throw SQLError.mismatch(sqlValue, wanted: "a number")
        }
    }
}

extension String: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        guard case .text(let text) = sqlValue else { throw SQLError.mismatch(sqlValue, wanted: "text") }
        self = text
    }
}

extension [UInt8]: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        guard case .blob(let bytes) = sqlValue else { throw SQLError.mismatch(sqlValue, wanted: "bytes") }
        self = bytes
    }
}

extension Timestamp: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        self.init(milliseconds: try Int64(sqlValue: sqlValue))
    }
}

extension Identifier: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        self.init(trusted: try String(sqlValue: sqlValue))
    }
}

extension Optional: SQLReadable where Wrapped: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        self = sqlValue == .null ? nil : try Wrapped(sqlValue: sqlValue)
    }
}

extension RawRepresentable where Self: SQLReadable, RawValue: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        guard let known = Self(rawValue: try RawValue(sqlValue: sqlValue)) else {
            throw SQLError.mismatch(sqlValue, wanted: "a known \(Self.self)")
        }
        self = known
    }
}
