internal import CSQLite

extension SQLiteDatabase {
    /// The version of the SQLite that is loaded, such as `3.40.1`.
    package static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }
}
