package import AgBase
package import AgBlobs
package import AgImaging
package import AgJobs
package import AgModel
package import AgSQL

/// One subject of the product, with all that it brings: its tables, jobs, upkeep, settings, checks and metrics.
///
/// A part lives in its subject's folder and is entered in `LibraryParts.all`; nothing else has to know of it. Its properties are
/// the doors of the subject, which others reach by `library[PhotosPart.self]`.
package protocol LibraryPart: Sendable {
    /// Steps of the schema. Each subject has a range of numbers of its own.
    static var migrations: [Migration] { get }
    /// The kinds of jobs that it can do, in the order of `handlers`.
    static var jobKinds: [JobKind] { get }
    /// Rows of the table of settings that land in the library's.
    static var settings: [SettingRow<LibrarySettings>] { get }
    /// The types of events that it publishes.
    static var eventTypes: [EventType] { get }
    /// What its rows need images for.
    static var imageUses: [any ImageUse] { get }
    /// The files that its rows refer to, table by table: `verify` reads them all and holds them against what is recorded.
    static var references: [FileReference.Source] { get }
    /// Whether a row of its tables refers to this blob: recovery and `verify` remove and move what no part refers to.
    static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool
    /// The files of what is derived from an original. They are removed with it; the rows go by ON DELETE CASCADE.
    static func blobs(of original: OriginalID, in connection: any SQLConnection) throws -> [BlobPath]

    /// Refuses what the subject could not work with, such as a wrong key. Asked at a start before any part is opened and anything
    /// is changed.
    static func admit(_ settings: LibrarySettings, _ ground: LibraryGround) async throws

    /// Opens the subject on what all stand on. The parts that stand above it in the list are open already.
    init(on site: PartSite) async throws

    var handlers: [any JobHandler] { get }
    /// Work beside the jobs. Each runs from the start until it returns, or is cancelled.
    var upkeep: [Upkeep] { get }
    /// What must work before requests are taken.
    var checks: [ReadinessCheck] { get }
    func metrics() async throws -> [MetricFamily]
}

/// Work that a part does by itself. What it throws ends the program.
package typealias Upkeep = @Sendable () async throws -> Void

extension LibraryPart {
    package static var migrations: [Migration] { [] }
    package static var jobKinds: [JobKind] { [] }
    package static var settings: [SettingRow<LibrarySettings>] { [] }
    package static var eventTypes: [EventType] { [] }
    package static var imageUses: [any ImageUse] { [] }
    package static var references: [FileReference.Source] { [] }
    package static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool { false }
    package static func blobs(of original: OriginalID, in connection: any SQLConnection) throws -> [BlobPath] { [] }

    package static func admit(_ settings: LibrarySettings, _ ground: LibraryGround) async throws {}

    package var handlers: [any JobHandler] { [] }
    package var upkeep: [Upkeep] { [] }
    package var checks: [ReadinessCheck] { [] }
    package func metrics() async throws -> [MetricFamily] { [] }
}

/// What a part is opened on.
package struct PartSite: Sendable {
    package let ground: LibraryGround
    package let settings: LibrarySettings
    package let codecs: Codecs
    /// The processes on the same database; `nil` where file locks tell them apart.
    package let nodes: Nodes?
    package let files: any FileOperations
    private(set) var opened = OpenParts()

    init(
        _ ground: LibraryGround, _ settings: LibrarySettings, _ nodes: Nodes?, _ codecs: Codecs,
        files: any FileOperations
    ) {
        self.ground = ground
        self.settings = settings
        self.nodes = nodes
        self.codecs = codecs
        self.files = files
    }

    /// A part that stands further up in the list.
    package subscript<Part: LibraryPart>(_ part: Part.Type) -> Part { opened[part] }

    /// Opens the parts of the settings, in their order.
    func open() async throws -> OpenParts {
        var site = self
        for type in settings.parts { site.opened.add(try await type.init(on: site)) }
        return site.opened
    }
}

/// Parts that were opened, in their order.
struct OpenParts: Sendable {
    private(set) var all: [any LibraryPart] = []
    private var places: [ObjectIdentifier: Int] = [:]

    mutating func add(_ part: any LibraryPart) {
        let kind = type(of: part)
        precondition(part.handlers.map(\.kind) == kind.jobKinds, "\(kind) has handlers of other kinds than it names")
        places[ObjectIdentifier(kind)] = all.count
        all.append(part)
    }

    subscript<Part: LibraryPart>(_ part: Part.Type) -> Part {
        guard let place = places[ObjectIdentifier(part)], let found = all[place] as? Part else {
            preconditionFailure("\(part) is not in the list of parts, or stands below the one that needs it")
        }
        return found
    }
}
