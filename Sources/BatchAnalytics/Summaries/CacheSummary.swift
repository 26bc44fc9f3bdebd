package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The tokens written to and read from the prompt cache, in total and by model and prefix.
package struct CacheSummary: Summary {
    package static let name = "cache"

    /// All succeeded requests whose token counts could be read.
    package private(set) var total = CacheTally()
    /// Requests that used the cache, by model and custom_id prefix.
    ///
    /// Requests of one job are likely to share a prompt.
    package private(set) var groups = BoundedTable<CacheGroup, CacheTally>(capacity: 512)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        let bytes = block.block.bytes
        var models = SliceInterner()
        var prefixes = PrefixInterner(.beforeDigits)
        var places = KeyInterner<NumberPair>()
        var tallies: [CacheTally] = []
        for record in block.records where record.type == .succeeded && record.usageIsReadable {
            total.count(record.usage)
            guard record.usage.cacheCreation > 0 || record.usage.cacheRead > 0 else { continue }
            let model = models.number(of: record.model, in: bytes)
            let prefix = prefixes.number(of: record.customID, of: block)
            let number = places.number(of: NumberPair(first: model, second: prefix))
            if number == tallies.count { tallies.append(CacheTally()) }
            tallies[number].count(record.usage)
        }
        let (modelLabels, prefixLabels) = (block.modelLabels(of: models), prefixes.labels(of: block))
        for (place, tally) in zip(places.keys, tallies) {
            groups.add(tally, to: CacheGroup(model: modelLabels[place.first], prefix: prefixLabels[place.second]))
        }
    }

    package mutating func merge(_ other: CacheSummary) {
        total.merge(other.total)
        groups.merge(other.groups)
    }

    /// The groups that wrote to the cache and never read from it, by descending number of tokens written.
    package var unreadGroups: [BoundedTable<CacheGroup, CacheTally>.Row] {
        groups.ranked(by: \.written).filter { $0.value.written > 0 && $0.value.read == 0 }
    }
}

/// A group of requests that are likely to share a prompt.
package struct CacheGroup: Sendable, BoundedKey {
    package let model: Label
    /// See ``CustomIDPrefix``.
    package let prefix: Label

    package init(model: Label, prefix: Label) {
        self.model = model
        self.prefix = prefix
    }

    package var stableHash: UInt64 {
        var hash = StableHash()
        hash.combine(model.stableHash)
        hash.combine(prefix.stableHash)
        return hash.value
    }

    package static func < (left: CacheGroup, right: CacheGroup) -> Bool {
        left.model != right.model ? left.model < right.model : left.prefix < right.prefix
    }
}

extension CacheGroup: StoredKey {
    static var nameCount: Int { 2 }
    static var codeCount: Int { 0 }

    var names: [Label] { [model, prefix] }
    var codes: [Int] { [] }

    init?(_ row: StoredRow, from place: Int) {
        self.init(model: row.name(place), prefix: row.name(place + 1))
    }
}

/// The tokens that some requests wrote to and read from the cache.
package struct CacheTally: Sendable, Equatable {
    package var requests = 0
    /// Requests that read from the cache.
    package var readers = 0
    /// All prompt tokens, cached or not.
    package var prompt = 0
    /// Tokens written, to the caches of every lifetime together.
    package var written = 0
    /// Tokens read.
    package var read = 0

    package init() {}

    mutating func count(_ usage: TokenUsage) {
        requests += 1
        readers += usage.cacheRead > 0 ? 1 : 0
        prompt = prompt.addingClamped(Int(usage.prompt))
        written = written.addingClamped(Int(usage.cacheCreation))
        read = read.addingClamped(Int(usage.cacheRead))
    }
}

extension CacheTally: StoredValue {
    package mutating func merge(_ other: CacheTally) {
        requests = requests.addingClamped(other.requests)
        readers = readers.addingClamped(other.readers)
        prompt = prompt.addingClamped(other.prompt)
        written = written.addingClamped(other.written)
        read = read.addingClamped(other.read)
    }

    var weight: Int { written }
    var numbers: [Int] { [requests, prompt, written, read, readers] }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        prompt = row[place + 1]
        written = row[place + 2]
        read = row[place + 3]
        readers = row[place + 4]
    }
}

extension CacheSummary {
    private enum Key: String, CaseIterable {
        case total, groups
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        var hasTotal = false
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .total:
                var row = StoredRow()
                try row.read(try json.requiredString(), from: json)
                total = CacheTally(row, from: 0)
                hasTotal = true
            case .groups:
                groups = try BoundedTable(from: &json, capacity: groups.capacity)
            }
        }
        guard hasTotal else { throw JSONSyntaxError(.unexpectedContent, at: json.position) }
    }

    package var node: JSONNode {
        .sorted([
            ("total", .text(RowText.text(total.numbers))),
            ("groups", groups.node(budget: 1_800)),
        ])
    }
}
