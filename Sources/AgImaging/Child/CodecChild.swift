import CSandbox
import Glibc

/// The process that decodes. It is this same program, started again with nothing but a socket, and locked in before
/// libvips or a stranger's byte comes near it.
package enum CodecChild {
    /// Whether the program was started to be a codec; asked before anything else is done.
    package static func isRequested(_ arguments: [String]) -> Bool {
        arguments.count > 1 && arguments[1] == ChildOptions.mark
    }

    /// Locks the process down and serves its parent until that one goes away.
    package static func run(_ arguments: [String]) -> Never {
        // Without exit handlers: they belong to a program that was never started.
        guard let options = ChildOptions(arguments) else { _exit(2) }
        let link = ChildLink(socket: 3)
        // Before libvips has threads, which would stay as they are. Where it is not allowed it is not needed either.
        _ = nice(Int32(options.niceness))
        do throws(CodecError) {
            let doors = try Lockdown(options).apply()
            link.send(.ready(openDoors: doors))
        } catch {
            link.send(.refused(error.message))
            _exit(1)
        }
        ChildService(link: link, allowsDrills: options.allowsDrills).serveForever()
    }
}
