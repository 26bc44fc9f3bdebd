/// The URL to request the results of a batch from, derived from its `results_url`.
///
/// The credential goes only to the configured origin. The official Python and TypeScript SDKs use `results_url`
/// unchanged, the Go SDK ignores it, and gateways return upstream or relative URLs. A URL at the configured origin is
/// used unchanged. If a URL at another origin has the documented path, that path is requested at the configured base
/// URL. Any other URL is refused, and so is the documented path of another batch, whose results would count as those of
/// this one.
struct ResultsLocation: Sendable, Hashable {
    var url: ServiceURL
    /// The `results_url` without its query, if it was at another origin.
    var rewrittenFrom: String?

    /// The reason why there is no URL to request.
    enum Problem: Error, Sendable, Hashable {
        case missing
        case unreadable
        /// The URL is at another origin and does not have the documented path.
        case foreign(origin: String)
        /// The URL has the documented path, with the ID of another batch.
        case otherBatch(id: String)
    }

    init(resultsURL: String?, batchID: String, base: ServiceURL) throws(Problem) {
        guard let resultsURL, !resultsURL.isEmpty else { throw .missing }
        let documented = "/v1/messages/batches/\(batchID.percentEncoded)/results"
        let named: ServiceURL
        let isAbsolute: Bool
        do {
            isAbsolute = try URLParts(resultsURL).authority != nil
            // With the slash, a relative reference resolves below the path of the base URL and not next to it.
            named = try ServiceURL(origin: base.origin, path: base.path + "/").resolve(resultsURL)
        } catch {
            throw .unreadable
        }
        if named.origin == base.origin, let id = Self.batchID(inPath: named.path), id != batchID.percentEncoded {
            throw .otherBatch(id: id)
        }
        if named.origin == base.origin, isAbsolute || !named.path.hasSuffix(documented) {
            url = named
            return
        }
        guard named.path.hasSuffix(documented) else { throw .foreign(origin: named.origin.text) }
        url = base.appending(path: documented, query: named.origin == base.origin ? named.query : nil)
        rewrittenFrom = named.origin == base.origin ? nil : named.textWithoutQuery
    }
    /// The ID in the documented path `/v1/messages/batches/ID/results` at the end of a path, as ``percentEncoded`` writes
    /// it; nil for another path.
    private static func batchID(inPath path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).suffix(5)
        guard parts.prefix(3) == ["v1", "messages", "batches"], parts.last == "results" else { return nil }
        return parts.dropLast().last.map { String($0).percentDecoded.percentEncoded }
    }
}
