/// The client closed its connection before the request was answered.
package struct ClientGone: Error, Sendable {
    package init() {}
}
