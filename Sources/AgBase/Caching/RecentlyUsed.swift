/// Values with weights, at most so much of it together; what was not asked for the longest goes first.
///
/// Every call costs the same however many there are. A struct for one owner; it has no lock.
///
/// Inlinable, so that it is specialised for the keys of other modules: through tables of types a look costs several times
/// as much, and each request takes one.
package struct RecentlyUsed<Key: Hashable, Value> {
    @usableFromInline struct Node {
        @usableFromInline var key: Key
        @usableFromInline var value: Value
        @usableFromInline var weight: Int
        /// Places of the next more and the next less recent one; -1 is none.
        @usableFromInline var newer = -1
        @usableFromInline var older = -1

        @inlinable init(key: Key, value: Value, weight: Int) {
            self.key = key
            self.value = value
            self.weight = weight
        }
    }

    @usableFromInline var nodes: [Node?] = []
    @usableFromInline var free: [Int] = []
    @usableFromInline var places: [Key: Int] = [:]
    @usableFromInline var newest = -1
    @usableFromInline var oldest = -1

    package let budget: Int
    /// The weight of everything that is here.
    @usableFromInline package internal(set) var weight = 0

    @inlinable package init(budget: Int) {
        self.budget = max(0, budget)
    }

    @inlinable package var count: Int { places.count }

    /// Does not make it more recent.
    @inlinable package func contains(_ key: Key) -> Bool { places[key] != nil }

    /// From the most to the least recent. For tests and for looking; costs a walk.
    package var keys: [Key] {
        var found: [Key] = []
        var place = newest
        while place >= 0, let node = nodes[place] {
            found.append(node.key)
            place = node.older
        }
        return found
    }

    /// The value, which does not become more recent by this.
    @inlinable package func peek(_ key: Key) -> Value? { places[key].flatMap { nodes[$0]?.value } }

    /// The value, which is the most recent one from now on.
    @inlinable package mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        if place != newest {
            unlink(place)
            linkAsNewest(place)
        }
        return nodes[place]?.value
    }

    /// Puts a value in and returns what had to go, its own predecessor included; a value heavier than the whole budget
    /// goes at once.
    @inlinable package mutating func insert(_ value: Value, for key: Key, weight: Int) -> [(key: Key, value: Value)] {
        var gone: [(key: Key, value: Value)] = []
        if let old = remove(key) { gone.append((key, old)) }
        guard weight <= budget else { return gone + [(key, value)] }
        let place = add(Node(key: key, value: value, weight: weight))
        linkAsNewest(place)
        while self.weight > budget, let last = removeOldest() { gone.append(last) }
        return gone
    }

    /// Puts a new value in as the one that was not asked for the longest. False when there is no room: nothing goes for it.
    @inlinable package mutating func insertOldest(_ value: Value, for key: Key, weight: Int) -> Bool {
        guard places[key] == nil, self.weight + weight <= budget else { return false }
        let place = add(Node(key: key, value: value, weight: weight))
        nodes[place]?.newer = oldest
        if oldest >= 0 { nodes[oldest]?.older = place } else { newest = place }
        oldest = place
        return true
    }

    /// Gives a new value its place, linked to no other yet.
    @inlinable mutating func add(_ node: Node) -> Int {
        let place = free.popLast() ?? nodes.count
        if place == nodes.count { nodes.append(node) } else { nodes[place] = node }
        places[node.key] = place
        weight += node.weight
        return place
    }

    @inlinable package mutating func remove(_ key: Key) -> Value? {
        guard let place = places.removeValue(forKey: key), let node = nodes[place] else { return nil }
        unlink(place)
        nodes[place] = nil
        free.append(place)
        weight -= node.weight
        return node.value
    }

    @inlinable package mutating func removeOldest() -> (key: Key, value: Value)? {
        guard oldest >= 0, let key = nodes[oldest]?.key, let value = remove(key) else { return nil }
        return (key, value)
    }

    /// Takes everything out and returns it, in no order.
    package mutating func removeAll() -> [Value] {
        defer { self = RecentlyUsed(budget: budget) }
        return nodes.compactMap { $0?.value }
    }

    @inlinable mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if node.newer >= 0 { nodes[node.newer]?.older = node.older } else { newest = node.older }
        if node.older >= 0 { nodes[node.older]?.newer = node.newer } else { oldest = node.newer }
    }

    @inlinable mutating func linkAsNewest(_ place: Int) {
        nodes[place]?.newer = -1
        nodes[place]?.older = newest
        if newest >= 0 { nodes[newest]?.newer = place } else { oldest = place }
        newest = place
    }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
extension RecentlyUsed.Node: Sendable where Key: Sendable, Value: Sendable {}
