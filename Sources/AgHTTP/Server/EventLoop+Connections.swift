import Synchronization

extension EventLoop {
    func opened(_ connection: DaemonConnection) -> ConnectionRecord {
        let record = ConnectionRecord(connection)
        records[ObjectIdentifier(record)] = record
        meter.withLock { meter in
            meter.openConnections += 1
            meter.acceptedConnections += 1
        }
        return record
    }

    /// The socket is still open here and closed right after.
    func closed(_ record: ConnectionRecord) {
        noteIfUnheard(record)
        if record.lingers { lingering.add(record.socket, now: .now) }
        records[ObjectIdentifier(record)] = nil
        meter.withLock { $0.openConnections -= 1 }
    }

    /// No new connections; those without a request are closed, the others after their answer.
    func drain() {
        isDraining = true
        daemon?.quiesce()
        for record in records.values {
            if record.isIdle { record.cut() } else { record.exchange?.endEndlessStream() }
        }
    }

    /// The grace is over: 503 for all requests that wait.
    func giveUp() {
        for record in records.values { record.exchange?.giveUp() }
    }

    func cutAll() {
        for record in records.values { record.cut() }
        lingering.closeAll()
    }
}
