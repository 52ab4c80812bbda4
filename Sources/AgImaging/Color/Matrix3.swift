/// Three rows of three numbers.
struct Matrix3: Equatable {
    private let rows: [[Double]]

    init(rows: [[Double]]) {
        self.rows = rows
    }

    static let identity = Matrix3(rows: [[1, 0, 0], [0, 1, 0], [0, 0, 1]])

    init(columns: [[Double]]) {
        rows = (0..<3).map { row in columns.map { $0[row] } }
    }

    subscript(row: Int, column: Int) -> Double { rows[row][column] }

    func applied(to vector: [Double]) -> [Double] {
        rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    static func * (left: Matrix3, right: Matrix3) -> Matrix3 {
        Matrix3(columns: (0..<3).map { column in left.applied(to: right.rows.map { $0[column] }) })
    }

    /// `nil` when the rows lie in one plane, or nearly so.
    var inverse: Matrix3? {
        let cofactors = (0..<3).map { row in (0..<3).map { column in cofactor(row, column) } }
        let determinant = zip(rows[0], cofactors[0]).reduce(0) { $0 + $1.0 * $1.1 }
        guard determinant.magnitude > 1e-9 else { return nil }
        return Matrix3(columns: cofactors.map { row in row.map { $0 / determinant } })
    }

    private func cofactor(_ row: Int, _ column: Int) -> Double {
        let (up, down) = ((row + 1) % 3, (row + 2) % 3)
        let (left, right) = ((column + 1) % 3, (column + 2) % 3)
        return rows[up][left] * rows[down][right] - rows[up][right] * rows[down][left]
    }

    /// How colours seen under one white are seen under another (Bradford, as ICC profiles of version 4 have it).
    static func adaptation(from source: [Double], to target: [Double]) -> Matrix3? {
        let cones = Matrix3(rows: [
            [0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296],
        ])
        guard let back = cones.inverse else { return nil }
        let before = cones.applied(to: source)
        let after = cones.applied(to: target)
        guard before.allSatisfy({ $0 > 0 }) else { return nil }
        let scaling = (0..<3).map { row in (0..<3).map { row == $0 ? after[row] / before[row] : 0 } }
        return back * Matrix3(rows: scaling) * cones
    }
}
