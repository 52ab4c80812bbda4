/// So many items at a time, in the order of a `FairLine`; the others wait in it. Pure.
package struct FairSlots<Item> {
    private let slots: Int
    private var line = FairLine<Item>()
    private var running = 0

    package init(_ slots: Int) {
        self.slots = slots
    }

    package mutating func add(_ item: Item, for caller: Caller) {
        line.add(item, for: caller)
    }

    /// The item whose turn it is, which takes a slot until `ended` is called for its caller; `nil` while all are taken.
    package mutating func next() -> (item: Item, caller: Caller)? {
        guard running < slots, let next = line.next() else { return nil }
        running += 1
        return next
    }

    /// An item that `next` gave out has ended after so much time; `.zero` when it was not begun.
    package mutating func ended(_ caller: Caller, used: Duration) {
        running -= 1
        line.ended(caller, used: used)
    }

    /// Takes out what is not waited for any more; see `FairLine`.
    package mutating func remove(where isGone: (Item) -> Bool) {
        _ = line.remove(where: isGone)
    }
}
