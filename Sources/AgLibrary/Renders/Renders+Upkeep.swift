import AgBase
import AgModel
import AgSQL

extension Renders {
    /// Counts what is kept from before, and now and then removes what belongs to originals that are gone.
    func keepTidy() async {
        // Without room for any, this removes those from before.
        await cache.takeStock()
        while !cache.isOff, !Task.isCancelled {
            await forgetStrangers()
            try? await Task.sleep(for: .seconds(900))
        }
    }

    package func forgetStrangers() async {
        do {
            try await cache.forgetStrangers { originals in
                try await delivery.database.read { try Original.existing(among: originals, in: $0) }
            }
        } catch is CancellationError {
        } catch {
            cache.log.warning("renders of deleted pictures could not be looked for", ["error": "\(error)"])
        }
    }
}
