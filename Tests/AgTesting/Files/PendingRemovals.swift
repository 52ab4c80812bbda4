package import AgBlobs
import Glibc

extension BlobStore {
    /// Waits until the files are gone whose last reference has ended: they are removed on the store's own threads.
    package func waitForRemovals() {
        while pendingRemovals > 0 { usleep(200) }
    }

    private var pendingRemovals: Int {
        (self as? FolderStore)?.spool.pendingRemovals ?? (self as? RemoteStore)?.pendingRemovals ?? 0
    }
}
