import AgBase
import AgLibrary
import AgServer

extension CommandCall {
    /// The server that this command talks to, with the token found for it.
    func client(connections: Int = 8) throws -> ServerClient {
        let address = try ServerAddress(serverURL())
        let given = settings[ArgentumSettings.token]
        guard given != nil || address.isThisMachine else { throw Failure.isElsewhere(address) }
        return try ServerClient(
            address, token: try given ?? ownersToken(), isLocal: given == nil,
            authorities: settings[ArgentumSettings.authorities], connections: connections)
    }

    private var dataFolder: String { settings[required: ArgentumSettings.data] }

    /// What is asked for, or the server that uses the data directory, or where one would be by default.
    private func serverURL() -> String {
        if let given = settings[ArgentumSettings.serverURL] { return given }
        return ServerNote.read(in: dataFolder) ?? "http://127.0.0.1:\(settings[required: ArgentumSettings.port])"
    }

    /// What the data directory holds for commands on its own machine.
    private func ownersToken() throws -> String? {
        let path = "\(dataFolder)/\(Access.adminTokenFile)"
        let text: String?
        do {
            text = try PrivateFile.read(path)
        } catch {
            throw Failure(
                .error, "The token in \(path) cannot be read: \(error). Set ARGENTUM_TOKEN, or run as its owner.")
        }
        return text.map { String($0.filter { !$0.isWhitespace }) }
    }
}
