import AgBase
import Testing

private let host = Setting<String>(.init("host", .text, default: "127.0.0.1", help: "h"))
private let port = Setting<Int>(.init("port", .int(0...65_535), default: "8080", help: "h"))
private let token = Setting<String>(.init("token", .text, help: "h", isSecret: true))
private let maxUpload = Setting<Int64>(.init("max-upload", .bytes(1...1_000_000), default: "1 KB", help: "h"))
private let quiet = Setting<Bool>(.init("quiet", .bool, default: "false", help: "h"))
private let wait = Setting<Bool>(.init("wait", .bool, default: "false", help: "h", isOption: true))
private let database = Setting<String>(.init("database", .text, help: "h", mayHoldPassword: true))
private let table = SettingsTable(
    [
        database.definition, host.definition, port.definition, token.definition, maxUpload.definition, quiet.definition,
        wait.definition,
    ],
    otherVariables: ["ARGENTUM_BENCH"])

private func resolve(
    flags: [String: String] = [:], environment: [String: String] = [:], file: String = "",
    secrets: [String: String] = [:]
) throws -> Settings {
    try table.resolve(
        .init(flags: flags, environment: environment, file: try SettingsFile(file)) { path in
            guard let text = secrets[path] else { throw SystemError(call: "open", errno: 2) }
            return text
        })
}

@Suite("Settings from flags, variables, a file and defaults")
struct SettingsTableTests {
    @Test("A flag wins over a variable, a variable over the file, the file over the default")
    func order() throws {
        let file = "port = 4"
        let environment = ["ARGENTUM_PORT": "3"]
        let all = try resolve(flags: ["port": "2"], environment: environment, file: file)
        #expect(all[port] == 2)
        #expect(all.source(of: "port") == .flag("--port"))
        let second = try resolve(environment: environment, file: file)
        #expect(second[port] == 3)
        #expect(second.source(of: "port") == .variable("ARGENTUM_PORT"))
        let third = try resolve(file: file)
        #expect(third[port] == 4)
        #expect(third.source(of: "port") == .file(line: 1))
        let last = try resolve()
        #expect(last[port] == 8080)
        #expect(last.source(of: "port") == .fallback)
        let empty = try resolve(environment: ["ARGENTUM_PORT": ""], file: file)
        #expect(empty.source(of: "port") == .file(line: 1), "An empty variable is unset.")
        #expect(last.source(of: "token") == .unset)
        #expect(last[token] == nil)
    }

    @Test("A setting knows whether somebody asked for it")
    func given() throws {
        #expect(try resolve(flags: ["port": "8080"]).isGiven("port"))
        #expect(try !resolve().isGiven("port"))
        #expect(try !resolve().isGiven("token"))
    }

    @Test("A name becomes its flag and its variable")
    func names() {
        #expect(maxUpload.definition.flag == "--max-upload")
        #expect(maxUpload.definition.variable == "ARGENTUM_MAX_UPLOAD")
    }

    @Test(
        "A value that is not allowed is refused with its place",
        arguments: [
            (["port": "x"], [:], "", "--port must be a whole number, not 'x'."),
            (
                [:], ["ARGENTUM_MAX_UPLOAD": "2 MB"], "",
                "ARGENTUM_MAX_UPLOAD must be between 1 B and 976.6 KB, not '2 MB'."
            ),
            ([:], [:], "\nport = 99999", "Line 2 of the settings file: 'port' must be between 0 and 65535, not 99999."),
        ] as [([String: String], [String: String], String, String)])
    func refused(_ flags: [String: String], _ environment: [String: String], _ file: String, _ sentence: String) {
        let problem = #expect(throws: SettingsProblem.self) {
            try resolve(flags: flags, environment: environment, file: file)
        }
        #expect(problem?.sentences == [sentence])
    }

    @Test("All faults are told at once, and an unknown key with what was meant")
    func unknownKey() {
        let problem = #expect(throws: SettingsProblem.self) {
            try resolve(flags: ["port": "x"], file: "hst = a\nunheardof = 1")
        }
        #expect(
            problem?.sentences == [
                "Line 1 of the settings file sets 'hst', which is not a setting; did you mean 'host'?",
                "Line 2 of the settings file sets 'unheardof', which is not a setting.",
                "--port must be a whole number, not 'x'.",
            ])
    }

    @Test("An unknown variable of our prefix is a warning, somebody else's is nothing")
    func unknownVariable() throws {
        let settings = try resolve(
            environment: [
                "ARGENTUM_PRT": "1", "ARGENTUM_BENCH": "1", "PATH": "/bin", "ARGENTUM_TOKEN_FILE": "t",
                "ARGENTUM_WAIT": "1",
            ], secrets: ["t": "x"])
        #expect(
            settings.warnings == [
                "The variable ARGENTUM_PRT is not a setting and is ignored; did you mean 'ARGENTUM_PORT'?",
                "The variable ARGENTUM_WAIT is not a setting and is ignored.",
            ])
    }

    @Test("A secret can stand in a file; its line end does not belong to it")
    func secretFile() throws {
        let settings = try resolve(environment: ["ARGENTUM_TOKEN_FILE": "/run/t"], secrets: ["/run/t": "hush\r\n"])
        #expect(settings[token] == "hush")
        #expect(settings.source(of: "token") == .secretFile(variable: "ARGENTUM_TOKEN_FILE"))
    }

    @Test("A URL with a password is refused as a flag, may stand in a file, and never shows the password")
    func password() throws {
        let url = "postgres://a:hush@db/x"
        let problem = #expect(throws: SettingsProblem.self) { try resolve(flags: ["database": url]) }
        let sentence = try #require(problem?.sentences.first)
        #expect(sentence.contains("ARGENTUM_DATABASE_FILE") && sentence.contains("PGPASSWORD"))
        #expect(!sentence.contains("hush"))
        for settings in [
            try resolve(environment: ["ARGENTUM_DATABASE": url]), try resolve(file: "database = \(url)"),
            try resolve(environment: ["ARGENTUM_DATABASE_FILE": "/run/d"], secrets: ["/run/d": "\(url)\n"]),
        ] {
            #expect(settings[database] == url)
            #expect(settings.all.first { $0.definition.name == "database" }?.shown == "postgres://a:***@db/x")
            #expect(settings.warnings == [])
        }
        #expect(try resolve(flags: ["database": "postgres://a@db/x"])[database] == "postgres://a@db/x")
    }

    @Test("A secret from two places, or from a file that is not there, is an error")
    func secretFaults() {
        let both = #expect(throws: SettingsProblem.self) {
            try resolve(
                environment: ["ARGENTUM_TOKEN": "a", "ARGENTUM_TOKEN_FILE": "/run/t"], secrets: ["/run/t": "b"])
        }
        #expect(both?.sentences == ["ARGENTUM_TOKEN and ARGENTUM_TOKEN_FILE are both set; keep one."])
        let missing = #expect(throws: SettingsProblem.self) {
            try resolve(environment: ["ARGENTUM_TOKEN_FILE": "/run/t"])
        }
        #expect(missing?.sentences.first?.hasPrefix("ARGENTUM_TOKEN_FILE names a file that cannot be read") == true)
    }

    @Test("_FILE is for secrets and URLs with passwords only")
    func noFileForOthers() throws {
        let settings = try resolve(environment: ["ARGENTUM_PORT_FILE": "/run/p"], secrets: ["/run/p": "1"])
        #expect(settings[port] == 8080)
        #expect(settings.warnings.count == 1)
    }

    @Test("A secret is never shown, not even when it is refused")
    func redacted() throws {
        let settings = try resolve(flags: ["token": "hush-hush"])
        #expect(settings.all.first { $0.definition.name == "token" }?.shown == "(secret)")
        let problem = #expect(throws: SettingsProblem.self) { try resolve(flags: ["token": "hush\u{7}hush"]) }
        #expect(problem?.sentences == ["--token has a value that is not allowed."])
    }

    @Test("An option of one command comes from its flag only")
    func options() throws {
        #expect(try resolve(flags: ["wait": "true"])[wait] == true)
        #expect(throws: SettingsProblem.self) { try resolve(file: "wait = true") }
    }
}

@Suite("Command lines")
struct CommandArgumentsTests {
    @Test(
        "Flags and words are told apart",
        arguments: [
            (["a", "--port", "1", "b"], ["port": "1"], ["a", "b"]), (["--port=1"], ["port": "1"], []),
            (["--port=1", "--port", "2"], ["port": "2"], []), (["--quiet", "a"], ["quiet": "true"], ["a"]),
            (["--no-quiet"], ["quiet": "false"], []), (["--quiet=no"], ["quiet": "no"], []),
            (["--", "--port", "-x"], [:], ["--port", "-x"]), (["-"], [:], ["-"]), (["--host=a=b"], ["host": "a=b"], []),
            (["--host="], ["host": ""], []), (["--port", "-5"], ["port": "-5"], []),
        ] as [([String], [String: String], [String])])
    func parse(_ arguments: [String], _ flags: [String: String], _ words: [String]) throws {
        let read = try CommandArguments(arguments, table)
        #expect(read.flags == flags)
        #expect(read.words == words)
    }

    @Test(
        "What is no flag is refused, with what was meant",
        arguments: [
            (["--prot", "1"], "There is no flag --prot; did you mean '--port'?"), (["-p"], "There is no flag -p."),
            (["--no-port"], "There is no flag --no-port; did you mean '--port'?"),
            (["--port"], "--port needs a value."),
            (["--host", "--quiet"], "--host needs a value."),
        ])
    func refused(_ arguments: [String], _ sentence: String) {
        let problem = #expect(throws: SettingsProblem.self) { try CommandArguments(arguments, table) }
        #expect(problem?.sentences.first == sentence)
    }
}
