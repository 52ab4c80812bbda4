import CVips

/// What libvips says when a call failed.
enum Complaint {
    /// Takes the reason out of libvips' buffer. Its last line is the deepest; earlier ones may be older noise.
    static func take() -> CodecError {
        let text = unsafe String(cString: vips_error_buffer())
        vips_error_clear()
        let lines = text.split(separator: "\n")
        let last = lines.last.map(String.init) ?? "no reason given"
        let memory = ["out of memory", "nsufficient memory", "unable to allocate", "emory allocation"]
        if memory.contains(where: { text.contains($0) }) {
            return CodecError(.outOfMemory, "The picture needs more memory than its decoder may use (\(last)).")
        }
        return CodecError(.damaged, "The picture could not be decoded (\(last)).")
    }
}
