package import AgBase
import AgLibrary

/// Every setting of the program. docs/configuration.md is written from this table.
///
/// Here are those of the program itself: each is read where it is needed, by its constant. Those of the library's subjects
/// stand in their parts, with the places where they land.
package enum ArgentumSettings {
    package static let table = SettingsTable(
        clientRows + serverRows + storageRows + subjectRows + limitRows + loggingRows,
        otherVariables: ["ARGENTUM_BENCH"])

    private static let subjectRows = LibrarySettings.subjectRows.map(\.definition)

    // MARK: What every command reads

    package static let config = Setting<String>(
        .init("config", .text, help: "The settings file. Without it: argentum.conf in the data directory, if there."))
    package static let data = Setting<String>(
        .init("data", .text, default: "argentum-data", help: "The data directory."))
    package static let token = Setting<String>(
        .init(
            "token", .text,
            help:
                "On a server: a fixed token of scope admin, 16 characters at least. For other commands: the token to use.",
            isSecret: true))
    package static let serverURL = Setting<String>(
        .init("server", .url, help: "The server that commands talk to. Without it: the one using the data directory."))

    package static let authorities = Setting<String>(
        .init(
            "ca-file", .text,
            help: "A PEM file of certificate authorities that commands trust for https, instead of the system's."))

    package static let clientRows = [
        config.definition, data.definition, token.definition, serverURL.definition, authorities.definition,
    ]

    // MARK: The server

    package static let host = Setting<String>(
        .init("host", .text, default: "127.0.0.1", help: "The address to listen at; 0.0.0.0 or :: for all."))
    package static let port = Setting<Int>(
        .init("port", .int(0...65_535), default: "8080", help: "The port; 0 takes a free one."))
    package static let publicURL = Setting<String>(
        .init("public-url", .url, help: "Where clients reach the server, behind a proxy or under a path."))
    package static let shutdownGrace = Setting<Duration>(
        .init(
            "shutdown-grace", .duration(.seconds(0)...(.seconds(3_600))), default: "20s",
            help: "How long a stop waits for requests and jobs under way."))

    package static let maxConnections = Setting<Int>(
        .init(
            "max-connections", .int(16...1_000_000),
            help:
                "The most clients at once, followers of events among them; fewer where the system allows fewer files. Without it: 16384, or as many as the files have room for."
        ))

    package static let healthPort = Setting<Int>(
        .init(
            "health-port", .int(0...65_535),
            help:
                "A second port for /livez, /readyz and /metrics, without a token; 0 takes a free one. None by default.")
    )

    package static let corsOrigins = Setting<[String]>(
        .init(
            "cors-origins", .list,
            help:
                "Origins whose pages may call the server from a browser, such as https://app.example; * lets every page use signed and upload URLs. None by default."
        ))
    package static let trustedProxies = Setting<[String]>(
        .init(
            "trusted-proxies", .list,
            help:
                "Addresses and ranges of proxies whose X-Forwarded-For is believed, such as 127.0.0.1,10.0.0.0/8. None by default."
        ))

    package static let serverRows = [
        host.definition, port.definition, publicURL.definition, shutdownGrace.definition, maxConnections.definition,
        healthPort.definition, corsOrigins.definition, trustedProxies.definition,
    ]

    // MARK: Where things are kept

    package static let database = Setting<String>(
        .init(
            "database", .text,
            help: "sqlite:PATH or postgres://USER@HOST/DATABASE. Without it: argentum.sqlite in the data directory.",
            mayHoldPassword: true))
    package static let storage = Setting<String>(
        .init(
            "storage", .text,
            help: "file:///FOLDER for pictures, which may be a network mount. Without it: the data directory."))

    package static let storageRows =
        [database.definition, storage.definition] + LibrarySettings.storageRows.map(\.definition)

    // MARK: Limits of requests

    package static let rateLimit = Setting<Int>(
        .init(
            "rate-limit", .int(0...10_000_000), default: "0",
            help: "Requests per minute for each token that is not of scope admin; 0 is no limit."))
    package static let rateLimitAnonymous = Setting<Int>(
        .init(
            "rate-limit-anonymous", .int(0...10_000_000), default: "0",
            help: "Requests per minute from each address without a good credential; 0 is no limit."))

    package static let limitRows = [rateLimit.definition, rateLimitAnonymous.definition]

    // MARK: Telling

    package static let logLevel = Setting<String>(
        .init(
            "log-level", .choice(Log.Level.allCases.map(\.rawValue)), default: "info", help: "The least that is logged."
        ))
    package static let logFormat = Setting<String>(
        .init(
            "log-format", .choice(["auto", "text", "json"]), default: "auto",
            help: "auto is text on a terminal and JSON elsewhere."))

    package static let loggingRows = [logLevel.definition, logFormat.definition]
}
