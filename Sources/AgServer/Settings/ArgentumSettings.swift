package import AgBase
import AgLibrary

/// Every setting of the program. docs/configuration.md is written from this table.
package enum ArgentumSettings {
    package static let table = SettingsTable(
        clientRows + serverRows + storageRows + limitRows + renderRows + loggingRows, otherVariables: ["ARGENTUM_BENCH"]
    )

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

    package static let clientRows = [config.definition, data.definition, token.definition, serverURL.definition]

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
            "max-connections", .int(16...1_000_000), default: "16384",
            help: "The most clients at once, followers of events among them; fewer where the system allows fewer files."
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

    package static let storageReserve = Setting<Int64>(
        .init(
            "storage-reserve", .bytes(0...(1 << 50)),
            help:
                "Free space below which uploads get 507. Without it: 1 % of the disk, 256 MB at least and a tenth at most."
        ))

    package static let storageRows = [database.definition, storage.definition, storageReserve.definition]

    // MARK: Work and its limits

    package static let jobs = Setting<[String]>(
        .init("jobs", .list, default: "all", help: "The kinds of jobs to run here: all, none, or kinds with commas."))
    package static let codecs = Setting<Int>(
        .init("codecs", .int(1...256), help: "Processes that make variants. Without it: one per processor core."))
    package static let allowUnsandboxed = Setting<Bool>(
        .init(
            "allow-unsandboxed", .bool, default: "false",
            help: "Decode pictures even where the kernel has no Landlock. Not for pictures of strangers."))
    package static let maxUpload = Setting<Int64>(
        .init(
            "max-upload", .bytes(1_024...(1 << 40)), default: "100 MB", help: "The largest picture that is taken."))
    package static let maxPixels = Setting<Int>(
        .init(
            "max-pixels", .int(1_000...1_000_000_000), default: "100000000",
            help: "The most pixels that a picture may have."))
    package static let maxPixelsHEIF = Setting<Int>(
        .init(
            "max-pixels-heif", .int(1_000...1_000_000_000), default: "50000000",
            help: "The same for AVIF and HEIC, which cost more memory."))
    package static let maxSide = Setting<Int>(
        .init("max-side", .int(16...65_500), default: "30000", help: "The longest side of a picture in pixels."))
    package static let jobRetention = Setting<Duration>(
        .init(
            "job-retention", .duration(.seconds(60)...(.seconds(86_400 * 3_650))), default: "7d",
            help: "How long finished jobs are kept."))
    package static let eventRetention = Setting<Duration>(
        .init(
            "event-retention", .duration(.seconds(60)...(.seconds(86_400 * 3_650))), default: "7d",
            help: "How long events can be replayed."))
    package static let rateLimit = Setting<Int>(
        .init(
            "rate-limit", .int(0...10_000_000), default: "0",
            help: "Requests per minute for each token that is not of scope admin; 0 is no limit."))
    package static let rateLimitAnonymous = Setting<Int>(
        .init(
            "rate-limit-anonymous", .int(0...10_000_000), default: "0",
            help: "Requests per minute from each address without a good credential; 0 is no limit."))

    package static let limitRows = [
        jobs.definition, codecs.definition, allowUnsandboxed.definition, maxUpload.definition, maxPixels.definition,
        maxPixelsHEIF.definition,
        maxSide.definition, jobRetention.definition, eventRetention.definition, rateLimit.definition,
        rateLimitAnonymous.definition,
    ]

    // MARK: Pictures made on the fly

    package static let renderSizes = Setting<[String]>(
        .init(
            "render-sizes", .list, default: RenderSettings.usualSizes.map(String.init).joined(separator: ","),
            help: "Widths and heights that a token may ask for; signed URLs may ask for any."))
    package static let renderQualities = Setting<[String]>(
        .init(
            "render-qualities", .list,
            default: RenderSettings.usualQualities.map(String.init).joined(separator: ","),
            help: "Qualities that a token may ask for, beside 80."))
    package static let renderMaxSide = Setting<Int>(
        .init(
            "render-max-side", .int(16...8_192), default: "4096", help: "The widest and highest that may be asked for.")
    )
    package static let renderQueue = Setting<Int>(
        .init(
            "render-queue", .int(1...100_000), default: "64",
            help: "Different renders that may wait or be under way at once, of which one caller alone gets two thirds; "
                + "more get 429."))
    package static let renderCacheBytes = Setting<Int64>(
        .init(
            "render-cache-bytes", .bytes(0...(1 << 50)), default: "1 GB",
            help: "Room for finished renders in the data directory; 0 keeps none."))

    package static let renderRows = [
        renderSizes.definition, renderQualities.definition, renderMaxSide.definition, renderQueue.definition,
        renderCacheBytes.definition,
    ]

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
