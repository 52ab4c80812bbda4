package import AgSQL

/// The tables of items, their photos, and the rules that give pictures to items by their names: docs/formats/schema.md. Numbers 30 to 39.
package enum CollectionSchema {
    package static let migrations: [Migration] = [
        Migration(30, "items") { dialect in items(dialect) },
        Migration(31, "photos of items") { dialect in photos(dialect) },
        Migration(32, "pattern rules") { dialect in rules(dialect) },
        Migration(33, "promotions") { dialect in promotions(dialect) },
    ]

    /// Terms have no foreign key: looking for an item's terms without knowing them would read all of them. The row has their list.
    private static func items(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE items (
                id \(d.countingKey),
                uuid \(d.text) NOT NULL UNIQUE,
                name \(d.text) NOT NULL,
                name_key \(d.text) NOT NULL,
                catalog_id \(d.text),
                obverse_url \(d.text),
                reverse_url \(d.text),
                ignores \(d.integer) NOT NULL,
                content \(d.text) NOT NULL,
                terms \(d.text) NOT NULL,
                revision \(d.integer) NOT NULL,
                created_at \(d.integer) NOT NULL,
                updated_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            "CREATE INDEX items_by_name ON items (name_key, id)",
            "CREATE INDEX items_by_creation ON items (created_at, id)",
            "CREATE INDEX items_by_update ON items (updated_at, id)",
            """
            CREATE TABLE item_terms (
                term \(d.text) NOT NULL,
                item_id \(d.integer) NOT NULL,
                PRIMARY KEY (term, item_id)
            )\(d == .sqlite ? " STRICT, WITHOUT ROWID" : "")
            """,
        ]
    }

    /// By the item's uuid and not by its row: a photo may come before its item, and outlives a restore of the items.
    private static func photos(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE item_photos (
                item_uuid \(d.text) NOT NULL,
                side \(d.text) NOT NULL,
                image_id \(d.text) NOT NULL REFERENCES images (id),
                shared_image_id \(d.text),
                byte_count \(d.integer) NOT NULL,
                cached_at \(d.integer) NOT NULL,
                PRIMARY KEY (item_uuid, side)
            )\(d.tableOptions)
            """,
            "CREATE INDEX item_photos_by_image ON item_photos (image_id)",
        ]
    }

    private static func rules(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE pattern_rules (
                id \(d.text) PRIMARY KEY,
                place \(d.integer) NOT NULL,
                keywords \(d.text),
                pattern \(d.text) NOT NULL,
                shown_text \(d.text) NOT NULL,
                catalog_id \(d.text),
                is_enabled \(d.integer) NOT NULL,
                passes_through \(d.integer) NOT NULL,
                picture_key \(d.text) NOT NULL,
                revision \(d.integer) NOT NULL,
                created_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            "CREATE INDEX pattern_rules_by_picture ON pattern_rules (picture_key)",
            """
            CREATE TABLE rule_pictures (
                picture_key \(d.text) NOT NULL,
                side \(d.text) NOT NULL,
                image_id \(d.text) NOT NULL REFERENCES images (id),
                byte_count \(d.integer) NOT NULL,
                cached_at \(d.integer) NOT NULL,
                PRIMARY KEY (picture_key, side)
            )\(d.tableOptions)
            """,
            "CREATE INDEX rule_pictures_by_image ON rule_pictures (image_id)",
            "CREATE TABLE built_in_rules (id \(d.text) PRIMARY KEY, is_enabled \(d.integer) NOT NULL)\(d.tableOptions)",
            "CREATE TABLE rule_state (id \(d.integer) PRIMARY KEY, generation \(d.integer) NOT NULL)\(d.tableOptions)",
            "INSERT INTO rule_state (id, generation) VALUES (1, 1)",
        ]
    }

    private static func promotions(_ d: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE promotions (
                rule_id \(d.text) PRIMARY KEY REFERENCES pattern_rules (id) ON DELETE CASCADE,
                item_uuid \(d.text) NOT NULL,
                promoted_at \(d.integer) NOT NULL
            )\(d.tableOptions)
            """,
            """
            CREATE TABLE promoted_photos (
                rule_id \(d.text) NOT NULL REFERENCES promotions (rule_id) ON DELETE CASCADE,
                side \(d.text) NOT NULL,
                image_id \(d.text) NOT NULL REFERENCES images (id),
                shared_image_id \(d.text),
                byte_count \(d.integer) NOT NULL,
                cached_at \(d.integer) NOT NULL,
                PRIMARY KEY (rule_id, side)
            )\(d.tableOptions)
            """,
            "CREATE INDEX promoted_photos_by_image ON promoted_photos (image_id)",
        ]
    }
}
