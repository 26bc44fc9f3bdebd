package import BlockGzip

extension CodecRecord {
    /// What the manifest says of a codec; reads the library's file for its digest.
    package init(of codec: any MemberCodec) throws(ArchiveFailure) {
        let identity = codec.identity
        self.init(name: identity.name, level: identity.level, version: identity.version)
        if let path = identity.libraryPath {
            librarySHA256 = try ContentDigest.file(OpenFile(path, .reading)).hex
        }
    }
}
