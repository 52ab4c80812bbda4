/// Patterns as a tree of segments, so that finding one costs the depth of the path and not the number of routes.
struct RouteTree: Sendable {
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var hole: Int?
        var rest: Int?
        var routes: [Route] = []
    }

    /// A node's routes with the values on the way to it; the routes differ by method.
    struct Match {
        let routes: [Route]
        let values: [String]
    }

    private var nodes = [Node()]

    mutating func insert(_ route: Route) {
        var place = 0
        for piece in route.pattern.pieces { place = child(of: place, piece) }
        precondition(
            !nodes[place].routes.contains { $0.method == route.method },
            "\(route.method) \(route.pattern) is routed twice")
        nodes[place].routes.append(route)
    }

    private mutating func child(of place: Int, _ piece: RoutePattern.Piece) -> Int {
        let fresh = nodes.count
        switch piece {
        case .literal(let text):
            if let known = nodes[place].literals[text] { return known }
            nodes[place].literals[text] = fresh
        case .one:
            if let known = nodes[place].hole { return known }
            nodes[place].hole = fresh
        case .rest:
            if let known = nodes[place].rest { return known }
            nodes[place].rest = fresh
        }
        nodes.append(Node())
        return fresh
    }

    /// The most literal match: at each segment a literal is tried first, then a hole, then the rest.
    func match(_ segments: ArraySlice<String>) -> Match? { match(segments, at: 0, values: []) }

    private func match(_ segments: ArraySlice<String>, at place: Int, values: [String]) -> Match? {
        let node = nodes[place]
        guard let segment = segments.first else {
            return node.routes.isEmpty ? nil : Match(routes: node.routes, values: values)
        }
        let others = segments.dropFirst()
        if let next = node.literals[segment], let found = match(others, at: next, values: values) { return found }
        if let next = node.hole, !segment.isEmpty, let found = match(others, at: next, values: values + [segment]) {
            return found
        }
        guard let next = node.rest else { return nil }
        return Match(routes: nodes[next].routes, values: values + [segments.joined(separator: "/")])
    }
}
