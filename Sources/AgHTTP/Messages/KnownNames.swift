import CMicrohttpd

/// Names of fields that every request is asked for: what is there of them is known from when the head is read, without a
/// look at its fields.
package struct KnownNames: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    private init(_ name: cmhd_known) {
        rawValue = 1 << name.rawValue
    }

    package static var accept: KnownNames { KnownNames(CMHD_ACCEPT) }
    package static var authorization: KnownNames { KnownNames(CMHD_AUTHORIZATION) }
    package static var connection: KnownNames { KnownNames(CMHD_CONNECTION) }
    package static var contentLength: KnownNames { KnownNames(CMHD_CONTENT_LENGTH) }
    package static var cookie: KnownNames { KnownNames(CMHD_COOKIE) }
    package static var expect: KnownNames { KnownNames(CMHD_EXPECT) }
    package static var host: KnownNames { KnownNames(CMHD_HOST) }
    package static var ifMatch: KnownNames { KnownNames(CMHD_IF_MATCH) }
    package static var ifModifiedSince: KnownNames { KnownNames(CMHD_IF_MODIFIED_SINCE) }
    package static var ifNoneMatch: KnownNames { KnownNames(CMHD_IF_NONE_MATCH) }
    package static var ifRange: KnownNames { KnownNames(CMHD_IF_RANGE) }
    package static var ifUnmodifiedSince: KnownNames { KnownNames(CMHD_IF_UNMODIFIED_SINCE) }
    package static var origin: KnownNames { KnownNames(CMHD_ORIGIN) }
    package static var range: KnownNames { KnownNames(CMHD_RANGE) }
    package static var transferEncoding: KnownNames { KnownNames(CMHD_TRANSFER_ENCODING) }
    package static var forwardedFor: KnownNames { KnownNames(CMHD_X_FORWARDED_FOR) }
    package static var requestID: KnownNames { KnownNames(CMHD_X_REQUEST_ID) }

    /// The number of the one name in it.
    var number: UInt32 { UInt32(truncatingIfNeeded: rawValue.trailingZeroBitCount) }

    /// The one name in it, in lower case.
    var text: String { unsafe String(cString: cmhd_known_name(number)) }

    /// Each name by itself.
    var each: [KnownNames] {
        (0..<UInt32.bitWidth).map { KnownNames(rawValue: 1 << UInt32($0)) }.filter { contains($0) }
    }
}
