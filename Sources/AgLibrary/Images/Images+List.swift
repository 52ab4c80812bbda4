import AgBase
import AgImaging
import AgJobs
import AgModel
import AgSQL

extension Images {
    /// One page, newest first. Throws `Fault` for a session name that cannot exist.
    package func list(
        _ filter: ImageFilter, limit: Int, after cursor: ImageCursor? = nil, countsAll: Bool = false
    ) async throws -> ImagePage {
        if let session = filter.sessionID { try SessionName.check(session) }
        let matching = condition(filter)
        return try await database.read { [queue] connection in
            // One more than asked for tells whether there is a next page.
            let found = try connection.all(Self.page(filter, matching, after: cursor, limit: limit + 1)) {
                try Image($0)
            }
            let images = try Images.statuses(of: found.prefix(limit), queue, in: connection)
            let next =
                found.count > limit
                ? images.last.map { ImageCursor(uploadedAt: $0.image.uploadedAt, id: $0.image.id) } : nil
            let total: Int64? = countsAll ? try connection.value(Self.count(filter, matching)) : nil
            return ImagePage(images: images, next: next, total: total)
        }
    }

    private static func page(_ filter: ImageFilter, _ matching: SQL, after cursor: ImageCursor?, limit: Int) -> SQL {
        var sql: SQL = "SELECT \(Image.columns) FROM \(source(filter)) WHERE \(matching)"
        if let cursor { sql += " AND (i.uploaded_at, i.id) < (\(cursor.uploadedAt), \(cursor.id))" }
        return sql + " ORDER BY i.uploaded_at DESC, i.id DESC LIMIT \(limit)"
    }

    private static func count(_ filter: ImageFilter, _ matching: SQL) -> SQL {
        "SELECT count(*) FROM \(source(filter)) WHERE \(matching)"
    }

    private static func source(_ filter: ImageFilter) -> SQL {
        filter.sessionID == nil
            ? Image.tables
            : "session_images s JOIN images i ON i.id = s.image_id JOIN originals o ON o.id = i.original_id"
    }

    private func condition(_ filter: ImageFilter) -> SQL {
        var sql: SQL = "1 = 1"
        if let session = filter.sessionID { sql += " AND s.session_id = \(session)" }
        if let type = filter.mediaType {
            sql += " AND o.format = \(PictureFormat.allCases.first { $0.mediaType == type }?.rawValue ?? "")"
        }
        if let status = filter.status { sql += " AND \(condition(status))" }
        return sql
    }

    /// The same decision as `ImageStatus.init`, for the database to make.
    private func condition(_ status: ImageStatus) -> SQL {
        let kind = JobKind.generateVariants
        let running: SQL = "i.id IN (\(queue.subjects(kind: kind, .active)))"
        let waiting: SQL = "i.id IN (\(queue.subjects(kind: kind, .queued)))"
        return switch status {
        case .completed: Variant.isComplete
        case .processing: "NOT \(Variant.isComplete) AND \(running)"
        case .pending: "NOT \(Variant.isComplete) AND \(waiting) AND NOT \(running)"
        case .failed: "NOT \(Variant.isComplete) AND NOT \(waiting) AND NOT \(running)"
        }
    }
}
