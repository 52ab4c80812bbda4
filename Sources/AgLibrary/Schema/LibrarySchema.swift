import AgSQL

/// The tables of pictures: docs/formats/schema.md says what each column means. Numbers 1 to 9, and 190 to 199 for jobs.
///
/// Steps from before subjects had folders of their own: some make tables of several. A new subject's steps are in its folder.
enum LibrarySchema {
    /// Of originals, images and sessions.
    static let images: [Migration] = [
        Migration(1, "pictures") { dialect in pictures(dialect) },
        Migration(6, "unfinished pictures") { dialect in unfinished(dialect) },
        Migration(9, "derived rows go with their originals") { dialect in cascades(dialect) },
    ]

    /// Of variants and of what is learnt of pictures. The last is one over the queue's tables, which are made by its steps.
    static let variants: [Migration] = [
        Migration(2, "derived pictures") { dialect in derived(dialect) },
        Migration(7, "how derived pictures were encoded") { dialect in encodings(dialect) },
        Migration(190, "jobs of originals") { _ in jobsOfOriginals },
    ]

    static let uploads: [Migration] = [
        Migration(3, "upload grants") { dialect in grants(dialect) },
        Migration(8, "makers and failures of upload grants") { dialect in makers(dialect) },
    ]

    /// Keys of signed URLs, and files to be removed.
    static let keysAndRemovals: [Migration] = [
        Migration(4, "signing keys and blob removals") { dialect in upkeep(dialect) }
    ]

    static let state: [Migration] = [
        Migration(5, "what has been done to all pictures") { dialect in progress(dialect) }
    ]

    /// Jobs on an image become jobs on the original that it shows. Of two unfinished ones for one original the older
    /// stays, with the flags of both; the queue allows one.
    private static let jobsOfOriginals: [String] = {
        let isOurs = "kind IN ('generate-variants', 'generate-metadata')"
        let isLive = "state IN ('queued', 'active')"
        let twins = """
            SELECT 1 FROM jobs AS twin JOIN images AS its ON its.id = twin.subject
            JOIN images AS mine ON mine.original_id = its.original_id
            WHERE mine.id = jobs.subject AND twin.kind = jobs.kind AND twin.recipe = jobs.recipe
                AND twin.state IN ('queued', 'active')
            """
        let again = "EXISTS (\(twins) AND twin.payload LIKE '%\"again\":true%')"
        let damaged = "EXISTS (\(twins) AND twin.payload LIKE '%\"allowDamaged\":true%')"
        return [
            """
            UPDATE jobs SET image_id = subject, payload = CASE
                WHEN \(again) AND \(damaged) THEN '{"again":true,"allowDamaged":true}'
                WHEN \(again) THEN '{"again":true}' WHEN \(damaged) THEN '{"allowDamaged":true}' ELSE payload END
            WHERE \(isOurs) AND \(isLive)
            """,
            "DELETE FROM jobs WHERE \(isOurs) AND \(isLive) AND EXISTS (\(twins) AND twin.id < jobs.id)",
            """
            UPDATE jobs SET image_id = subject,
                subject = (SELECT original_id FROM images WHERE images.id = jobs.subject)
            WHERE \(isOurs) AND subject IN (SELECT id FROM images)
            """,
        ]
    }()

    private static func pictures(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE originals (
                id \(d.text) PRIMARY KEY,
                sha256 \(d.blob) NOT NULL UNIQUE,
                path \(d.text) NOT NULL UNIQUE,
                byte_count \(d.integer) NOT NULL,
                format \(d.text) NOT NULL,
                width \(d.integer) NOT NULL,
                height \(d.integer) NOT NULL,
                frames \(d.integer) NOT NULL,
                has_alpha \(d.integer) NOT NULL,
                is_damaged \(d.integer) NOT NULL,
                lost_at \(d.integer),
                created_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            """
            CREATE TABLE images (
                id \(d.text) PRIMARY KEY,
                original_id \(d.text) NOT NULL REFERENCES originals (id),
                generation \(d.integer) NOT NULL,
                original_filename \(d.text),
                uploaded_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            "CREATE INDEX images_by_original ON images (original_id, uploaded_at, id)",
            "CREATE INDEX images_by_upload ON images (uploaded_at, id)",
            """
            CREATE TABLE session_images (
                session_id \(d.text) NOT NULL,
                image_id \(d.text) NOT NULL REFERENCES images (id),
                linked_at \(d.integer) NOT NULL,
                PRIMARY KEY (session_id, image_id)
            )\(d.tableOptions)
            """,
            "CREATE INDEX session_images_by_image ON session_images (image_id)",
        ]
    }

    private static func derived(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE image_variants (
                original_id \(d.text) NOT NULL REFERENCES originals (id),
                name \(d.text) NOT NULL,
                recipe \(d.text) NOT NULL,
                encoder \(d.text) NOT NULL,
                width \(d.integer) NOT NULL,
                height \(d.integer) NOT NULL,
                byte_count \(d.integer) NOT NULL,
                sha256 \(d.blob) NOT NULL,
                path \(d.text) UNIQUE,
                content \(d.blob),
                made_at \(d.integer) NOT NULL,
                PRIMARY KEY (original_id, name),
                CHECK ((path IS NULL) <> (content IS NULL))
            )\(d.tableOptions)
            """,
            """
            CREATE TABLE image_metadata (
                original_id \(d.text) PRIMARY KEY REFERENCES originals (id),
                placeholder \(d.blob),
                colors \(d.text),
                exif \(d.text),
                made_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
        ]
    }

    private static func grants(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE upload_grants (
                id \(d.text) PRIMARY KEY,
                secret_hash \(d.blob) NOT NULL,
                max_bytes \(d.integer) NOT NULL,
                content_type \(d.text),
                sha256 \(d.blob),
                session_id \(d.text),
                filename \(d.text),
                expires_at \(d.integer) NOT NULL,
                used_at \(d.integer),
                created_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            "CREATE INDEX upload_grants_by_expiry ON upload_grants (expires_at)",
        ]
    }

    /// Grants from before have no maker: they work until they expire.
    private static func makers(_ d: SQLDialect) -> [String] {
        [
            "ALTER TABLE upload_grants ADD COLUMN maker_token \(d.text)",
            "ALTER TABLE upload_grants ADD COLUMN maker_session \(d.blob)",
            "ALTER TABLE upload_grants ADD COLUMN maker_fixed \(d.blob)",
            "ALTER TABLE upload_grants ADD COLUMN failures \(d.integer) NOT NULL DEFAULT 0",
        ]
    }

    private static func upkeep(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE signing_keys (
                id \(d.text) PRIMARY KEY,
                secret \(d.blob) NOT NULL,
                created_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            """
            CREATE TABLE blob_removals (
                path \(d.text) PRIMARY KEY,
                asked_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
        ]
    }

    private static func progress(_ d: SQLDialect) -> [String] {
        ["CREATE TABLE library_state (name \(d.text) PRIMARY KEY, value \(d.text) NOT NULL)\(d.tableOptions)"]
    }

    /// The seven outcomes of its day, whatever later recipes ask for.
    private static func unfinished(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE unfinished_originals (
                original_id \(d.text) PRIMARY KEY REFERENCES originals (id)
            )\(d.tableOptions)
            """,
            """
            INSERT INTO unfinished_originals (original_id)
            SELECT o.id FROM originals o WHERE (SELECT count(*) FROM image_variants v WHERE v.original_id = o.id
                AND v.name IN ('thumbnail', 'small.webp', 'small.avif', 'medium.webp', 'medium.avif', 'large.webp',
                    'large.avif')) < 7
            """,
        ]
    }

    /// Empty in rows from before: what they hold is not looked at again until the picture is made again.
    private static func encodings(_ d: SQLDialect) -> [String] {
        ["ALTER TABLE image_variants ADD COLUMN encoding \(d.text)"]
    }

    /// The tables whose rows go with an original or an image, and the column that refers to it.
    private static let derivedTables = [
        ("image_variants", "original_id", "originals"), ("image_metadata", "original_id", "originals"),
        ("unfinished_originals", "original_id", "originals"), ("session_images", "image_id", "images"),
    ]

    /// Foreign keys get ON DELETE CASCADE. A copy of these tables, thumbnails and all, could take hours: SQLite's description
    /// of them is changed instead, as https://www.sqlite.org/lang_altertable.html#otheralter allows for constraints that rows
    /// fulfil already. The view that comes and goes tells other connections to read the descriptions again.
    private static func cascades(_ d: SQLDialect) -> [String] {
        guard d == .sqlite else {
            return derivedTables.map { table, column, parent in
                let name = "\(table)_\(column)_fkey"
                return "ALTER TABLE \(table) DROP CONSTRAINT \(name), ADD CONSTRAINT \(name) FOREIGN KEY (\(column)) "
                    + "REFERENCES \(parent) (id) ON DELETE CASCADE"
            }
        }
        let changes = derivedTables.map { table, _, parent in
            "UPDATE sqlite_schema SET sql = replace(sql, 'REFERENCES \(parent) (id)', "
                + "'REFERENCES \(parent) (id) ON DELETE CASCADE') WHERE type = 'table' AND name = '\(table)'"
        }
        return ["PRAGMA writable_schema = ON"] + changes + [
            "CREATE VIEW descriptions_changed AS SELECT 1", "DROP VIEW descriptions_changed",
            "PRAGMA writable_schema = RESET",
        ]
    }
}
