import CZlib

/// A codec that uses zlib, which is linked into the program and always available.
package final class ZlibCodec: DeflateLibrary {
    /// The supported levels: 1 is the fastest, 9 gives the smallest files.
    package static let levels = 1...9
    package static let defaultLevel = 6

    package let identity: CodecIdentity

    // Raw deflate without a zlib header, and the largest window.
    private static let rawWindow: Int32 = -15
    private static let memoryLevel: Int32 = 8

    private let deflaters: WorkspacePool
    private let inflaters: WorkspacePool

    /// Creates the codec.
    ///
    /// `level` must be in ``levels``; ``CodecChoice`` validates user input.
    package init(level: Int = ZlibCodec.defaultLevel) {
        precondition(Self.levels.contains(level), "zlib has the levels 1 to 9")
        identity = CodecIdentity(
            name: "zlib",
            level: level,
            version: unsafe String(cString: zlibVersion()),
            libraryPath: LoadedLibrary.program.path(ofFunction: "zlibVersion")
        )
        deflaters = WorkspacePool(
            make: { Self.deflater(level: Int32(level)) },
            free: { workspace in
                unsafe deflateEnd(Self.stream(workspace))
                unsafe Self.stream(workspace).deallocate()
            }
        )
        inflaters = WorkspacePool(
            make: { Self.inflater() },
            free: { workspace in
                unsafe inflateEnd(Self.stream(workspace))
                unsafe Self.stream(workspace).deallocate()
            }
        )
    }

    func deflateBound(_ count: Int) -> Int {
        // compressBound is valid for zlib's default settings, which are used here, and includes the zlib header.
        Int(compressBound(uLong(count)))
    }

    func deflate(
        _ content: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(GzipFailure) -> Int {
        try deflaters.withWorkspace { workspace throws(GzipFailure) in
            let stream = unsafe Self.stream(workspace)
            unsafe deflateReset(stream)
            unsafe Self.attach(content, output, to: stream)
            guard unsafe CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END else {
                throw unsafe GzipFailure(.deflate(Self.message(stream)))
            }
            return unsafe Int(stream.pointee.total_out)
        }
    }

    func inflate(
        _ stream: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(GzipFailure) -> (read: Int, written: Int) {
        try inflaters.withWorkspace { workspace throws(GzipFailure) in
            let inflater = unsafe Self.stream(workspace)
            unsafe inflateReset(inflater)
            unsafe Self.attach(stream, output, to: inflater)
            let status = unsafe CZlib.inflate(inflater, Z_FINISH)
            guard status == Z_STREAM_END else {
                let place = unsafe MemberLayout.headerSize + Int(inflater.pointee.total_in)
                let isFull = unsafe inflater.pointee.avail_out == 0
                let reason = unsafe isFull ? GzipFailure.Reason.length : .deflate(Self.message(inflater))
                throw GzipFailure(reason, byteOffset: place)
            }
            return unsafe (Int(inflater.pointee.total_in), Int(inflater.pointee.total_out))
        }
    }

    func checksum(_ content: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(unsafe crc32_z(0, content.baseAddress?.assumingMemoryBound(to: UInt8.self), content.count))
    }

    // zlib stores a pointer back to its stream, so the stream must not move: it is allocated on the heap.

    private static func deflater(level: Int32) -> WorkspacePool.Workspace? {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let status = unsafe deflateInit2_(
            stream,
            level,
            Z_DEFLATED,
            rawWindow,
            memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            size
        )
        return unsafe wrapped(stream, ifOkay: status)
    }

    private static func inflater() -> WorkspacePool.Workspace? {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(stream, rawWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        return unsafe wrapped(stream, ifOkay: status)
    }

    private static func wrapped(
        _ stream: UnsafeMutablePointer<z_stream>,
        ifOkay status: Int32
    ) -> WorkspacePool.Workspace? {
        guard status == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
        return unsafe WorkspacePool.Workspace(UnsafeMutableRawPointer(stream))
    }

    private static func stream(_ workspace: WorkspacePool.Workspace) -> UnsafeMutablePointer<z_stream> {
        unsafe workspace.pointer.assumingMemoryBound(to: z_stream.self)
    }

    private static func attach(
        _ input: UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer,
        to stream: UnsafeMutablePointer<z_stream>
    ) {
        // zlib does not write through next_in; the type lacks const for historical reasons.
        let start = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        unsafe stream.pointee.avail_in = uInt(input.count)
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = uInt(output.count)
    }

    private static func message(_ stream: UnsafeMutablePointer<z_stream>) -> String {
        guard let text = unsafe stream.pointee.msg else { return "the stream has no end" }
        return unsafe String(cString: text)
    }
}
