/// A number of bytes as people read it: `512 B`, `6.4 KB`, `1.2 GB`, in steps of 1,024.
package func readable(byteCount: Int64) -> String {
    var value = Double(byteCount)
    var unit = 0
    let units = ["B", "KB", "MB", "GB", "TB"]
    while value >= 1_024, unit < units.count - 1 {
        value /= 1_024
        unit += 1
    }
    guard unit > 0 else { return "\(byteCount) B" }
    let tenths = Int64((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}
