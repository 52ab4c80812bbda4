import Synchronization

/// An answer that is given many times: what the library wants of it is made once for each loop, not for each request.
package final class PreparedResponse: Sendable {
    /// Has its body in memory, or none.
    package let response: HTTPResponse
    private let forms = Mutex<[ObjectIdentifier: DaemonResponse]>([:])

    /// - Precondition: the body is neither a content nor a stream, which are sent once.
    package init(_ response: HTTPResponse) {
        switch response.body {
        case .empty, .bytes, .prepared: break
        case .content, .stream: preconditionFailure("A content or a stream cannot be sent many times.")
        }
        self.response = response
    }

    deinit {
        forms.withLock { forms in
            for form in forms.values { form.release() }
        }
    }

    /// The library's form of it, which this keeps, with an id of its own for this request.
    ///
    /// One for each loop, and only on that loop's thread: the library reads the headers before the loop goes on to
    /// another request, and no other code changes them.
    func form(on loop: EventLoop, id: String) -> DaemonResponse? {
        let form = known(on: loop) ?? make(for: loop)
        form?.replace("X-Request-Id", id)
        return form
    }

    private func known(on loop: EventLoop) -> DaemonResponse? { forms.withLock { $0[ObjectIdentifier(loop)] } }

    /// Outside the lock: no other thread makes one for this loop.
    private func make(for loop: EventLoop) -> DaemonResponse? {
        let made = DaemonResponse.whole(response)
        forms.withLock { $0[ObjectIdentifier(loop)] = made }
        return made
    }
}
