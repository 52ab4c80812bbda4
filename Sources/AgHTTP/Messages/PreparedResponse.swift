import Synchronization

/// An answer that is given many times: what the library wants of it is made once for each loop, not for each request.
package final class PreparedResponse: Sendable {
    /// Has its body in memory, or none.
    package let response: HTTPResponse
    private let forms = Mutex<[Form]>([])

    /// The library's form of it for one loop.
    private struct Form: Sendable {
        let loop: ObjectIdentifier
        let response: DaemonResponse
        var id: HeaderPlace
    }

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
            for form in forms { form.response.release() }
        }
    }

    /// The library's form of it, which this keeps, with an id of its own for this request.
    ///
    /// One for each loop, and only on that loop's thread: the library reads the headers before the loop goes on to
    /// another request, and no other code changes them.
    func form(on loop: EventLoop, id: String) -> DaemonResponse? {
        let loop = ObjectIdentifier(loop)
        let known = forms.withLock { forms -> DaemonResponse? in
            // A handful, which is quicker to look through than to hash.
            guard let place = forms.firstIndex(where: { $0.loop == loop }) else { return nil }
            forms[place].response.replace("X-Request-Id", id, at: &forms[place].id)
            return forms[place].response
        }
        return known ?? make(for: loop, id: id)
    }

    /// Outside the lock: no other thread makes one for this loop.
    private func make(for loop: ObjectIdentifier, id: String) -> DaemonResponse? {
        guard let made = DaemonResponse.whole(response) else { return nil }
        var place = HeaderPlace()
        made.replace("X-Request-Id", id, at: &place)
        forms.withLock { $0.append(Form(loop: loop, response: made, id: place)) }
        return made
    }
}
