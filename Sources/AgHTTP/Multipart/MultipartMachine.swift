package import AgBase
import Glibc

/// Takes a multipart body apart, in whatever pieces it arrives; holds no more of it than one part's header lines.
///
/// A delimiter is `CR LF "--" boundary`. CR stands only at its start, so when a match breaks off no other match can have
/// begun inside it, and what had been matched is data that is known without having been kept.
package struct MultipartMachine: Sendable {
    package enum Action: Sendable, Equatable {
        case begin(MultipartHead)
        /// Bytes of the part: a range of the input.
        case data(Range<Int>)
        /// Bytes of the part that looked like a delimiter at the end of an earlier input.
        case held([UInt8])
        case end
        /// The closing boundary.
        case finished
    }

    private enum State: Sendable {
        /// Before the first boundary or inside a part.
        case content(Match, isPart: Bool)
        /// Behind a boundary: `--`, or spaces and a line end.
        case afterBoundary(AfterBoundary)
        case headers
        case done
    }

    /// How much of the delimiter the last bytes were.
    private struct Match: Sendable {
        var count = 0
        /// So many at its start belong to what came before, and are no data if the match breaks off.
        var borrowed = 0

        /// A line end that was used already: the first delimiter has none in front, and one right behind a part's
        /// headers shares theirs.
        static let lineEnd = Match(count: 2, borrowed: 2)
    }

    private enum AfterBoundary: Sendable {
        case start
        case dash
        case padding
        case carriageReturn
    }

    private let delimiter: [UInt8]
    private let limits: MultipartLimits
    private var state: State
    private var header: [UInt8] = []
    private var preamble = 0
    private var parts = 0

    package init(boundary: MultipartBoundary, limits: MultipartLimits = MultipartLimits()) {
        delimiter = [13, 10, 45, 45] + boundary.bytes
        self.limits = limits
        state = .content(.lineEnd, isPart: false)
    }

    /// Reads on. Throws `Fault` 400 `multipart-…`; after that the machine must not be used any more.
    package mutating func take(_ input: [UInt8]) throws(Fault) -> [Action] {
        do {
            return try unsafe input.withUnsafeBytes { unsafe try take($0) }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw MultipartFault.malformed("\(error)")
        }
    }

    /// The same on borrowed bytes; ranges in the actions count from their start.
    mutating func take(_ input: UnsafeRawBufferPointer) throws(Fault) -> [Action] {
        var actions: [Action] = []
        var place = 0
        while place < input.count {
            switch state {
            case .content(let match, let isPart):
                place = unsafe try content(input, place, match, isPart, &actions)
            case .afterBoundary(let step):
                try afterBoundary(unsafe input[place], step, &actions)
                place += 1
            case .headers:
                try headerByte(unsafe input[place], &actions)
                place += 1
            case .done: return actions
            }
        }
        return actions
    }

    /// The body is over. Throws `Fault` 400 `multipart-truncated` unless the closing boundary was there.
    package mutating func finish() throws(Fault) {
        // `--boundary-` at the very end is not a closing boundary either.
        guard case .done = state else { throw MultipartFault.truncated }
    }

    private mutating func content(
        _ input: UnsafeRawBufferPointer, _ start: Int, _ carried: Match, _ isPart: Bool, _ actions: inout [Action]
    ) throws(Fault) -> Int {
        var matched = carried.count
        var place = start
        // Where the match in hand began; before this input if it was carried over.
        var matchStart = start - matched
        while place < input.count {
            let byte = unsafe input[place]
            if byte == delimiter[matched] {
                if matched == 0 { matchStart = place }
                matched += 1
                place += 1
                guard matched == delimiter.count else { continue }
                try tell(start..<max(start, matchStart), isPart, &actions)
                if isPart { actions.append(.end) }
                state = .afterBoundary(.start)
                return place
            }
            if matched > 0 {
                if matchStart < start, isPart { tellHeld(carried, &actions) }
                matched = 0
                matchStart = place
                // The same byte again: it may be the CR of the next match.
                continue
            }
            place = unsafe Self.nextReturn(input, place + 1)
        }
        try tell(start..<(matched > 0 ? max(start, matchStart) : place), isPart, &actions)
        let isCarriedOn = matched > 0 && matchStart < start
        state = .content(Match(count: matched, borrowed: isCarriedOn ? carried.borrowed : 0), isPart: isPart)
        return place
    }

    private static func nextReturn(_ input: UnsafeRawBufferPointer, _ from: Int) -> Int {
        guard from < input.count else { return input.count }
        guard let found = unsafe memchr(input.baseAddress! + from, 13, input.count - from) else { return input.count }
        return unsafe UnsafeRawPointer(found) - input.baseAddress!
    }

    private mutating func tell(_ range: Range<Int>, _ isPart: Bool, _ actions: inout [Action]) throws(Fault) {
        guard !range.isEmpty else { return }
        if isPart {
            actions.append(.data(range))
        } else {
            preamble += range.count
            guard preamble <= limits.headerBytes else {
                throw MultipartFault.malformed("The body does not begin with its boundary.")
            }
        }
    }

    private func tellHeld(_ carried: Match, _ actions: inout [Action]) {
        guard carried.count > carried.borrowed else { return }
        actions.append(.held(Array(delimiter[carried.borrowed..<carried.count])))
    }

    private mutating func afterBoundary(_ byte: UInt8, _ step: AfterBoundary, _ actions: inout [Action]) throws(Fault) {
        switch (step, byte) {
        case (.start, 0x2D): state = .afterBoundary(.dash)
        case (.dash, 0x2D):
            state = .done
            actions.append(.finished)
        case (.start, 0x20), (.start, 0x09), (.padding, 0x20), (.padding, 0x09): state = .afterBoundary(.padding)
        case (.start, 13), (.padding, 13): state = .afterBoundary(.carriageReturn)
        case (.carriageReturn, 10): try beginHeaders()
        default: throw MultipartFault.malformed("A boundary is followed by something other than a line end.")
        }
    }

    private mutating func beginHeaders() throws(Fault) {
        parts += 1
        guard parts <= limits.parts else { throw MultipartFault.tooManyParts(limits.parts) }
        header = []
        state = .headers
    }

    private mutating func headerByte(_ byte: UInt8, _ actions: inout [Action]) throws(Fault) {
        header.append(byte)
        guard header.count <= limits.headerBytes else {
            throw MultipartFault.malformed("A part's headers are longer than \(limits.headerBytes) bytes.")
        }
        if byte == 10, header.dropLast().last != 13 {
            throw MultipartFault.malformed("A line of a part's headers ends without CR.")
        }
        if byte != 10, header.dropLast().last == 13 {
            throw MultipartFault.malformed("A part's header holds a stray CR.")
        }
        guard byte == 10, header.count == 2 || header.suffix(4) == [13, 10, 13, 10] else { return }
        actions.append(.begin(try head()))
        state = .content(.lineEnd, isPart: true)
    }

    private func head() throws(Fault) -> MultipartHead {
        let lines = header.dropLast(2).split(separator: 10).map { $0.dropLast() }
        guard lines.count <= limits.headers else {
            throw MultipartFault.malformed(
                "A part has \(lines.count) header lines; at most \(limits.headers) are read.")
        }
        return try MultipartHead(lines)
    }
}
