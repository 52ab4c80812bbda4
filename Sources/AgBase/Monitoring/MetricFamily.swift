/// One metric with its samples, in the text format of Prometheus
/// (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4).
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    package let name: String
    package let kind: Kind
    package let help: String
    package let samples: [MetricSample]

    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [MetricSample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A gauge without labels.
    package static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help, [MetricSample(value)])
    }

    package var text: String {
        let head = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        return head + samples.map { "\(name)\($0.suffix)\($0.labels) \(number($0.value))\n" }.joined()
    }

    private func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

package struct MetricSample: Sendable {
    package let value: Double
    /// As it is written: `{route="/api/images",status="200"}`, or nothing.
    package let labels: String
    package let suffix: String

    package init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        self.init(value, labels: labels.map { ($0.key, $0.value) })
    }

    package init(_ value: Double, labels: [(String, String)], suffix: String = "") {
        self.value = value
        self.suffix = suffix
        let pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }
        self.labels = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
    }
}
