import CVips

/// What libvips says when a call failed.
enum Complaint {
    /// Takes the reason out of libvips' buffer. Its last line is the deepest; earlier ones may be older noise.
    static func take() -> CodecError {
        let text = unsafe String(cString: vips_error_buffer())
        vips_error_clear()
        return error(text, "decoded")
    }

    /// What libheif said when it could not encode.
    static func ofEncoder(_ text: String) -> CodecError { error(text, "encoded") }

    private static func error(_ text: String, _ what: String) -> CodecError {
        let last = text.split(separator: "\n").last.map(String.init) ?? "no reason given"
        let memory = ["out of memory", "nsufficient memory", "unable to allocate", "emory allocation", "no memory"]
        if memory.contains(where: { text.contains($0) }) {
            return CodecError(.outOfMemory, "The picture needs more memory than its decoder may use (\(last)).")
        }
        return CodecError(.damaged, "The picture could not be \(what) (\(last)).")
    }

    /// Forgets what was said so far, so that `ofLostData` speaks of one decode.
    static func forget() { vips_error_clear() }

    /// What libjpeg merely mumbles where data ends early or makes no sense: it goes on in grey and calls that done.
    ///
    /// Its other warnings, such as stray bytes between segments, are said of pictures that lost nothing. The words are
    /// those of libjpeg's jerror.h: JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_ARITH_BAD_CODE, JWRN_MUST_RESYNC. It says
    /// only its first warning aloud, so a loss behind a harmless one stays unknown.
    static func ofLostData() -> String? {
        let losses = [
            "premature end of data segment", "bad Huffman code", "bad arithmetic code", "found marker",
        ]
        let lines = unsafe String(cString: vips_error_buffer()).split(separator: "\n")
        return lines.first { line in losses.contains { line.contains($0) } }.map(String.init)
    }
}
