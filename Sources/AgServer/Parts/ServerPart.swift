package import AgLibrary

/// The routes of one subject of the product, which lead to that subject's door.
package protocol ServerPart: Sendable {
    static func addRoutes(to book: inout RouteBook, _ site: ServerSite)
}

/// The subjects that are served. A new one is entered here, and in `LibraryParts.all`.
package enum ServerParts {
    package static let all: [any ServerPart.Type] = [
        UploadRoutes.self, GrantRoutes.self, ImageRoutes.self, DeliveryRoutes.self, SealedRoutes.self,
        CollectionRoutes.self, JobRoutes.self, EventRoutes.self,
    ]
}

/// What routes are added for.
package struct ServerSite: Sendable {
    package let library: Library
    /// Where clients reach us, without a slash at the end; `nil` when only the request knows.
    package let publicURL: String?
    /// For requests that read much.
    package let gates = ReadGates()

    package init(_ library: Library, publicURL: String?) {
        self.library = library
        self.publicURL = publicURL
    }

    var links: Links { Links(publicURL: publicURL) }
}
