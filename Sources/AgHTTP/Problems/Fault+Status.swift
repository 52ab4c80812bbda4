package import AgBase

extension Fault.Kind {
    /// The HTTP status that tells a client of this kind.
    package var status: Int {
        switch self {
        case .badRequest: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .timedOut: 408
        case .conflict: 409
        case .gone: 410
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .unprocessable: 422
        case .tooManyRequests: 429
        case .internal: 500
        case .unavailable: 503
        case .insufficientStorage: 507
        }
    }
}
