import Glibc

/// Lends texts as C does: an array of pointers with a null behind the last.
func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    var copies = unsafe texts.map { unsafe UnsafePointer(strdup($0)) as UnsafePointer<CChar>? } + [nil]
    defer { unsafe copies.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
    return unsafe copies.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress!) }
}
