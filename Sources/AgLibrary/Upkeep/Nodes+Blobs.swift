import AgBlobs
import AgJobs
import AgSQL

extension Nodes {
    /// In the transaction whose rows will refer to these blobs: see `hold(_:in:)`.
    func hold(_ blobs: [StagedBlob], in tx: any SQLTransaction) throws {
        try hold(Set(blobs.map(\.file.owner.text)), in: tx)
    }
}
