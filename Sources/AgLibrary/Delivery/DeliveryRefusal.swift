import AgBase
import AgModel

/// Every reason not to hand out a picture, side by side.
enum DeliveryRefusal {
    static func lost(_ id: ImageID) -> Fault {
        Fault(
            .gone, "original-lost",
            "The original of image \(id) was found missing or changed by a check of the storage. "
                + "Upload the same file again to heal it, or delete the image.")
    }

    static func notMade(_ name: VariantName, _ image: Image, _ status: ImageStatus) -> any Error {
        guard status == .failed else {
            return NotReady(message: "\(name) of image \(image.id) is being made.", retryAfter: .seconds(1))
        }
        return Fault(
            .notFound, "variant-failed",
            "\(name) of image \(image.id) could not be made; its status says why. Reprocess the image to try again.")
    }
}
