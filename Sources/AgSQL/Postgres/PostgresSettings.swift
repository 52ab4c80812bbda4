internal import AgBase

/// How a PostgreSQL database is used by one process. The defaults are meant for a server on two to eight cores.
package struct PostgresSettings: Sendable {
    /// Connections that write, each with a thread. More do not help once the server's disk is busy.
    package var writers: Int = 4
    /// Connections for lists and counts, each with a thread.
    package var readers: Int = 4
    /// Connections for `ReadKind.lookUp` alone.
    package var lookUpReaders: Int = 2
    /// The most time to connect and sign in.
    package var connectTimeout: Duration = .seconds(5)
    /// How long a read may take from its first statement on, unless it is `ReadKind.whole`.
    package var readLimit: Duration = .seconds(15)
    /// The most time for one statement of a write.
    package var writeLimit: Duration = .seconds(60)
    /// The most time to wait for a lock that another transaction holds.
    package var lockTimeout: Duration = .seconds(10)
    /// The most time that a transaction which writes may leave between two statements. Then the server ends it: a process that is
    /// frozen or cut off must not hold its locks. Shorter than `lockTimeout`, so that a transaction that waits for one gets it.
    package var idleLimit: Duration = .seconds(8)
    /// How much longer than the server's own limit this side waits before it gives a connection up as dead.
    package var networkSlack: Duration = .seconds(5)
    /// How often the server is asked for a sign of life, on the connection that listens. It has three times as long to give it.
    package var signOfLife: Duration = .seconds(1)
    /// How long an answer is still waited for when no sign of life came after it was asked for; `nil` waits on.
    package var silenceLimit: Duration? = .seconds(5)
    /// Writes that share a commit at most when all writers are busy; 1 gives each its own.
    ///
    /// The server remembers up to 64 savepoints of a transaction where others look for them at no cost.
    package var groupSize: Int = 60
    /// After this long a group is committed even if more writes wait.
    package var groupTime: Duration = .milliseconds(20)
    /// Runs of one write after conflicts with others, the first included.
    package var attempts: Int = 10
    /// Prepared statements kept per connection.
    package var statements: Int = 300

    package init() {}
}
