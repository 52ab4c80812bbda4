import AgSQL

/// The tables of tokens, of the page's sessions and sign-in links, and one that the readiness check writes to. Numbers 10 to 19.
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
        },
        Migration(11, "readiness") { dialect in
            [
                """
                CREATE TABLE readiness (
                    id \(dialect.integer) NOT NULL PRIMARY KEY,
                    checked_at \(dialect.integer) NOT NULL
                )\(dialect.tableOptions)
                """
            ]
        },
        Migration(13, "codes of sign-in links") { dialect in
            [
                """
                CREATE TABLE sign_in_codes (
                    id \(dialect.text) NOT NULL PRIMARY KEY,
                    digest \(dialect.blob) NOT NULL UNIQUE,
                    maker_token \(dialect.text) REFERENCES api_tokens (id) ON DELETE CASCADE,
                    maker_session \(dialect.blob) REFERENCES ui_sessions (secret_hash) ON DELETE CASCADE,
                    expires_at \(dialect.integer) NOT NULL
                )\(dialect.tableOptions)
                """,
                "CREATE INDEX sign_in_codes_by_token ON sign_in_codes (maker_token)",
                "CREATE INDEX sign_in_codes_by_session ON sign_in_codes (maker_session)",
            ]
        },
    ]
}
