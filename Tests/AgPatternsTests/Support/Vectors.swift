import AgBase
import Foundation

/// Files that tell how another program answers.
enum Vectors {
    static func json(_ name: String) throws -> JSONValue { try JSONValue(json: [UInt8](Data(contentsOf: file(name)))) }

    static func file(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Vectors/\(name)")
    }
}

/// A real JavaScript engine.
enum JavaScript {
    struct Case: Sendable {
        let pattern: String
        let names: [String]
    }

    /// For each case `nil` where JavaScript takes no such pattern, else whether it matches each name.
    static func answers(_ cases: [Case]) throws -> [[Bool]?] {
        let script = Vectors.file("javascript/match.mjs").path
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appending(path: "cases")
        let lines = cases.map { item -> String in
            let value: JSONValue = [
                "pattern": .string(item.pattern), "names": .array(item.names.map { .string($0) }),
            ]
            return value.text
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["node", script]
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            try JSONValue(json: line).array?.map { $0.bool ?? false }
        }
    }
}

/// Numbers that are the same in each run of the same seed (https://prng.di.unimi.it/splitmix64.c).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
