import AgBase
import AgImaging
import Glibc

// Before anything is opened: a number below 3 must never become a file's, or what is printed would be written into it.
StandardDescriptors.fill()
// A codec child is this same program. It must find itself before anything else is set up, so nothing else stands before this.
if CodecChild.isRequested(CommandLine.arguments) { CodecChild.run(CommandLine.arguments) }

// Detached: a plain task would wait for this thread, which is the main actor's.
Task.detached {
    let code = await Dispatch.run(Array(CommandLine.arguments.dropFirst()), environment: Environment.all)
    exit(code.rawValue)
}
// The work is on other threads; this one has nothing to do but to be there until `exit`.
while true { pause() }
