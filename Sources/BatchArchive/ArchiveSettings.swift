package import BlockGzip
import JSONLines

/// What an archive is written with and what every manifest says beside its batch.
package struct ArchiveSettings: Sendable {
    package var codec: any MemberCodec
    /// The version of the program.
    package var toolVersion: String
    /// Scheme, host and port of the service, without anything secret.
    package var origin: String?
    /// Which version of each derivation (`flat_schema`, `error_classes`) is at work.
    package var derivations: [String: Int]
    /// A block that ends before this many bytes is the end of its stream (``LineSplitter/blockSize``).
    package var blockSize: Int
    /// The revision of the manifests written: above 1 where batches are derived anew.
    package var revision = 1
    /// Texts that every run keeps up to date in `views/`, by their path there.
    package var views: [String: String] = [:]

    package init(
        codec: any MemberCodec,
        toolVersion: String,
        origin: String? = nil,
        derivations: [String: Int] = [:],
        blockSize: Int = LineSplitter.blockSize
    ) {
        self.codec = codec
        self.toolVersion = toolVersion
        self.origin = origin
        self.derivations = derivations
        self.blockSize = blockSize
    }
}
