/// The two sides of an item, each with a picture of its own.
package enum ItemSide: String, Sendable, Codable, CaseIterable {
    case obverse
    case reverse
}

/// Two values, one for each side.
package struct Sides<Value> {
    package var obverse: Value
    package var reverse: Value

    package init(obverse: Value, reverse: Value) {
        self.obverse = obverse
        self.reverse = reverse
    }

    package init(_ make: (ItemSide) throws -> Value) rethrows {
        obverse = try make(.obverse)
        reverse = try make(.reverse)
    }

    package init(both value: Value) {
        obverse = value
        reverse = value
    }

    package subscript(_ side: ItemSide) -> Value {
        get { side == .obverse ? obverse : reverse }
        set { if side == .obverse { obverse = newValue } else { reverse = newValue } }
    }

    package func map<Other>(_ change: (Value) throws -> Other) rethrows -> Sides<Other> {
        Sides<Other>(obverse: try change(obverse), reverse: try change(reverse))
    }
}

extension Sides: Sendable where Value: Sendable {}
extension Sides: Equatable where Value: Equatable {}
extension Sides: Hashable where Value: Hashable {}
