/// The functions of libdeflate that this program calls, as declared in `libdeflate.h`.
@safe
struct LibdeflateFunctions: Sendable {
    typealias Workspace = UnsafeMutableRawPointer
    typealias MakeCompressor = @convention(c) @Sendable (_ level: Int32) -> Workspace?
    typealias MakeDecompressor = @convention(c) @Sendable () -> Workspace?
    typealias Free = @convention(c) @Sendable (Workspace) -> Void
    typealias Bound = @convention(c) @Sendable (Workspace?, _ count: Int) -> Int
    typealias Compress =
        @convention(c) @Sendable (Workspace, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int) -> Int
    typealias Decompress =
        @convention(c) @Sendable (
            Workspace, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int,
            _ read: UnsafeMutablePointer<Int>, _ written: UnsafeMutablePointer<Int>
        ) -> Int32
    typealias Checksum = @convention(c) @Sendable (UInt32, UnsafeRawPointer?, Int) -> UInt32

    /// `LIBDEFLATE_INSUFFICIENT_SPACE` of `enum libdeflate_result`.
    static let noSpace: Int32 = 3

    /// The functions of the installed library, loaded once per process; nil if there is none.
    static let loaded = LibdeflateFunctions(libraries: ["libdeflate.so.0", "libdeflate.0.dylib", "libdeflate.dylib"])

    /// The path of the file that contains the functions.
    let libraryPath: String?
    let makeCompressor: MakeCompressor
    let freeCompressor: Free
    let bound: Bound
    let compress: Compress
    let makeDecompressor: MakeDecompressor
    let freeDecompressor: Free
    let decompress: Decompress
    let checksum: Checksum

    /// Loads the functions from the first library that exists; nil if there is none, or if it lacks a function.
    init?(libraries: [String]) {
        guard let library = LoadedLibrary(firstOf: libraries) else { return nil }
        guard
            let makeCompressor: MakeCompressor = unsafe library.function("libdeflate_alloc_compressor"),
            let freeCompressor: Free = unsafe library.function("libdeflate_free_compressor"),
            let bound: Bound = unsafe library.function("libdeflate_deflate_compress_bound"),
            let compress: Compress = unsafe library.function("libdeflate_deflate_compress"),
            let makeDecompressor: MakeDecompressor = unsafe library.function("libdeflate_alloc_decompressor"),
            let freeDecompressor: Free = unsafe library.function("libdeflate_free_decompressor"),
            let decompress: Decompress = unsafe library.function("libdeflate_deflate_decompress_ex"),
            let checksum: Checksum = unsafe library.function("libdeflate_crc32")
        else { return nil }
        libraryPath = library.path(ofFunction: "libdeflate_crc32")
        unsafe self.makeCompressor = makeCompressor
        unsafe self.freeCompressor = freeCompressor
        unsafe self.bound = bound
        unsafe self.compress = compress
        unsafe self.makeDecompressor = makeDecompressor
        unsafe self.freeDecompressor = freeDecompressor
        unsafe self.decompress = decompress
        unsafe self.checksum = checksum
    }
}
