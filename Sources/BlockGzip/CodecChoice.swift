/// The values of the option `--codec`.
package enum CodecChoice: String, Sendable, CaseIterable {
    /// libdeflate if this machine has it, otherwise zlib.
    case auto
    case zlib
    case libdeflate

    /// Returns the codec for this choice and a level.
    ///
    /// Without a level, the codec uses its default.
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

/// The reason why a codec cannot be used.
package enum CodecFailure: Error, Sendable, Hashable {
    /// The library is not installed on this machine.
    case notInstalled(CodecChoice)
    /// The codec does not have this level.
    case level(Int, of: CodecChoice, allowed: ClosedRange<Int>)
}
