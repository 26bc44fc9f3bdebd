/// Where the results of a batch are asked for, decided from the `results_url` the server named.
///
/// The key goes to the configured origin only. The official Python and TypeScript SDKs take `results_url` as it is, the Go
/// SDK ignores it; gateways pass on an upstream's URL, or relative ones. So: a URL at the configured origin is taken as it
/// is; one that ends in the documented path is asked at the configured base; anything else is refused.
struct ResultsLocation: Sendable, Hashable {
    var url: ServiceURL
    /// The URL the server named, without query, where it was at another origin.
    var rewrittenFrom: String?

    /// Why there is nowhere to ask.
    enum Problem: Error, Sendable, Hashable {
        case missing
        case unreadable
        /// Another origin and no path we know.
        case foreign(origin: String)
    }

    init(resultsURL: String?, batchID: String, base: ServiceURL) throws(Problem) {
        guard let resultsURL, !resultsURL.isEmpty else { throw .missing }
        let documented = "/v1/messages/batches/\(batchID.percentEncoded)/results"
        let named: ServiceURL
        let isAbsolute: Bool
        do {
            isAbsolute = try URLParts(resultsURL).authority != nil
            // The slash makes a relative reference start below the base's path and not beside it.
            named = try ServiceURL(origin: base.origin, path: base.path + "/").resolve(resultsURL)
        } catch {
            throw .unreadable
        }
        if named.origin == base.origin, isAbsolute || !named.path.hasSuffix(documented) {
            url = named
            return
        }
        guard named.path.hasSuffix(documented) else { throw .foreign(origin: named.origin.text) }
        url = base.appending(path: documented, query: named.origin == base.origin ? named.query : nil)
        rewrittenFrom = named.origin == base.origin ? nil : named.textWithoutQuery
    }
}
