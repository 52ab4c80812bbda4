import Glibc

/// How much a long test does: a short form by default, all of it under `make torture`.
package enum Effort {
    package static let isFull = getenv("ARGENTUM_TORTURE") != nil

    package static func rounds(short: Int, full: Int) -> Int { isFull ? full : short }
}
