import AgImaging
import AgLibrary
import AgModel

/// The shapes of answers about images.
enum ImageSchemas {
    private static let status = Schema.words(ImageStatus.allCases.map(\.rawValue))

    static let fields = [
        SchemaField("imageId", .uuid), SchemaField("status", status), SchemaField("sha256", .string),
        SchemaField("mediaType", .string), SchemaField("width", .count, about: "Pixels, as displayed."),
        SchemaField("height", .count), SchemaField("fileSize", .count, about: "Bytes."),
        SchemaField("generation", .count), SchemaField("originalFilename", .nullable(.string)),
        SchemaField("uploadedAt", .dateTime), SchemaField("url", .string), SchemaField("thumbnailUrl", .string),
    ]

    static let image = Schema.named("Image", .object(fields))

    private static let uploadedImage = Schema.named("UploadedImage", .object(fields + [SchemaField("isNew", .boolean)]))

    static let uploaded = Schema.object([
        SchemaField("images", .array(uploadedImage), about: "In the order of the accepted files."),
        SchemaField(
            "errors",
            .array(
                .object([
                    SchemaField("filename", .string), SchemaField("code", .string), SchemaField("detail", .string),
                ]))),
    ])

    static let grantUpload = Schema.named(
        "GrantUpload", .object(fields + [SchemaField("isNew", .boolean), SchemaField("storageId", .uuid)]))

    static let page = Schema.object([
        SchemaField("images", .array(image)), SchemaField("next", .nullable(.string), about: "The next page's cursor."),
        .optional("total", .count),
    ])

    private static let variant = Schema.object([
        SchemaField("variantType", .string), SchemaField("format", .string), SchemaField("width", .count),
        SchemaField("height", .count), SchemaField("fileSize", .count),
        SchemaField(
            "encoding", .nullable(.words(PictureEncoding.allCases.map(\.rawValue))),
            about:
                "How its bytes were made: `lossy` is the recipe of photographs. Null for one from before that was noted."
        ),
        SchemaField("url", .string),
    ])

    private static let metadata = Schema.object([
        SchemaField("description", .nullable(.string)), SchemaField("tags", .array(.string)),
        SchemaField("categories", .array(.string)),
        SchemaField("colors", .array(.object([SchemaField("hex", .string), SchemaField("share", .number)]))),
        SchemaField("frames", .count), SchemaField("hasAlpha", .boolean),
        SchemaField("isDamaged", .boolean, about: "It ended too early and was taken all the same."),
        SchemaField("exif", .nullable(exif), about: "What the camera did not write is left out."),
    ])

    private static let exif = Schema.named(
        "CameraData",
        .object([
            .optional("make", .string), .optional("model", .string), .optional("lens", .string),
            .optional("software", .string), .optional("description", .string), .optional("artist", .string),
            .optional("copyright", .string),
            .optional("takenAt", .string, about: "The camera's own clock, without a zone unless the camera wrote one."),
            .optional("exposure", .number, about: "Seconds."), .optional("aperture", .number),
            .optional("iso", .integer), .optional("focalLength", .number, about: "Millimetres."),
            .optional("focalLength35mm", .integer), .optional("exposureBias", .number),
            .optional("flashFired", .boolean), SchemaField("orientation", .integer(minimum: 1, maximum: 8)),
            .optional(
                "gps",
                .object([
                    SchemaField("latitude", .number), SchemaField("longitude", .number),
                    SchemaField("altitude", .nullable(.number), about: "Metres above the sea."),
                ]), about: "Only for tokens that may write."),
        ]))

    static let details = Schema.named(
        "ImageDetails",
        .object(
            fields + [
                SchemaField("processedAt", .nullable(.dateTime)),
                SchemaField("placeholder", .nullable(.string), about: "A ThumbHash in Base64."),
                SchemaField("variants", .array(variant)), SchemaField("metadata", metadata),
                SchemaField("sessions", .array(.string)), SchemaField("generations", .array(.anyObject)),
                SchemaField("srcset", .object([SchemaField("webp", .string), SchemaField("avif", .string)])),
            ]))

    static let progress = Schema.object([
        SchemaField("imageId", .uuid), SchemaField("status", status),
        SchemaField("error", .nullable(CommonSchemas.jobError)), SchemaField("jobs", .array(CommonSchemas.job)),
    ])
}
