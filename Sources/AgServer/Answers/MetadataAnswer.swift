import AgBase
import AgContract
import AgImaging
import AgLibrary

/// What is known of a picture's content, as clients see it.
enum MetadataAnswer {
    static func value(_ insight: Insight?, _ image: Image, showsPlace: Bool) -> API.Metadata {
        API.Metadata(
            description: nil, tags: [], categories: [],
            colors: (insight?.colors ?? []).map { API.Color(hex: $0.hex, share: $0.share) },
            frames: image.original.frames, hasAlpha: image.original.hasAlpha, isDamaged: image.original.isDamaged,
            exif: insight?.exif.map { camera($0, showsPlace: showsPlace) })
    }

    private static func camera(_ exif: PictureMetadata, showsPlace: Bool) -> API.CameraData {
        var data = API.CameraData(orientation: exif.orientation)
        data.make = exif.make
        data.model = exif.model
        data.lens = exif.lens
        data.software = exif.software
        data.description = exif.description
        data.artist = exif.artist
        data.copyright = exif.copyright
        data.takenAt = exif.takenAt
        data.exposure = exif.exposure
        data.aperture = exif.aperture
        data.iso = exif.iso
        data.focalLength = exif.focalLength
        data.focalLength35mm = exif.focalLength35mm
        data.exposureBias = exif.exposureBias
        data.flashFired = exif.flashFired
        if showsPlace { data.gps = exif.place.map { place($0) } }
        return data
    }

    private static func place(_ place: PictureMetadata.Place) -> API.Place {
        API.Place(latitude: place.latitude, longitude: place.longitude, altitude: place.altitude)
    }
}
