// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Language mode 6, the upcoming features we write for, and no warning left standing.
let rules: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]
/// For modules that hold C pointers: every unsafe expression is marked as such.
let nearC = rules + [.strictMemorySafety()]

/// A C library of the system, found through pkg-config, with its doors in `shim.h`.
func door(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// C of our own, where a door needs more than a header.
func native(_ name: String, links: [String] = []) -> Target {
    .target(name: name, path: "Sources/C/\(name)", linkerSettings: links.map { .linkedLibrary($0) })
}

func module(_ name: String, _ needs: [Target.Dependency], _ settings: [SwiftSetting] = rules) -> Target {
    .target(name: name, dependencies: needs, swiftSettings: settings)
}

func tests(_ name: String, _ needs: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "AgTesting"] + needs, swiftSettings: rules)
}

let package = Package(
    name: "argentum",
    products: [.executable(name: "argentum", targets: ["argentum"])],
    targets: [
        // 0 C doors
        door("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        door("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
        door("CVips", pkgConfig: "vips", apt: "libvips-dev"),
        door("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        door("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
        door("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        native("CMicrohttpd", links: ["microhttpd"]),
        native("CSandbox"),
        native("CWebUI"),
        native("CHeif"),
        native("CRE2", links: ["re2", "stdc++"]),
        door("CPCRE", pkgConfig: "libpcre2-16", apt: "libpcre2-dev"),
        // 1 ground
        module("AgBase", []),
        // 2 tools
        module("AgCrypto", ["AgBase", "COpenSSL", "CArgon2"], nearC),
        module("AgSQL", ["AgBase", "CSQLite", "CPostgres"], nearC),
        module("AgImaging", ["AgBase", "CVips", "CHeif", "CSandbox"], nearC),
        module("AgHTTP", ["AgBase", "CMicrohttpd"], nearC),
        module("AgBlobs", ["AgBase", "AgCrypto"]),
        module("AgRemotes", ["AgBase", "CCurl"], nearC),
        module("AgPatterns", ["AgBase", "CRE2", "CPCRE"], nearC),
        // 3 meaning
        module("AgModel", ["AgBase"]),
        module("AgWire", ["AgBase", "AgCrypto"]),
        module("AgContract", []),
        // 4 services
        module("AgJobs", ["AgBase", "AgModel", "AgSQL"]),
        // 5 product
        module(
            "AgLibrary",
            ["AgBase", "AgModel", "AgCrypto", "AgWire", "AgSQL", "AgPatterns", "AgImaging", "AgBlobs", "AgJobs"]),
        // 6 doors
        module(
            "AgServer",
            [
                "AgBase", "AgModel", "AgContract", "AgCrypto", "AgWire", "AgHTTP", "AgPatterns", "AgImaging", "AgJobs",
                "AgLibrary", "CWebUI",
            ]),
        .executableTarget(
            name: "argentum",
            dependencies: [
                "AgBase", "AgModel", "AgContract", "AgSQL", "AgHTTP", "AgImaging", "AgBlobs", "AgJobs", "AgLibrary",
                "AgRemotes", "AgServer",
            ],
            swiftSettings: rules),
        // tests
        .target(
            name: "AgTesting", dependencies: ["AgBase", "AgBlobs", "AgContract", "AgSQL", "CTestTLS"],
            path: "Tests/AgTesting",
            swiftSettings: rules),
        .target(
            name: "CTestTLS", path: "Tests/CTestTLS",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "AgFuzzing",
            dependencies: [
                "AgBase", "AgModel", "AgCrypto", "AgWire", "AgHTTP", "AgPatterns", "AgImaging", "AgBlobs", "AgLibrary",
                "AgServer",
                "CMicrohttpd",
            ],
            path: "Fuzz", exclude: ["corpus"], swiftSettings: nearC),
        tests("AgFuzzing", []),
        tests("AgBase", []),
        tests("AgCrypto", ["AgBase"]),
        tests("AgSQL", ["AgBase"]),
        tests("AgPatterns", ["AgBase", "AgModel"]),
        tests("AgImaging", ["AgBase", "CVips", "argentum"]),
        tests("AgHTTP", ["AgBase"]),
        tests("AgBlobs", ["AgBase", "AgCrypto"]),
        tests("AgRemotes", ["AgBase"]),
        tests("AgModel", ["AgBase"]),
        tests("AgWire", ["AgBase", "AgCrypto"]),
        tests("AgJobs", ["AgBase", "AgModel", "AgSQL"]),
        tests(
            "AgLibrary",
            ["AgBase", "AgModel", "AgCrypto", "AgWire", "AgSQL", "AgImaging", "AgBlobs", "AgJobs", "argentum"]),
        tests("AgContract", ["AgBase"]),
        tests(
            "AgServer",
            [
                "AgBase", "AgBlobs", "AgModel", "AgContract", "AgCrypto", "AgSQL", "AgHTTP", "AgImaging", "AgJobs",
                "AgLibrary", "argentum",
            ]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "argentum", "AgTesting", "AgBase", "AgModel", "AgBlobs", "AgContract", "AgCrypto", "AgWire", "AgSQL",
                "AgHTTP", "AgLibrary", "AgRemotes", "AgServer", "CVips",
            ],
            swiftSettings: rules),
    ],
    swiftLanguageModes: [.v6]
)
