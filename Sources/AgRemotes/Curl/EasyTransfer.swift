import AgBase
import CCurl
import Glibc

/// libcurl's side of one transfer: its handle with every option, and what its callbacks do. Lives on the loop's thread.
@safe final class EasyTransfer {
    let handle: UnsafeMutableRawPointer
    let transfer: Transfer
    private let rules: AddressRules?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
    private var reader = HeadReader()
    private var lastMove = ContinuousClock.now
    /// Why a callback of ours ended the transfer.
    private var refusal: (any Error)?

    /// Throws `RemoteError`.
    init(_ transfer: Transfer, _ settings: RemoteSettings) throws(RemoteError) {
        guard let handle = unsafe curl_easy_init() else { throw .internalError("curl_easy_init") }
        unsafe self.handle = unsafe handle
        self.transfer = transfer
        rules = settings.rules
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe ccurl_set_error_buffer(handle, errorText)
        setCallbacks()
        setUp(settings)
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        while let list = unsafe lists.popLast() { unsafe curl_slist_free_all(list) }
        unsafe errorText.deallocate()
    }

    static func owner(of handle: UnsafeMutableRawPointer) -> EasyTransfer {
        unsafe Unmanaged<EasyTransfer>.fromOpaque(ccurl_get_owner(handle)).takeUnretainedValue()
    }

    // MARK: - Options

    private func setUp(_ settings: RemoteSettings) {
        let plan = transfer.plan
        set(CURLOPT_URL, plan.url.text)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        // Signals belong to the program; a resolver's thread is not waited for when a transfer is cancelled.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, 128 << 10)
        set(CURLOPT_UPLOAD_BUFFERSIZE, 128 << 10)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if plan.needsFreshConnection { set(CURLOPT_FRESH_CONNECT, 1) }
        if plan.takesCompressed { set(CURLOPT_ACCEPT_ENCODING, "") }
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(plan.limits.connect.milliseconds, 1)))
        if let whole = plan.limits.whole { set(CURLOPT_TIMEOUT_MS, Int(max(whole.milliseconds, 1))) }
        setTLS(settings)
        if settings.usesProxy(for: plan.url) == false { set(CURLOPT_PROXY, "") }
        setMethod(plan)
        setHeaders(plan, settings)
        pinAddresses(plan)
    }

    private func setTLS(_ settings: RemoteSettings) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = settings.authorities { set(CURLOPT_CAINFO, file) }
    }

    private func setMethod(_ plan: TransferPlan) {
        let length: Int64? =
            switch plan.body {
            case .none: ["POST", "PUT", "PATCH"].contains(plan.method) ? 0 : nil
            case .bytes(let bytes): Int64(bytes.count)
            case .stream(let stream): stream.length ?? -1
            }
        if let length {
            set(CURLOPT_UPLOAD, 1)
            unsafe ccurl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
        } else if plan.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        }
        if plan.method != "HEAD" || length != nil { set(CURLOPT_CUSTOMREQUEST, plan.method) }
    }

    private func setHeaders(_ plan: TransferPlan, _ settings: RemoteSettings) {
        var fields = plan.headers
        if fields["User-Agent"] == nil { fields["User-Agent"] = settings.userAgent }
        // libcurl would wait a second for a 100 that many servers never send.
        var lines = ["Expect:"]
        // A field without a value is written with a semicolon.
        lines += fields.all.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        setList(CURLOPT_HTTPHEADER, lines)
    }

    /// libcurl does not ask for the name any more. The lines are kept in its cache, which is this client's alone.
    private func pinAddresses(_ plan: TransferPlan) {
        guard let addresses = plan.addresses, IPAddress(plan.url.host) == nil else { return }
        let texts = addresses.map { $0.isIPv4 ? $0.text : "[\($0.text)]" }.joined(separator: ",")
        setList(CURLOPT_RESOLVE, ["\(plan.url.host):\(plan.url.port):\(texts)"])
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe ccurl_set_long(handle, option, value) }

    private func set(_ option: CURLoption, _ value: String) { unsafe ccurl_set_text(handle, option, value) }

    private func setList(_ option: CURLoption, _ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { unsafe list = unsafe curl_slist_append(list, line) }
        guard let list = unsafe list else { return }
        unsafe lists.append(list)
        unsafe ccurl_set_list(handle, option, list)
    }

    // MARK: - Callbacks

    private func setCallbacks() {
        unsafe ccurl_set_callbacks(
            handle, Unmanaged.passUnretained(self).toOpaque(),
            { bytes, _, count, owner in unsafe easy(owner).takeLine(UnsafeRawBufferPointer(start: bytes, count: count))
            },
            { bytes, _, count, owner in unsafe easy(owner).takePiece(UnsafeRawBufferPointer(start: bytes, count: count))
            },
            { bytes, size, count, owner in
                unsafe easy(owner).fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            },
            { owner, offset, origin in unsafe easy(owner).seek(to: offset, from: origin) },
            { owner, _, address in unsafe easy(owner).openSocket(address) })
    }

    private func takeLine(_ line: UnsafeRawBufferPointer) -> Int {
        lastMove = .now
        switch unsafe reader.take(line) {
        case .more: return line.count
        case .done(let head):
            if let error = tooLarge(head) { return stop(error) }
            transfer.take(head)
            return line.count
        case .malformed: return stop(RemoteError(.malformed, "\(transfer.plan.url) does not speak HTTP."))
        case .tooLarge:
            return stop(RemoteError(.tooLarge, "The head of the answer of \(transfer.plan.url) is larger than 256 KB."))
        }
    }

    /// What is announced as too large need not come first.
    private func tooLarge(_ head: HeadReader.Head) -> RemoteError? {
        guard transfer.plan.method != "HEAD", let limit = transfer.plan.limits.answerBytes,
            let length = head.headers["Content-Length"].flatMap({ Int64($0) }), length > limit
        else { return nil }
        return .tooLarge(transfer.plan.url, limit)
    }

    private func takePiece(_ piece: UnsafeRawBufferPointer) -> Int {
        lastMove = .now
        switch unsafe transfer.take(piece) {
        case .taken: return piece.count
        case .pause: return Int(CURL_WRITEFUNC_PAUSE)
        case .tooLarge:
            return stop(RemoteError.tooLarge(transfer.plan.url, transfer.plan.limits.answerBytes ?? 0))
        }
    }

    private func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        lastMove = .now
        switch transfer.fill(atMost: room.count) {
        case .bytes(let bytes):
            unsafe room.copyBytes(from: bytes)
            return bytes.count
        case .pause: return Int(CURL_READFUNC_PAUSE)
        case .end: return 0
        }
    }

    private func seek(to offset: curl_off_t, from origin: Int32) -> Int32 {
        offset == 0 && origin == SEEK_SET && transfer.rewind() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
    }

    /// The address is checked where it is used: nothing can change it any more.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> Int32 {
        guard let address = unsafe address else { return CURL_SOCKET_BAD }
        if let rules {
            let length = unsafe min(Int(address.pointee.addrlen), MemoryLayout<sockaddr_storage>.size)
            let raw = unsafe UnsafeRawBufferPointer(start: ccurl_address_bytes(address), count: length)
            guard let ip = unsafe IPAddress(socketAddress: raw), rules.allows(ip) else {
                refusal = RemoteError.forbidden(transfer.plan.url, rules)
                return CURL_SOCKET_BAD
            }
        }
        return unsafe ccurl_open_socket(address)
    }

    /// Any other number than was given ends the transfer.
    private func stop(_ error: RemoteError) -> Int {
        refusal = error
        return 0
    }

    // MARK: - Time and end

    func resume() {
        lastMove = .now
        unsafe curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// What is left before the connection counts as dead; all of it while the caller is waited for.
    func idleTime(left now: ContinuousClock.Instant) -> Duration {
        if transfer.isHeldByCaller { lastMove = now }
        return transfer.plan.limits.idle - (now - lastMove)
    }

    var idleError: RemoteError {
        RemoteError(
            .idleTimeout,
            "\(transfer.plan.url) was silent for \(transfer.plan.limits.idle.milliseconds) milliseconds.")
    }

    func result(_ code: CURLcode) -> Result<Void, any Error> {
        if code == CURLE_OK { return .success(()) }
        if let refusal { return .failure(refusal) }
        let proxyStatus = unsafe ccurl_get_long(handle, CURLINFO_HTTP_CONNECTCODE)
        if !hasConnected, proxyStatus >= 300 {
            return .failure(RemoteError.proxyRefuses(transfer.plan.url, proxyStatus))
        }
        let text = unsafe String(cString: errorText)
        let cause = unsafe text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        var error = CurlFailure(code: code, cause: cause, url: transfer.plan.url).error
        if !hasConnected { error.isUnsent = true }
        // The rewind is asked for when a kept connection was found dead after bytes of the body had gone into it.
        error.isStaleConnection = code == CURLE_SEND_FAIL_REWIND || (!reader.isDone && isReused && error.kind == .cut)
        if error.kind == .timeout, !hasConnected { error = error.asConnectTimeout }
        return .failure(error)
    }

    /// The request may have left from here on.
    private var hasConnected: Bool { unsafe ccurl_get_time(handle, CURLINFO_PRETRANSFER_TIME_T) > 0 }

    private var isReused: Bool { unsafe ccurl_get_long(handle, CURLINFO_NUM_CONNECTS) == 0 && hasConnected }
}

private func easy(_ owner: UnsafeMutableRawPointer?) -> EasyTransfer {
    unsafe Unmanaged<EasyTransfer>.fromOpaque(owner!).takeUnretainedValue()
}
