/// The opened and indexed sources for a run.
///
/// They are opened before any other work, so that invalid sources are reported at once.
package struct PreparedJoin: Sendable {
    let settings: JoinSettings
    /// The sources for all batches, by their position in the settings.
    private var shared: [Int: JoinSource] = [:]

    /// The sources for all batches, in the order given.
    var sharedSources: [JoinSource] {
        shared.sorted { $0.key < $1.key }.map(\.value)
    }

    /// - Throws: ``JoinFailure`` if a source does not exist or cannot be read.
    package init(_ settings: JoinSettings) throws {
        self.settings = settings
        for (index, place) in settings.sources.enumerated() where !place.isPerBatch {
            shared[index] = try JoinSource.open(place, settings)
        }
        _ = try Self.relations(of: sharedSources)
    }

    /// Whether the sources for all batches are still the files that were opened.
    var isCurrent: Bool {
        sharedSources.allSatisfy { source in (try? source.content.checkUnchanged()) != nil }
    }

    /// The relations of one batch, from the shared sources and its own sources.
    func relations(ofBatch batchID: String) throws -> [JoinRelation] {
        var sources: [JoinSource] = []
        for (index, place) in settings.sources.enumerated() {
            if let source = try shared[index] ?? JoinSource.open(place, ofBatch: batchID, settings) {
                sources.append(source)
            }
        }
        return try Self.relations(of: sources)
    }

    private static func relations(of sources: [JoinSource]) throws(JoinFailure) -> [JoinRelation] {
        var names: [String] = []
        var members: [String: [JoinSource]] = [:]
        for source in sources {
            let name = source.relationName
            let isDuplicate = members[name] != nil && !source.holdsRequests
            let isReserved = !source.holdsRequests && reservedNames.contains(name)
            if isDuplicate || isReserved { throw JoinFailure(.name(name), path: source.path) }
            if members[name] == nil { names.append(name) }
            members[name, default: []].append(source)
        }
        return names.map { JoinRelation(name: $0, sources: members[$0] ?? []) }
    }

    /// Names that joined rows use for their own members.
    private static let reservedNames: Set<String> = ["batch_id", "custom_id", "result", JoinRelation.requestName]
}
