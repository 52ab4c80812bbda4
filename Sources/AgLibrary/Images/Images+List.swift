import AgImaging
import AgJobs
import AgModel
import AgSQL

extension Images {
    /// One page, newest first. Throws `Fault` for a session name that cannot exist.
    ///
    /// - Parameter countsAll: whether the page says how many there are in all, which reads all of them.
    package func list(
        _ filter: ImageFilter, limit: Int, after cursor: ImageCursor? = nil, countsAll: Bool = false
    ) async throws -> ImagePage {
        if let session = filter.sessionID { try SessionName.check(session) }
        let total = countsAll ? try await total(filter) : nil
        return try await database.read { [queue] connection in
            let scan = try UnfinishedOriginals.scan(for: filter.status, in: connection)
            let matching = Self.condition(filter, scan, queue)
            // One more than asked for tells whether there is a next page.
            let found = try connection.all(Self.page(filter, matching, scan.order, after: cursor, limit: limit + 1)) {
                try Image($0)
            }
            let images = try Images.statuses(of: found.prefix(limit), queue, in: connection)
            let next =
                found.count > limit
                ? images.last.map { ImageCursor(uploadedAt: $0.image.uploadedAt, id: $0.image.id) } : nil
            return ImagePage(images: images, next: next, total: total)
        }
    }

    private func total(_ filter: ImageFilter) async throws -> Int64? {
        try await database.read { [queue] connection in
            let scan = try UnfinishedOriginals.scan(for: filter.status, in: connection)
            return try connection.value(Self.count(filter, Self.condition(filter, scan, queue)))
        }
    }

    static func page(
        _ filter: ImageFilter, _ matching: SQL, _ order: SQL, after cursor: ImageCursor?, limit: Int
    ) -> SQL {
        var sql: SQL = "SELECT \(Image.columns) FROM \(source(filter)) WHERE \(matching)"
        if let cursor { sql += " AND (\(order), i.id) < (\(cursor.uploadedAt), \(cursor.id))" }
        return sql + " ORDER BY \(order) DESC, i.id DESC LIMIT \(limit)"
    }

    private static func count(_ filter: ImageFilter, _ matching: SQL) -> SQL {
        "SELECT count(*) FROM \(source(filter)) WHERE \(matching)"
    }

    private static func source(_ filter: ImageFilter) -> SQL {
        filter.sessionID == nil
            ? Image.tables
            : "session_images s JOIN images i ON i.id = s.image_id JOIN originals o ON o.id = i.original_id"
    }

    static func condition(_ filter: ImageFilter, _ scan: UnfinishedScan, _ queue: JobQueue) -> SQL {
        var sql: SQL = "1 = 1"
        if let session = filter.sessionID { sql += " AND s.session_id = \(session)" }
        if let type = filter.mediaType {
            sql += " AND o.format = \(PictureFormat.allCases.first { $0.mediaType == type }?.rawValue ?? "")"
        }
        if let status = filter.status { sql += " AND \(condition(status, scan, queue))" }
        return sql
    }

    /// The same decision as `ImageStatus.init`, for the database to make.
    private static func condition(_ status: ImageStatus, _ scan: UnfinishedScan, _ queue: JobQueue) -> SQL {
        let running = queue.hasJob(.generateVariants, .active, about: "i.original_id")
        let waiting = queue.hasJob(.generateVariants, .queued, about: "i.original_id")
        let open: SQL = "\(scan.condition) AND NOT \(Variant.isComplete)"
        return switch status {
        case .completed: Variant.isComplete
        case .processing: "\(open) AND \(running)"
        case .pending: "\(open) AND \(waiting) AND NOT \(running)"
        case .failed: "\(open) AND NOT \(waiting) AND NOT \(running)"
        }
    }
}
