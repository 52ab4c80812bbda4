/// Every target, for the short form in `make test`. scripts/fuzz/build makes a binary of each file beside this one.
package enum FuzzTargets {
    package static let all: [any FuzzTarget.Type] = [
        BlobNamesFuzz.self, ChildReplyFuzz.self, ChildRequestFuzz.self, ConditionsFuzz.self, CredentialsFuzz.self,
        CursorFuzz.self, EventIDFuzz.self, ExifFuzz.self, FormTypeFuzz.self, ItemsFuzz.self, JSONFuzz.self,
        MomentFuzz.self, MultipartFuzz.self, PatternsFuzz.self, PercentFuzz.self, PixstoreFuzz.self, RenderFuzz.self,
        RequestHeadFuzz.self, RequestTargetFuzz.self, SealedBlobFuzz.self, SettingsFuzz.self, SignedURLFuzz.self,
        StructureFuzz.self, WireFrameFuzz.self,
    ]

    package static var names: [String] { all.map { $0.name } }

    package static func named(_ name: String) -> (any FuzzTarget.Type)? { all.first { $0.name == name } }
}
