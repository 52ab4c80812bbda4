import AgFuzzing
import AgTesting
import Glibc
import Testing

/// The short form of `make fuzz`: what is known to be interesting, and small changes of it, through the same functions.
@Suite("The fuzzers' corpus")
struct CorpusTests {
    @Test("breaks no promise of any parser", arguments: FuzzTargets.names)
    func replays(_ name: String) throws {
        let target = try #require(FuzzTargets.named(name))
        let inputs = try Corpus.inputs(of: name)
        #expect(!inputs.isEmpty, "Fuzz/corpus/\(name) has no input")
        for (file, input) in inputs {
            #expect(throws: Never.self, "\(name)/\(file)") { try target.run(input) }
        }
    }

    @Test("breaks none when it is cut or changed", arguments: FuzzTargets.names)
    func replaysChanged(_ name: String) throws {
        let target = try #require(FuzzTargets.named(name))
        var random = FixedRandom(state: 20_261_120)
        for (file, input) in try Corpus.inputs(of: name) {
            for round in 0..<Effort.rounds(short: 20, full: 2_000) {
                let changed = random.change(input)
                #expect(throws: Never.self, "\(name)/\(file), round \(round): \(changed)") { try target.run(changed) }
            }
        }
    }
}

/// The files that the fuzzers begin with.
private enum Corpus {
    static func inputs(of name: String) throws -> [(file: String, bytes: [UInt8])] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = "/\(root)/Fuzz/corpus/\(name)"
        return try files(in: folder).sorted().map { ($0, try bytes(of: "\(folder)/\($0)")) }
    }

    private static func files(in folder: String) throws -> [String] {
        let stream = try #require(opendir(folder), "\(folder) cannot be read")
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        try #require(descriptor >= 0, "\(path) cannot be opened")
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}

/// The same changes on every run: Knuth's MMIX generator.
private struct FixedRandom {
    var state: UInt64

    private mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(1, limit)
    }

    /// One byte replaced, removed or doubled, or the end cut off.
    mutating func change(_ input: [UInt8]) -> [UInt8] {
        guard !input.isEmpty else { return [UInt8(next(below: 256))] }
        var bytes = input
        let place = next(below: bytes.count)
        switch next(below: 4) {
        case 0: bytes[place] = UInt8(next(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes.removeLast(bytes.count - place)
        }
        return bytes
    }
}
