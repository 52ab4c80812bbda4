import AgBase
import AgHTTP
import AgServer

/// Where the server meets the network: the address it listens at, proxies that it trusts, pages of other origins.
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
