/// What `--codec` can say.
package enum CodecChoice: String, Sendable, CaseIterable {
    /// libdeflate where the machine has it, otherwise zlib.
    case auto
    case zlib
    case libdeflate

    /// The codec for a choice and a level as the user gave them; without a level the codec's default.
    package func codec(level: Int? = nil) throws(CodecFailure) -> any MemberCodec {
        try codec(level: level, libdeflate: LibdeflateFunctions.loaded)
    }

    func codec(level: Int?, libdeflate: LibdeflateFunctions?) throws(CodecFailure) -> any MemberCodec {
        if self != .zlib, let libdeflate {
            let level = try Self.checked(level ?? LibdeflateCodec.defaultLevel, LibdeflateCodec.levels, of: .libdeflate)
            return LibdeflateCodec(level: level, functions: libdeflate)
        }
        guard self != .libdeflate else { throw .notInstalled(.libdeflate) }
        return ZlibCodec(level: try Self.checked(level ?? ZlibCodec.defaultLevel, ZlibCodec.levels, of: .zlib))
    }

    private static func checked(
        _ level: Int,
        _ levels: ClosedRange<Int>,
        of codec: CodecChoice
    ) throws(CodecFailure) -> Int {
        guard levels.contains(level) else { throw .level(level, of: codec, allowed: levels) }
        return level
    }
}

/// A codec that cannot be had.
package enum CodecFailure: Error, Sendable, Hashable {
    /// The library is not on this machine.
    case notInstalled(CodecChoice)
    /// The codec has no such level.
    case level(Int, of: CodecChoice, allowed: ClosedRange<Int>)
}
