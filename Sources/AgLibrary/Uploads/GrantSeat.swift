/// A place that one upload of a grant holds; free again when the last reference goes.
package final class GrantSeat: Sendable {
    private let leave: @Sendable () -> Void

    init(_ leave: @escaping @Sendable () -> Void) {
        self.leave = leave
    }

    deinit {
        leave()
    }
}
