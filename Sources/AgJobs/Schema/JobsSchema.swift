package import AgSQL

/// The tables of the queue and the log. Numbers 100-199; the product's own steps have others.
package enum JobsSchema {
    package static let migrations = [
        Migration(100, "events") { events($0) },
        Migration(101, "jobs") { jobs($0) },
        Migration(102, "job-workers") { workers($0) },
        Migration(103, "the image a job was asked for") { ["ALTER TABLE jobs ADD COLUMN image_id \($0.text)"] },
        Migration(104, "turns of jobs") { turns($0) },
        Migration(105, "nodes") { nodes($0) },
        Migration(106, "rates of kinds of jobs") { rates($0) },
        Migration(107, "subjects of events") { subjects($0) },
        Migration(108, "live jobs by their subjects") { _ in liveBySubject },
    ]

    private static func events(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE events (
                sequence \(dialect.countingKey),
                type \(dialect.text) NOT NULL,
                image_id \(dialect.text),
                data \(dialect.text) NOT NULL,
                at \(dialect.integer) NOT NULL
            )\(dialect.tableOptions)
            """,
            // One row per hour in which some program was running, and the newest event then: ages that no clock can fake.
            """
            CREATE TABLE service_hours (
                hour \(dialect.integer) PRIMARY KEY,
                sequence \(dialect.integer) NOT NULL
            )\(dialect.tableOptions)
            """,
        ]
    }

    private static func jobs(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE jobs (
                id \(dialect.text) PRIMARY KEY,
                kind \(dialect.text) NOT NULL,
                subject \(dialect.text) NOT NULL,
                is_about_image \(dialect.integer) NOT NULL,
                recipe \(dialect.text) NOT NULL,
                payload \(dialect.text) NOT NULL,
                state \(dialect.text) NOT NULL,
                priority \(dialect.integer) NOT NULL,
                run_at \(dialect.integer) NOT NULL,
                waits_from \(dialect.integer),
                attempt \(dialect.integer) NOT NULL,
                max_attempts \(dialect.integer) NOT NULL,
                crashes \(dialect.integer) NOT NULL,
                losses \(dialect.integer) NOT NULL,
                fence \(dialect.integer) NOT NULL,
                worker \(dialect.text),
                created_at \(dialect.integer) NOT NULL,
                started_at \(dialect.integer),
                finished_at \(dialect.integer),
                finished_hour \(dialect.integer),
                error_code \(dialect.text),
                error_class \(dialect.text),
                error_message \(dialect.text)
            )\(dialect.tableOptions)
            """,
            "CREATE UNIQUE INDEX jobs_live ON jobs (kind, subject, recipe) WHERE state IN ('queued', 'active')",
            // Everything that choosing the next job looks at, so that a queue of any length is searched without its rows.
            """
            CREATE INDEX jobs_waiting ON jobs (kind, priority DESC, id, run_at, waits_from, created_at, state)
            WHERE state = 'queued'
            """,
            "CREATE INDEX jobs_leased ON jobs (worker) WHERE state = 'active'",
            "CREATE INDEX jobs_finished ON jobs (finished_hour) WHERE finished_hour IS NOT NULL",
            "CREATE INDEX jobs_subject ON jobs (subject, id)",
            "CREATE INDEX jobs_kind ON jobs (kind, id)",
            "CREATE INDEX jobs_state ON jobs (state, id)",
        ]
    }

    /// By subject first: PostgreSQL's planner has no statistics in a young installation, and took the index that began with the
    /// kind for choosing the next job, with all that is queued to sort each time.
    private static let liveBySubject = [
        "DROP INDEX jobs_live",
        "CREATE UNIQUE INDEX jobs_live ON jobs (subject, kind, recipe) WHERE state IN ('queued', 'active')",
    ]

    /// Beats are counted and never compared with a clock.
    private static func nodes(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE nodes (
                id \(dialect.text) NOT NULL PRIMARY KEY,
                role \(dialect.text) NOT NULL,
                beat \(dialect.integer) NOT NULL
            )\(dialect.tableOptions)
            """,
            // A table of its own: a node's lease is held by its row's key, which its own beats must not wait for.
            "CREATE TABLE ended_nodes (id \(dialect.text) NOT NULL PRIMARY KEY)\(dialect.tableOptions)",
        ]
    }

    /// Until then events were about images or about nothing.
    private static func subjects(_ dialect: SQLDialect) -> [String] {
        [
            "ALTER TABLE events RENAME COLUMN image_id TO subject_id",
            "ALTER TABLE events ADD COLUMN subject_kind \(dialect.text)",
            "UPDATE events SET subject_kind = 'image' WHERE subject_id IS NOT NULL",
        ]
    }

    private static func rates(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE job_rates (
                kind \(dialect.text) NOT NULL PRIMARY KEY,
                spent_until \(dialect.integer) NOT NULL
            )\(dialect.tableOptions)
            """
        ]
    }

    /// Jobs from before keep their order among themselves, as those of one share.
    private static func turns(_ dialect: SQLDialect) -> [String] {
        [
            "ALTER TABLE jobs ADD COLUMN share \(dialect.text) NOT NULL DEFAULT ''",
            "ALTER TABLE jobs ADD COLUMN turn \(dialect.integer) NOT NULL DEFAULT 0",
            "ALTER TABLE jobs ADD COLUMN runs_anew \(dialect.integer) NOT NULL DEFAULT 0",
            """
            UPDATE jobs SET turn = numbered.turn FROM (
                SELECT id, row_number() OVER (PARTITION BY kind, priority ORDER BY id) - 1 AS turn
                FROM jobs WHERE state = 'queued'
            ) AS numbered WHERE jobs.id = numbered.id
            """,
            "DROP INDEX jobs_waiting",
            // Everything that choosing the next job looks at, so that a queue of any length is searched without its rows.
            """
            CREATE INDEX jobs_waiting ON jobs (kind, priority DESC, turn, id, run_at, waits_from, state)
            WHERE state = 'queued'
            """,
            "CREATE INDEX jobs_shares ON jobs (share, kind, priority, turn, state) WHERE state = 'queued'",
        ]
    }

    private static func workers(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE job_workers (
                id \(dialect.text) PRIMARY KEY,
                name \(dialect.text) NOT NULL,
                beat \(dialect.integer) NOT NULL
            )\(dialect.tableOptions)
            """,
            "CREATE TABLE job_pauses (kind \(dialect.text) PRIMARY KEY)\(dialect.tableOptions)",
            // Finished jobs, counted as they finish: counting a million rows would take too long.
            """
            CREATE TABLE job_totals (
                kind \(dialect.text) NOT NULL,
                state \(dialect.text) NOT NULL,
                number \(dialect.integer) NOT NULL,
                PRIMARY KEY (kind, state)
            )\(dialect.tableOptions)
            """,
        ]
    }
}
