import AgSQL

/// The tables of sealed delivery: docs/formats/schema.md says what each column means. Numbers 20 to 24.
enum SealedSchema {
    static let migrations: [Migration] = [
        Migration(20, "sealed pictures") { dialect in seals(dialect) },
        Migration(21, "aliases of images") { dialect in aliases(dialect) },
    ]

    /// Rows go with their image, and its keys with them.
    private static func seals(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE sealed_secrets (
                name \(d.text) PRIMARY KEY,
                wrapped \(d.blob) NOT NULL,
                master_key \(d.text) NOT NULL
            )\(d.tableOptions)
            """,
            """
            CREATE TABLE sealed_images (
                image_id \(d.text) PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
                last_token \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            """
            CREATE TABLE sealed_keys (
                image_id \(d.text) NOT NULL REFERENCES images (id) ON DELETE CASCADE,
                variant \(d.text) NOT NULL,
                token \(d.integer) NOT NULL,
                source_sha256 \(d.blob) NOT NULL,
                recipe \(d.text) NOT NULL,
                wrapped \(d.blob) NOT NULL,
                master_key \(d.text) NOT NULL,
                nonce \(d.blob) NOT NULL,
                tag \(d.blob) NOT NULL,
                sealed_sha256 \(d.blob) NOT NULL,
                PRIMARY KEY (image_id, variant)
            )\(d.tableOptions)
            """,
            "CREATE INDEX sealed_keys_by_master_key ON sealed_keys (master_key, image_id, variant)",
        ]
    }

    private static func aliases(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE image_aliases (
                alias \(d.text) PRIMARY KEY,
                image_id \(d.text) NOT NULL UNIQUE REFERENCES images (id) ON DELETE CASCADE
            )\(d.tableOptions)
            """
        ]
    }
}
