extension API {
    /// The calls of the collection.
    static let collectionRoutes: [Route] = [
        Route("GET", "/api/items", [200: ItemPage.self]),
        Route("POST", "/api/items", takes: Item.self, [201: Item.self]),
        Route("POST", "/api/items/import", takes: [Item].self, [200: ImportAnswer.self]),
        Route("POST", "/api/items/images/resolve", takes: ResolveRequest.self, [200: ResolvedItems.self]),
        Route("GET", "/api/items/{uuid}", [200: Item.self]),
        Route("PUT", "/api/items/{uuid}", takes: Item.self, [200: Item.self, 201: Item.self]),
        Route("PATCH", "/api/items/{uuid}", takes: Item.self, [200: Item.self]),
        Route("GET", "/api/items/{uuid}/images", [200: ItemSides.self]),
        Route("GET", "/api/items/{uuid}/images/legacy", [200: LegacyPicture.self]),
        Route("PUT", "/api/items/{uuid}/images/{side}", [200: LinkedPicture.self, 201: LinkedPicture.self]),
        Route("POST", "/api/items/{uuid}/promote", takes: PromoteRequest.self, [201: PatternRule.self]),
        Route("GET", "/api/pattern-rules", [200: PatternRules.self]),
        Route("POST", "/api/pattern-rules", takes: PatternRuleRequest.self, [201: PatternRule.self]),
        Route("PUT", "/api/pattern-rules", takes: ArrangeRulesRequest.self, [200: PatternRules.self]),
        Route("POST", "/api/pattern-rules/match", takes: MatchRequest.self, [200: MatchAnswer.self]),
        Route("GET", "/api/pattern-rules/{id}", [200: PatternRule.self]),
        Route("PUT", "/api/pattern-rules/{id}", takes: PatternRuleRequest.self, [200: PatternRule.self]),
        Route("PUT", "/api/pattern-rules/{id}/images/{side}", [200: LinkedPicture.self, 201: LinkedPicture.self]),
        Route("POST", "/api/pattern-rules/{id}/demote", [200: Demotion.self]),
    ]
}
