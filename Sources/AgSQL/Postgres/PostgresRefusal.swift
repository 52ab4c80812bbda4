/// Why a server does not let us in, as a sentence that names the remedy. libpq gives no SQLSTATE before the sign-in is
/// through, so its words are looked at; a server that speaks another language gets its own words passed on.
enum PostgresRefusal {
    static func error(_ message: String, needsPassword: Bool, usedPassword: Bool) -> SQLError {
        let said = message.split(separator: "\n").first.map(String.init) ?? "no reason was given"
        return SQLError(.io, sentence(said, needsPassword: needsPassword, usedPassword: usedPassword))
    }

    private static func sentence(_ said: String, needsPassword: Bool, usedPassword: Bool) -> String {
        if needsPassword {
            return
                "The database asks for a password, and none was given: put it into PGPASSWORD, ~/.pgpass, or the file "
                + "that ARGENTUM_DATABASE_FILE names."
        }
        if said.contains("password authentication failed") {
            return usedPassword
                ? "The database refuses the password: check the one in PGPASSWORD, ~/.pgpass or ARGENTUM_DATABASE_FILE."
                : "The database refuses this user: check the user's name in the URL, and its password."
        }
        if said.contains("does not exist"), said.contains("database") {
            return "There is no such database on the server: create it with `createdb`, or check its name in the URL."
        }
        if said.contains("does not exist"), said.contains("role") {
            return "There is no such user on the server: create it with `createuser`, or check its name in the URL."
        }
        if said.contains("pg_hba.conf") {
            return
                "The database server does not accept this user from this machine: allow it in the server's pg_hba.conf."
        }
        if said.contains("too many clients") || said.contains("remaining connection slots") {
            return "The database server has no connection free: raise its max_connections, or run fewer nodes."
        }
        return "The database server cannot be reached (\(said)): check host and port in the URL, and that it runs."
    }
}
