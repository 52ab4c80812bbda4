import AgCrypto
import AgImaging
import AgSQL

/// The C libraries under the product, by name.
package enum LibraryVersions {
    package static var all: [(String, String)] {
        [
            ("sqlite", SQLiteDatabase.libraryVersion), ("openssl", CryptoVersion.library),
            ("codecs", Codecs.encoderVersion),
        ]
    }
}
