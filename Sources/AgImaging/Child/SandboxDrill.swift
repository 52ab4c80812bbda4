/// What a hijacked codec would try, run on order of the sandbox tests.
///
/// The code is always in the binary, so that what is tested is what ships. It does no harm there: a child runs it only
/// when it was started with `--drills`, which no setting of a server can ask for.
package enum SandboxDrill: String, Sendable, CaseIterable {
    case openPassword
    case openOwnBinary
    case createFile
    case socket
    case fork
    case execute
    case executableMemory
    case trace
    case killParent
    case raiseLimits
    case localSocket
    case removeFile
    case readParent
    case enterNamespace
    /// io_uring does its calls past the call filter.
    case openRing
    /// 2 GiB in one piece.
    case allocateTwoGigabytes
    /// Takes memory until it is refused.
    case devourMemory
    /// Leaves next to none to the pictures after it.
    case hoardMemory
    /// Uses up processor time.
    case spin
    /// Uses up nothing but time.
    case sleep
    case crash
    case abort
    /// Answers with a message that no honest child sends.
    case babble
}
