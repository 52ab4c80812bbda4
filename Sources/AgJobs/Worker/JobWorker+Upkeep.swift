internal import AgBase

extension JobWorker {
    /// Beats while there is something to hold, and stops what is no longer ours.
    func keepBeating() async {
        while !Task.isCancelled {
            await pulse.wait(until: queue.clock.elapsed() + queue.settings.heartbeat, queue.clock)
            let asked = running.fences
            guard !asked.isEmpty, !Task.isCancelled else { continue }
            do {
                running.keepOnly(try await queue.heartbeat(holder), of: asked)
            } catch {
                queue.log.warning("the heartbeat could not be written", ["error": "\(error)"])
            }
        }
    }

    /// Takes the jobs of other workers that have died.
    func watchOthers() async {
        var watch = LeaseWatch(lease: queue.settings.lease, every: queue.settings.watch)
        while !Task.isCancelled {
            do {
                var beats = try await queue.beats()
                // With nothing in hand, a job that the table says is ours was forgotten: it is treated like a dead one's.
                if !running.isEmpty { beats[holder.id] = nil }
                for worker in watch.observe(beats, at: queue.clock.elapsed()) {
                    let count = try await queue.reclaim(from: worker, lastBeat: beats[worker] ?? -1)
                    queue.log.warning("a worker died; its jobs run again", ["worker": worker, "jobs": count])
                }
            } catch is CancellationError {
                return
            } catch {
                queue.log.warning("dead workers could not be looked for", ["error": "\(error)"])
            }
            try? await queue.clock.sleep(for: queue.settings.watch)
        }
    }

    /// Forgets jobs that finished long ago.
    func keepTidy() async {
        while !Task.isCancelled {
            do {
                try await queue.trim()
            } catch {
                queue.log.warning("finished jobs could not be trimmed", ["error": "\(error)"])
            }
            try? await queue.clock.sleep(for: .seconds(600))
        }
    }

    /// Waits for what runs, stops it when the grace is over, and gives back what is left.
    func drain() async {
        let end = queue.clock.elapsed() + queue.settings.drain
        await waitUntilIdle(until: end)
        running.stopAll(.drain)
        await waitUntilIdle(until: queue.clock.elapsed() + queue.settings.drainGrace)
        do {
            try await queue.release(holder)
        } catch {
            queue.log.warning("leases could not be given back; they run out by themselves", ["error": "\(error)"])
        }
    }

    private func waitUntilIdle(until moment: Duration) async {
        while !running.isEmpty, queue.clock.elapsed() < moment {
            await signal.wait(until: moment, queue.clock)
        }
    }
}
