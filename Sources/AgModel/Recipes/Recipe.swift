/// How derived pictures are made, as one name. It changes when sizes, formats or qualities change, and then every
/// picture is made again by jobs of the lowest priority; a new encoder version does not change it.
package enum Recipe {
    package static let current = "1"

    package static let thumbnailSide = 150
    package static let thumbnailQuality = 70
}
