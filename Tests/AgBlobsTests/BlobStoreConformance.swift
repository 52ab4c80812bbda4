import AgBase
import AgBlobs
import AgCrypto
import AgTesting
import Testing

/// Every promise of `BlobStore`, held by each of its drivers.
@Suite("A blob store", .timeLimit(.minutes(1)))
struct BlobStoreConformance {
    private let path = BlobPath("images/2026/11/20/original/3f/one.jpg")
    private let other = BlobPath("images/2026/11/21/variants/3f/two.webp")
    /// More than is read at once, and more than one piece.
    private let long = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }

    /// Lends a fresh place, and a store that works there.
    private func with(
        _ driver: StoreDriver, _ body: (any StorePlaceForTests, any BlobStore) async throws -> Void
    ) async throws {
        let place = driver.place()
        try await body(place, place.open())
        withExtendedLifetime(place) {}
    }

    private func stage(_ bytes: [UInt8], in store: any BlobStore, at path: BlobPath) throws -> StagedBlob {
        let file = try store.begin(.accepted)
        try file.append(bytes)
        _ = file.finish()
        return StagedBlob(file: file, path: path)
    }

    private func put(_ bytes: [UInt8], _ store: any BlobStore, at path: BlobPath) async throws {
        let blob = try stage(bytes, in: store, at: path)
        try await store.keep([blob])
        await store.settle([blob])
    }

    private func bytes(_ content: BlobContent) async throws -> [UInt8] {
        try await content.bytes(0..<content.byteCount)
    }

    private func expect(_ code: BlobError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: BlobError.self) { try await body() }
        #expect(error?.code == code)
    }

    @Test("gives back what it kept, by ranges, in memory and as a file of this machine's", arguments: StoreDriver.all)
    func reading(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put(long, store, at: path)
            try await put([7], store, at: other)
            let content = try await store.open(path, byteCount: 300_000, readingUpTo: 64 << 10)
            #expect(content.byteCount == 300_000 && content.bytes == nil)
            #expect(try await bytes(content) == long)
            for range in [0..<1, 10..<10, 299_999..<300_000, 65_000..<270_000] as [Range<Int64>] {
                let part = try await content.bytes(range)
                #expect(part == Array(long[Int(range.lowerBound)..<Int(range.upperBound)]), "\(range)")
            }
            #expect(try await store.open(other, byteCount: 1, readingUpTo: 1).bytes == [7])
            let file = try await store.local(path, byteCount: 300_000)
            #expect(try file.length() == 300_000)
            #expect(try file.read(at: 0, count: 400_000) == long)
            #expect(
                try OpenFile(reading: "/proc/self/fd/\(file.descriptor)").read(at: 1, count: 2) == Array(long[1...2]))
            #expect(place.rest.isEmpty)
        }
    }

    @Test("keeps an empty blob", arguments: StoreDriver.all)
    func empty(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put([], store, at: path)
            #expect(try await store.open(path, byteCount: 0, readingUpTo: 0).bytes == [])
            #expect(try await store.local(path, byteCount: 0).length() == 0)
            #expect(try await store.check(path, BlobDigest(byteCount: 0, sha256: .of([UInt8]()))) == .whole)
        }
    }

    @Test("names what is missing, and what has another length than was recorded", arguments: StoreDriver.all)
    func lengths(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            await expect(.notFound) { _ = try await store.open(path, byteCount: nil, readingUpTo: 10) }
            await expect(.notFound) { _ = try await store.local(path, byteCount: 1) }
            await expect(.notFound) {
                _ = try await store.check(path, BlobDigest(byteCount: 1, sha256: .of([1])))
            }
            try await put([1, 2, 3], store, at: path)
            for wrong in [0, 2, 4] as [Int64] {
                await expect(.changed) { _ = try await store.open(path, byteCount: wrong, readingUpTo: 10) }
                await expect(.changed) { _ = try await store.local(path, byteCount: wrong) }
            }
            #expect(try await store.open(path, byteCount: nil, readingUpTo: 0).byteCount == 3)
        }
    }

    @Test("compares length and hash with what was recorded", arguments: StoreDriver.all)
    func checking(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put(long, store, at: path)
            let recorded = BlobDigest(byteCount: 300_000, sha256: .of(long))
            #expect(try await store.check(path, recorded) == .whole)
            var flipped = long
            flipped[299_999] ^= 1
            for bytes in [flipped, Array(long.dropLast()), long + [0], []] {
                try place.damage(path, bytes)
                let found = BlobDigest(byteCount: Int64(bytes.count), sha256: .of(bytes))
                #expect(try await store.check(path, recorded) == .changed(found))
            }
        }
    }

    @Test("keeps a name once, and none of several when one of them is taken", arguments: StoreDriver.all)
    func once(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put([1], store, at: path)
            let blobs = [try stage([2], in: store, at: other), try stage([3], in: store, at: path)]
            await expect(.exists) { try await store.keep(blobs) }
            await store.discard(blobs.map(\.file))
            await expect(.notFound) { _ = try await store.open(other) }
            #expect(try await bytes(store.open(path)) == [1])
            #expect(place.rest.isEmpty)
        }
    }

    @Test("copies a file in, with the hash of what it wrote", arguments: StoreDriver.all)
    func staging(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put(long, store, at: path)
            let source = try await store.local(path, byteCount: nil)
            let staged = try await store.stage(source, byteCount: 300_000)
            #expect(staged.byteCount == 300_000 && staged.finish() == .of(long))
            await expect(.io) { _ = try await store.stage(source, byteCount: 300_001) }
        }
    }

    @Test("names what is pending until its rows are committed", arguments: StoreDriver.all)
    func pending(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            let blobs = [try stage([1], in: store, at: path), try stage([2], in: store, at: other)]
            #expect(try await store.pending().isEmpty)
            try await store.keep(blobs)
            #expect(try await store.pending() == [path, other])
            #expect(try await place.open().pending() == [path, other], "of another process")
            await store.settle([blobs[0]])
            await store.withdraw([blobs[1]])
            await store.discard([blobs[1].file])
            #expect(try await store.pending().isEmpty)
            #expect(try await bytes(store.open(path)) == [1])
            await expect(.notFound) { _ = try await store.open(other) }
            #expect(place.rest.isEmpty)
        }
    }

    @Test("removes blobs, and does not mind those that are gone", arguments: StoreDriver.all)
    func removing(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put([1], store, at: path)
            try await store.remove([path, other])
            try await store.remove([path])
            await expect(.notFound) { _ = try await store.open(path) }
        }
    }

    @Test("moves a blob aside, where no listing and no reader finds it", arguments: StoreDriver.all)
    func quarantining(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            try await put([1], store, at: path)
            try await store.quarantine(path)
            await expect(.notFound) { _ = try await store.open(path) }
            await expect(.notFound) { try await store.quarantine(path) }
            #expect(place.rest.count == 1 && place.rest[0].hasPrefix("quarantine/"))
            #expect(place.rest[0].hasSuffix("images~2026~11~20~original~3f~one.jpg"))
            try await store.walk { Issue.record("\($0) is listed") }
        }
    }

    @Test("lists all blobs with their lengths, in as many pages as it takes", arguments: StoreDriver.all)
    func walking(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            let paths = (0..<8).map { BlobPath("images/2026/11/2\($0 / 4)/original/aa/\($0).png") }
            for (index, path) in paths.enumerated() {
                try await put([UInt8](repeating: 1, count: index), store, at: path)
            }
            let seen = Collected<BlobListing>()
            try await store.walk { seen.add($0) }
            #expect(seen.all.map(\.path) == paths)
            #expect(seen.all.map(\.byteCount) == Array(0..<8))
        }
    }

    // MARK: Processes that share a place

    @Test("recovers at once what processes left that have ended, by their rows", arguments: StoreDriver.all)
    func ended(_ driver: StoreDriver) async throws {
        let place = driver.place()
        defer { withExtendedLifetime(place) {} }
        let dead = SpoolOwner.make()
        let store = try place.open(dead)
        // Neither settled nor withdrawn: its process dies here.
        try await store.keep([try stage([1], in: store, at: path), try stage([2], in: store, at: other)])
        store.waitForRemovals()
        let asked = Collected<SpoolOwner>()
        let removed = try await place.open().recover(
            olderThan: .seconds(3_600),
            fate: {
                asked.add($0)
                return $0 == dead ? .ended : .running
            }, isReferenced: { $0 == other })
        #expect(removed == 3)
        #expect(asked.all == [dead])
        await expect(.notFound) { _ = try await place.open().open(path) }
        #expect(try await bytes(place.open().open(other)) == [2])
        #expect(place.rest.isEmpty)
    }

    @Test(
        "skips what running processes work on, and judges unknown ones by age", arguments: StoreDriver.all,
        [SpoolOwner.Fate.running, .unknown])
    func running(_ driver: StoreDriver, _ fate: SpoolOwner.Fate) async throws {
        try await with(driver) { place, store throws in
            try await store.keep([try stage([1], in: store, at: path)])
            store.waitForRemovals()
            func recover(_ age: Duration) async throws -> Int {
                try await place.open().recover(olderThan: age, fate: { _ in fate }, isReferenced: { _ in false })
            }
            #expect(try await recover(.seconds(3_600)) == 0)
            #expect(try await recover(.zero) == (fate == .running ? 0 : 2))
            #expect(try await place.open().pending().isEmpty == (fate == .unknown))
        }
    }

    @Test("never recovers what this process is at work with", arguments: StoreDriver.all)
    func own(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            let arriving = try store.begin(.new)
            let kept = try stage([1], in: store, at: path)
            try await store.keep([kept])
            #expect(try await store.recover(olderThan: .zero, fate: { _ in .ended }, isReferenced: { _ in false }) == 0)
            try arriving.append([1])
            await store.settle([kept])
            #expect(try await bytes(store.open(path)) == [1])
        }
    }

    @Test("belongs to one installation, which the first one that marks it decides", arguments: StoreDriver.all)
    func installation(_ driver: StoreDriver) async throws {
        let place = driver.place()
        defer { withExtendedLifetime(place) {} }
        let (first, second) = (InstallationID.make(), InstallationID.make())
        #expect(try await place.open().installation() == nil)
        try await place.open().mark(first)
        await expect(.exists) { try await place.open().mark(second) }
        #expect(try await place.open().installation() == first)
        #expect(place.rest == [InstallationMark.fileName])
        try await place.open().walk { Issue.record("\($0) is listed") }
    }

    @Test("says whether it works, and leaves nothing behind", arguments: StoreDriver.all)
    func writable(_ driver: StoreDriver) async throws {
        try await with(driver) { place, store throws in
            _ = try await store.enter()
            try await store.admitOthers()
            try store.checkRoom()
            try await store.checkWritable()
            #expect(place.rest.filter { $0 != "storage-lock" }.isEmpty)
            await store.leave()
        }
    }
}

@Suite("The mark of an installation")
struct InstallationMarkTests {
    @Test("is read as it was written, with what later versions may add")
    func reading() {
        let id = InstallationID.make()
        #expect(InstallationMark(InstallationMark(id).text)?.installation == id)
        #expect(InstallationMark("{\"installation\":\"\(id)\",\"since\":1}")?.installation == id)
    }

    @Test(
        "that is damaged is none",
        arguments: [
            "", "{}", "null", "{\"installation\":1}", "{\"installation\":\"x\"}", "{\"installation\":", "\u{0}",
        ])
    func damaged(_ text: String) {
        #expect(InstallationMark(text) == nil)
    }
}
