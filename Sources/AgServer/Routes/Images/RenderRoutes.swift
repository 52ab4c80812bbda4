import AgBase
import AgHTTP
import AgImaging
import AgLibrary
import AgModel

/// Pictures made on the fly: preset sizes with a token, any size within the bounds with a signature in the URL.
func addRenderRoutes(to book: inout RouteBook, _ renders: Renders, _ desk: DeliveryDesk) {
    book.on(.render) { request, parameters in
        var response = try await desk.answer(request, parameters["id"]) { id, pass in
            let parcel = try RenderParcel(QueryReader(request), renders.settings)
            if !pass.isSigned { try parcel.checkPreset(renders.settings) }
            let accepted = AcceptedFormat.of(request.headers.all("accept"))
            // Signed URLs share one lane, in which each picture has its turn: who shows them is not known.
            let caller = pass.isSigned ? Caller("signed", member: id.text) : request.caller
            return try await renders.render(parcel.wish(accepted, renders.settings), of: id, for: caller)
        }
        if try request.query["format"] == nil { response.headers.add("Vary", "Accept") }
        return response
    }
}

extension Operation {
    static let renderSide = Schema.integer(minimum: 1, maximum: 8_192)

    fileprivate static let render = bytes(
        "/api/images/{id}/render", "A size made on the fly: presets with a token, any with a signature",
        RenderWish.formats.map(\.mediaType),
        [
            .query("w", renderSide, "Pixels, up to `render-max-side`. At least one of `w` and `h`; never enlarged."),
            .query("h", renderSide, "Pixels, up to `render-max-side`."),
            .query(
                "fit", .words(RenderFit.allCases.map(\.rawValue)),
                "inside (default): all of it within the box. cover: fills the box, cut from the middle. contain: all of it, "
                    + "padded to the box, clear or in a JPEG white. With one side alone always inside."),
            .query(
                "format", .words(RenderWish.formats.map(\.rawValue)),
                "Without it AVIF when `Accept` names it, else WebP."),
            .query(
                "q", .integer(minimum: 1, maximum: 100), "How it shall look, the same in every format; 80 by default."),
        ],
        problems: [
            .problem(410, "The bytes were lost; upload the same file again."),
            .problem(422, "The picture cannot be read."),
            .problem(429, "Too many pictures are being made, or too many requests."),
        ])
}
