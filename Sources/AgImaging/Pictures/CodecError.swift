/// Why a picture could not be read or made.
package struct CodecError: Error, Sendable, Equatable {
    /// The raw values are the codes that clients see.
    package enum Code: String, Sendable, CaseIterable {
        /// The bytes show none of the formats we know, or there are none.
        case notAPicture = "not-a-picture"
        /// A picture, but of a kind we do not take.
        case unsupportedFormat = "unsupported-format"
        /// The file ends before the picture does.
        case truncated
        /// More pixels, frames, bytes than `PictureLimits` allows.
        case tooLarge = "too-large"
        /// The decoder gave up on the content.
        case damaged
        /// The codec's process died of this picture.
        case crashed = "codec-crashed"
        /// The picture took more processor time than one may, and the process was killed.
        case timedOut = "codec-timeout"
        /// The machine did not give the process its processor time in ten times as long. The picture is not judged.
        case stalled = "codec-stalled"
        /// The decoder met its memory limit.
        case outOfMemory = "out-of-memory"
        /// Too many pictures of this caller wait already. The picture itself is not judged.
        case busy = "codec-busy"
        /// No codec could be started, or we are shutting down. The picture itself is not judged.
        case unavailable = "codec-unavailable"
    }

    package let code: Code
    /// For people: what, which numbers, what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the picture is to blame, so that trying again cannot help.
    package var blamesThePicture: Bool {
        switch code {
        case .crashed, .stalled, .busy, .unavailable: false
        default: true
        }
    }

    /// Whether it says nothing of the picture at all: the same work may be tried again until it is done.
    package var blamesTheMachine: Bool { code == .stalled || code == .busy || code == .unavailable }
}

extension CodecError: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}
