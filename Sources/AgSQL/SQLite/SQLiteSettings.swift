/// How a SQLite file is opened. The defaults are meant for a server with this file to itself.
package struct SQLiteSettings: Sendable {
    /// Connections for lists and counts, each with a thread.
    package var readers: Int = 4
    /// Connections for `ReadKind.lookUp` alone.
    package var lookUpReaders: Int = 2
    /// How long a read may take from its first statement on, unless it is `ReadKind.whole`.
    package var readLimit: Duration = .seconds(15)
    /// How long to wait for a lock that another process holds before `busy`.
    package var busyTimeout: Duration = .seconds(10)
    /// Pages in the write-ahead log (4 KiB each) after which a commit moves them into the file.
    package var checkpointPages: Int = 4_000
    /// Page cache per connection, in KiB.
    package var cacheKiB: Int = 16_384
    /// Bytes of the file to read through a memory map. 0 on purpose: under a map a disk error is a SIGBUS that
    /// ends the server, without one it is an `io` error of one query.
    package var mapBytes: Int64 = 0
    /// Prepared statements kept per connection.
    package var statements: Int = 200
    /// Writes that share a commit at most, so that the first of them does not wait for ever.
    package var groupSize: Int = 500
    /// After this long a group is committed even if more writes wait.
    package var groupTime: Duration = .milliseconds(20)

    package init() {}
}
