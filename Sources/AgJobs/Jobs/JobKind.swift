package import AgBase
internal import AgSQL

/// What sort of work a job is: `generate-variants`, `snapshot`. Each constant lives with the part that does the work.
package struct JobKind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(_ name: String) {
        rawValue = name
    }

    package var description: String { rawValue }
}

extension JobKind: SQLBindable, SQLReadable {}

package enum JobTag {}
package typealias JobID = Identifier<JobTag>
