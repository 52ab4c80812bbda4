// What libFuzzer calls. scripts/fuzz/build compiles it once per target, beside a line that says who `Subject` is.
import AgFuzzing

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do {
        try Subject.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(Subject.name): \(error)")
    }
    return 0
}
