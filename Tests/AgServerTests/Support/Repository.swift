import FoundationEssentials

/// The files of the repository that the tests are a part of.
enum Repository {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func swiftFiles(below path: String) -> [(path: String, text: String)] {
        let root = folder.appending(path: path).path
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
        return names.filter { $0.hasSuffix(".swift") }.map { name in
            (name, (try? String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)) ?? "")
        }
    }
}
