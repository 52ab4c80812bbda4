package import AgBase

/// What a client names: a picture in the library, whichever bytes it shows now.
package enum ImageSubject {}
package typealias ImageID = Identifier<ImageSubject>

/// Bytes as they were uploaded: written once, never changed.
package enum OriginalSubject {}
package typealias OriginalID = Identifier<OriginalSubject>

/// Leave to upload one picture without a token.
package enum UploadGrantSubject {}
package typealias UploadGrantID = Identifier<UploadGrantSubject>

/// A credential of an application or a person.
package enum TokenSubject {}
package typealias TokenID = Identifier<TokenSubject>
