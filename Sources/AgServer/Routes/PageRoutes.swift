import AgHTTP

/// The page and its parts, built into the program.
func addPageRoutes(to book: inout RouteBook) {
    for asset in PageAsset.all {
        for path in asset.paths {
            book.page(path) { request, _ in asset.response(to: request) }
        }
    }
}
