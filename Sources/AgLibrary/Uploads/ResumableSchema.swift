import AgSQL

/// What resumable uploads add to the tables of grants. Numbers 25 to 29.
enum ResumableSchema {
    static let migrations: [Migration] = [
        Migration(25, "resumable uploads") { d in
            [
                "ALTER TABLE upload_grants ADD COLUMN byte_count \(d.integer)",
                "ALTER TABLE upload_grants ADD COLUMN image_id \(d.text)",
                "ALTER TABLE upload_grants ADD COLUMN made_image \(d.integer)",
                """
                CREATE TABLE upload_parts (
                    grant_id \(d.text) NOT NULL REFERENCES upload_grants (id),
                    start \(d.integer) NOT NULL,
                    byte_count \(d.integer) NOT NULL,
                    path \(d.text) NOT NULL UNIQUE,
                    PRIMARY KEY (grant_id, start)
                )\(d.tableOptions)
                """,
            ]
        }
    ]
}
