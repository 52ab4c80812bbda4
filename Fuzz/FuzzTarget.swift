/// One parser under fuzz: what libFuzzer calls with bytes of its own, and what `make test` calls with those of the corpus.
package protocol FuzzTarget: Sendable {
    /// Of its folder in `Fuzz/corpus`, and of its binary.
    static var name: String { get }
    /// Gives the input to the product's own function. Throws `FuzzFinding` when the result breaks a promise.
    static func run(_ input: [UInt8]) throws
}

/// A promise that an input has broken.
package struct FuzzFinding: Error, CustomStringConvertible {
    package let description: String
}

func promise(_ isKept: Bool, _ text: @autoclosure () -> String) throws {
    guard isKept else { throw FuzzFinding(description: text()) }
}

/// The texts of an input that holds several, a line each.
func lines(of input: some Collection<UInt8>) -> [String] {
    input.split(separator: 10, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
}

/// Texts that differ in bytes differ, also where Unicode calls them canonically equivalent.
func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

func isSame(_ a: String?, _ b: String?) -> Bool {
    switch (a, b) {
    case (nil, nil): true
    case (let a?, let b?): isSame(a, b)
    default: false
    }
}

func isSame(_ a: [String], _ b: [String]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1) }
}
