import AgBase
import AgLibrary
import AgModel

/// The shapes of answers about the collection.
enum CollectionSchemas {
    static let itemUUID = Schema.text(1...128)

    static let item = Schema.named(
        "Item",
        .object([
            .optional("uuid", .nullable(itemUUID), about: "Made when it is absent."),
            .optional("name", .nullable(.string)),
            .optional(
                "catalogId", .raw(["anyOf": [["type": "string"], ["type": "integer"], ["type": "null"]]]),
                about: "The N#; `numistaId` counts too."),
            .optional("obverseImageUrl", .nullable(.string), about: "The catalogue's picture."),
            .optional("reverseImageUrl", .nullable(.string)),
            .optional(
                "ignorePatternImages", .raw(["anyOf": [["type": "boolean"], ["type": "object"], ["type": "null"]]]),
                about: "For both sides, or an object with `obverse` and `reverse`."),
            .optional("tags", .nullable(.list(of: .string, 0...200))),
        ]))

    static let itemPage = Schema.object([
        SchemaField("items", .array(item)), SchemaField("next", .nullable(.string), about: "The next page's cursor."),
    ])

    static let importOutcome = Schema.object([
        SchemaField(
            "items",
            .array(
                .object([
                    SchemaField("uuid", .nullable(.string)),
                    SchemaField("outcome", .words(["added", "changed", "unchanged", "refused"])),
                    .optional("code", .string), .optional("detail", .string),
                ])))
    ])

    private static let source = Schema.words(PictureSource.allCases.map(\.rawValue))

    private static let side = Schema.named(
        "ItemSide",
        .object([
            SchemaField("source", source), SchemaField("url", .nullable(.string)),
            SchemaField("imageId", .nullable(.uuid)),
            .optional("ruleId", .string),
            .optional(
                "tiers",
                .array(
                    .object([
                        SchemaField("tier", source), SchemaField("hit", .boolean), SchemaField("reason", .string),
                    ])), about: "With `explain`."),
        ]))

    static let sides = Schema.object([SchemaField("obverse", side), SchemaField("reverse", side)])

    static let resolved = Schema.object([
        SchemaField(
            "items",
            .array(
                .object([
                    SchemaField("uuid", .string), .optional("obverse", side), .optional("reverse", side),
                    .optional("error", .object([SchemaField("code", .string), SchemaField("detail", .string)])),
                ])))
    ])

    static let legacy = Schema.object([
        SchemaField("catalogId", .nullable(.string)),
        SchemaField("source", .nullable(.words(["user", "pattern"]))),
    ])

    /// An image as its upload is answered; of one that was named by its id, no more than that.
    static let linked = Schema.named(
        "LinkedPicture",
        .object(
            ImageSchemas.fields.map { $0.name == "imageId" ? $0 : .optional($0.name, $0.schema, about: $0.about) } + [
                SchemaField("isNew", .boolean, about: "Whether its bytes were not here before.")
            ]))

    private static let warning = Schema.object([SchemaField("code", .string), SchemaField("detail", .string)])

    static let rule = Schema.named(
        "PatternRule",
        .object([
            SchemaField("id", .string), .optional("keywords", .string), .optional("regex", .string),
            SchemaField("text", .string), SchemaField("catalogId", .nullable(.string)),
            SchemaField("builtIn", .boolean), SchemaField("enabled", .boolean), SchemaField("order", .count),
            SchemaField("passThrough", .boolean), SchemaField("pictureKey", .nullable(.string)),
            SchemaField(
                "images", .object([SchemaField("obverse", .nullable(.uuid)), SchemaField("reverse", .nullable(.uuid))])),
            .optional("problem", .string, about: "Why the stored pattern cannot be used."),
            .optional("warnings", .array(warning)),
        ]))

    static let rules = Schema.object([SchemaField("rules", .array(rule))])

    private static let ruleFields: [SchemaField] = [
        .optional("keywords", .string, about: "Words separated by , or ;: any of them, anywhere in the name."),
        .optional("regex", .string, about: "A JavaScript pattern without flags; case does not matter."),
        .optional("text", .text(1...RuleWish.mostText)), .optional("catalogId", .nullable(.text(1...200))),
        .optional("enabled", .boolean), .optional("passThrough", .boolean), .optional("pictureKey", .text(1...128)),
    ]
    static let ruleFieldNames = ruleFields.map(\.name)

    static let ruleWish = Schema.closed(ruleFields)

    static let promotion = Schema.closed(
        ruleFields.filter { $0.name != "pictureKey" } + [
            .optional(
                "images",
                .closed([.optional("obverse", .nullable(.uuid)), .optional("reverse", .nullable(.uuid))]),
                about: "Images that were uploaded for this; they count more than the item's photos.")
        ])

    static let demotion = Schema.object([
        SchemaField("uuid", .string),
        SchemaField("obverse", .words(["restored", "kept", "none"])),
        SchemaField("reverse", .words(["restored", "kept", "none"])),
    ])

    static let matches = Schema.object([
        SchemaField(
            "matches",
            .array(
                .object([
                    SchemaField("name", .string),
                    SchemaField("rule", .nullable(matchedRule)), SchemaField("reason", .string),
                    .optional(
                        "others", .array(matchedRule), about: "With `all`: rules behind the first that match too."),
                ])))
    ])

    private static let matchedRule = Schema.object([
        SchemaField("id", .string), SchemaField("builtIn", .boolean), SchemaField("catalogId", .nullable(.string)),
        SchemaField("text", .string),
    ])
}
