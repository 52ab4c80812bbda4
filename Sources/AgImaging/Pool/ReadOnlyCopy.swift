import AgBase
import Glibc

/// A second opening of a file, for reading only: what a child holds can neither write to the original nor move the
/// place where others read.
enum ReadOnlyCopy {
    static func of(_ file: OpenFile) throws(CodecError) -> OpenFile {
        do throws(SystemError) {
            return try OpenFile(reading: "/proc/self/fd/\(file.descriptor)")
        } catch {
            throw CodecError(.unavailable, "The picture could not be opened for its decoder (\(error)).")
        }
    }
}
