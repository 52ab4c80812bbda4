import AgBase
import CSandbox

/// The thread that owns one child: starts it, feeds it, watches the clock, buries it, and starts the next.
final class CodecWorker: Sendable {
    let line: JobLine
    private let settings: CodecSettings
    private let memory: Int64
    private let niceness: Int
    private let log: Log
    private let cancelBell: EventDescriptor

    init(
        _ line: JobLine, _ settings: CodecSettings, memory: Int64, niceness: Int, log: Log
    ) throws(CodecError) {
        self.line = line
        self.settings = settings
        self.memory = memory
        self.niceness = niceness
        self.log = log
        cancelBell = try .counting()
    }

    /// Starts the thread. `ended` is called when the line is closed and the child is gone.
    func start(_ name: String, ended: @escaping @Sendable () -> Void) {
        NamedThread.start(name) {
            self.serve()
            ended()
        }
    }

    private func serve() {
        var seat = Seat(worker: self)
        while !line.isClosed { seat.step() }
    }

    /// What the thread keeps between two pictures.
    private struct Seat {
        let worker: CodecWorker
        var child: CodecProcess?
        var pictures = 0
        /// Whether the job under way had a reply, after which it cannot begin again.
        var isAnswered = false
        var rate = SpawnRate()

        /// Waits for work or for the end of an idle child, and sees to it.
        mutating func step() {
            switch waitForWork() {
            case .rang:
                guard let job = worker.line.take() else { return }
                run(job)
                recycleIfWorn()
            case .died(let how):
                worker.log.warning("idle codec ended", ["how": how])
                child = nil
            // An idle child has nothing to say.
            case .reply, .babble, .deadline: child = nil
            }
        }

        private func waitForWork() -> CodecProcess.Happening {
            if let child { return child.wait(until: nil, bells: [worker.line.bell]) }
            worker.line.bell.wait()
            return .rang
        }

        private mutating func run(_ job: CodecJob) {
            defer { job.run(by: nil) }
            job.run(by: worker.cancelBell)
            do throws(CodecError) {
                try serve(job)
                job.finish()
            } catch {
                if !error.blamesThePicture { worker.log.warning("codec failed", ["code": error.code.rawValue]) }
                job.finish(error)
            }
        }

        /// What a child made before may have left its memory in pieces, which is no fault of this picture.
        private mutating func serve(_ job: CodecJob) throws(CodecError) {
            isAnswered = false
            do throws(CodecError) {
                try follow(job, try hand(over: job))
            } catch {
                guard error.code == .outOfMemory, pictures > 0, !isAnswered else { throw error }
                worker.log.debug("codec had no room left, and is replaced", ["pictures": pictures])
                child = nil
                try follow(job, try hand(over: job))
            }
        }

        /// Gives the picture to a child; one that died idle in this very moment is replaced once.
        private mutating func hand(over job: CodecJob) throws(CodecError) -> CodecProcess {
            for _ in 0..<2 {
                let child = try readyChild()
                if child.send(job.request, job.files.map(\.descriptor)) { return child }
                self.child = nil
            }
            throw CodecError(.unavailable, "No codec process took the picture.")
        }

        /// Passes replies on until the last one. Throws what ended the work, and then the child is gone too, unless
        /// it was the child itself that refused the picture.
        private mutating func follow(_ job: CodecJob, _ child: CodecProcess) throws(CodecError) {
            let stint = Stint(job.allowance, began: .now, used: child.processorTime)
            while true {
                let pause = try pause(in: stint, of: child)
                switch child.wait(until: .now + pause, bells: [worker.cancelBell]) {
                case .reply(.failed(let error)): throw error
                case .reply(let reply):
                    isAnswered = true
                    job.receive(reply)
                    if reply.isLast { return }
                case .rang:
                    worker.cancelBell.take()
                    // A late stroke may belong to the job before.
                    if job.isCancelled { throw drop(CodecError(.unavailable, "The work was cancelled.")) }
                case .died(let how):
                    throw drop(CodecError(.crashed, "The picture's decoder crashed (\(how)); nothing else was harmed."))
                // Time to look at the clocks.
                case .deadline: continue
                case .babble:
                    throw drop(CodecError(.crashed, "The picture's decoder answered nonsense and was stopped."))
                }
            }
        }

        /// How long the child may go on before its clocks are looked at again. Throws when its time is over.
        private mutating func pause(in stint: Stint, of child: CodecProcess) throws(CodecError) -> Duration {
            switch stint.verdict(at: .now, used: child.processorTime) {
            case .goOn(let pause): return pause
            case .over(let error): throw drop(error)
            }
        }

        private mutating func drop(_ error: CodecError) -> CodecError {
            child?.kill()
            child = nil
            return error
        }

        // MARK: The child's life

        private mutating func readyChild() throws(CodecError) -> CodecProcess {
            if let child { return child }
            worker.line.waitUnlessClosed(rate.delay(.now))
            let fresh = try CodecProcess(
                worker.settings, memory: worker.memory, niceness: worker.niceness)
            switch fresh.wait(until: .now + worker.settings.startDeadline, bells: []) {
            case .reply(.ready(let doors)):
                if !doors.isEmpty {
                    worker.log.warning("codec is not sandboxed", ["missing": doors.joined(separator: ", ")])
                }
            case .reply(.refused(let reason)): throw CodecError(.unavailable, reason)
            case .died(let how): throw CodecError(.unavailable, "A codec process ended before it was ready (\(how)).")
            default: throw CodecError(.unavailable, "A codec process did not become ready.")
            }
            pictures = 0
            child = fresh
            return fresh
        }

        private mutating func recycleIfWorn() {
            pictures += 1
            guard let child else { return }
            guard pictures >= worker.settings.recycleAfter || child.residentBytes > worker.settings.recycleAbove else {
                return
            }
            worker.log.debug("codec recycled", ["pictures": pictures])
            self.child = nil
        }
    }
}

extension CodecReply {
    /// Nothing of this job comes after it.
    fileprivate var isLast: Bool {
        switch self {
        case .picture, .analysis: false
        default: true
        }
    }
}
