import AgBase
import Testing

@testable import AgImaging

/// The codec processes that were started with this word among their arguments.
func children(withWord word: String) throws -> [Int32] {
    names(in: "/proc").compactMap { Int32($0) }.filter { pid in
        guard let line = try? OpenFile(reading: "/proc/\(pid)/cmdline").read(at: 0, count: 4_096) else {
            return false
        }
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.first == "codec" && words.contains(word)
    }
}

/// What the kernel says of a process: the lines of its status, by name.
func status(of pid: Int32) throws -> [String: String] {
    let text = String(
        decoding: try OpenFile(reading: "/proc/\(pid)/status").read(at: 0, count: 1 << 14), as: UTF8.self)
    var facts: [String: String] = [:]
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { continue }
        facts[String(parts[0])] = String(parts[1].drop { $0 == " " || $0 == "\t" })
    }
    return facts
}

/// Bytes of memory by a field of the status: `VmRSS` has what a process holds now, `VmHWM` the most it ever held.
func memory(_ field: String, of pid: Int32) throws -> Int {
    let words = try #require(try status(of: pid)[field]).split(separator: " ")
    return try #require(words.first.flatMap { Int($0) }) << 10
}

/// How often a process had to ask the kernel for a page.
func faults(_ pid: Int32) throws -> Int {
    let text = String(
        decoding: try OpenFile(reading: "/proc/\(pid)/stat").read(at: 0, count: 1 << 10), as: UTF8.self)
    let words = text.split(separator: ")").last?.split(separator: " ") ?? []
    return try #require(words.count > 7 ? Int(words[7]) : nil)
}
