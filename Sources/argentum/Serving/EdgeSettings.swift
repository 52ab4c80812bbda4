import AgBase
import AgHTTP
import AgServer

/// Whom the server believes and answers besides its own clients: proxies in front of it, and pages of other origins.
struct EdgeSettings: Sendable {
    let host: ListenHost
    let cors: CORSPolicy
    let trustedProxies: TrustedProxies

    /// Throws a sentence for each value that is not allowed.
    init(_ settings: Settings) throws {
        host = try ListenHost(settings[required: ArgentumSettings.host])
        cors = try CORSPolicy(settings[ArgentumSettings.corsOrigins] ?? [])
        trustedProxies = try TrustedProxies(settings[ArgentumSettings.trustedProxies] ?? [])
    }
}
