import AgSQL

/// The tables of tokens and of the page's sessions. Numbers 10 to 19 are theirs.
enum AccessSchema {
    static let migrations = [
        Migration(10, "api tokens and ui sessions") { dialect in
            [
                """
                CREATE TABLE api_tokens (
                    id \(dialect.text) NOT NULL PRIMARY KEY,
                    name \(dialect.text) NOT NULL,
                    scope \(dialect.text) NOT NULL,
                    secret_hash \(dialect.blob) NOT NULL,
                    created_at \(dialect.integer) NOT NULL,
                    expires_at \(dialect.integer),
                    last_used_at \(dialect.integer)
                )\(dialect.tableOptions)
                """,
                """
                CREATE TABLE ui_sessions (
                    secret_hash \(dialect.blob) NOT NULL PRIMARY KEY,
                    scope \(dialect.text) NOT NULL,
                    token_id \(dialect.text) REFERENCES api_tokens (id) ON DELETE CASCADE,
                    created_at \(dialect.integer) NOT NULL,
                    expires_at \(dialect.integer) NOT NULL
                )\(dialect.tableOptions)
                """,
                "CREATE INDEX ui_sessions_by_token ON ui_sessions (token_id)",
                "CREATE INDEX ui_sessions_by_expiry ON ui_sessions (expires_at)",
            ]
        }
    ]
}
