/// How many codecs run, and what each may use.
package struct CodecSettings: Sendable {
    /// Children for renders; others are kept for probes. Defaults to `usualCount`: libvips uses one thread in each.
    package var codecs: Int
    /// Children for a first, quick look at a picture: two, so that a header made to take long does not hold up all others.
    /// Another one looks at what takes longer.
    package var probes = 2
    /// Probes that may wait or be under way, of which one caller alone gets two thirds.
    package var probeQueue = 512
    package var limits = PictureLimits()
    /// What the first look may cost; a picture that costs more is looked at again, behind others of its kind. Nearly all
    /// take a few milliseconds. Longer would let a handful of costly ones hold up honest ones for a second, and shorter
    /// would start more children than `SpawnRate` lets start.
    package var quickProbeTime = Allowance(processor: .milliseconds(125))
    /// What one picture may cost.
    package var probeTime = Allowance(processor: .seconds(10))
    package var renderTime = Allowance(processor: .seconds(30))
    /// How long a child may take to be ready.
    package var startDeadline: Duration = .seconds(20)
    /// A child is replaced after so many pictures, or when it keeps more memory than that between two.
    package var recycleAfter = 200
    package var recycleAbove: Int64 = 300 << 20
    /// Data a child may hold (RLIMIT_DATA).
    package var renderMemory: Int64 = 1 << 30
    /// libvips takes a WebP's whole canvas when it reads the header.
    package var probeMemory: Int64 = 320 << 20
    /// How far children that make pictures step back (nice, 0 to 19): whoever waits for an answer comes first, and
    /// with nobody there they are as quick as ever.
    package var renderNiceness = 10
    /// Runs children without Landlock or seccomp where the system has none. Off: then the start fails.
    package var allowUnsandboxed = false
    /// The program that is started as a codec; another one than ourselves only where we are a test runner.
    package var executable = "/proc/self/exe"
    /// For the sandbox tests: children then take drills.
    package var allowsDrills = false

    package init(codecs: Int = CodecSettings.usualCount) {
        self.codecs = max(1, codecs)
    }
}

/// What a child may spend on one picture.
package struct Allowance: Sendable, Equatable {
    /// Of the child's own: what the picture costs, however busy the machine is.
    package var processor: Duration
    /// From the moment the child takes the picture. Beyond it the machine is to blame, not the picture.
    package var wall: Duration

    package init(processor: Duration, wall: Duration? = nil) {
        self.processor = processor
        self.wall = wall ?? processor * 10
    }
}
