package import BatchPipeline
package import BlockGzip
import JSONLines
package import Prices

/// The settings for writing an archive, and the facts that every manifest records.
package struct ArchiveSettings: Sendable {
    package var codec: any MemberCodec
    /// The version of the program.
    package var toolVersion: String
    /// Scheme, host and port of the API, without secrets.
    package var origin: String?
    /// The current version of each derivation (`flat_schema`, `error_classes`).
    package var derivations: [String: Int]
    /// The prices of new flat rows and summaries.
    package var prices: PriceTable
    /// A block with fewer bytes is the last one of its stream (``LineSplitter/blockSize``).
    package var blockSize: Int
    /// The revision of the manifests to write: above 1 if the files of archived batches are rebuilt.
    package var revision = 1
    /// The manifest that a repair replaces; the new one keeps its entries that the repair does not write.
    package var replaced: Manifest?
    /// Whether the run joins the batches after archiving them, so that their manifests record the join as pending.
    package var requestsJoin = false
    /// The files that every run keeps up to date in `views/`: texts by path, relative to that folder.
    package var views: [String: String] = [:]

    package init(
        codec: any MemberCodec,
        toolVersion: String,
        origin: String? = nil,
        derivations: [String: Int] = [:],
        prices: PriceTable = .builtIn,
        blockSize: Int = LineSplitter.blockSize
    ) {
        self.codec = codec
        self.toolVersion = toolVersion
        self.origin = origin
        self.derivations = derivations
        self.prices = prices
        self.blockSize = blockSize
    }

    /// Prices the requests of new files.
    package var pricing: RequestPricing { RequestPricing(table: prices, origin: origin) }
}
