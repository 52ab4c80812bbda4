/// Which pages of other origins may read a route's answers.
package enum CrossOrigin: Sendable, Hashable {
    /// None: the page's own files, and what gives, takes or tells of its cookie.
    case never
    /// Those of `cors-origins`.
    case listed
    /// Those of `cors-origins`, and every one when it holds `*`: the URL carries its own authority, a page only the URL.
    case ownAuthority
    /// As `ownAuthority` when the URL is signed, otherwise as `listed`.
    case ownAuthorityWhenSigned
    /// Every one, whatever `cors-origins` says.
    case everyone
}
