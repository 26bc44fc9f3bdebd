package import MessageBatches

/// The keys by which a roll-up groups, for example `day,model`.
///
/// A batch has one day, week, month, hour and workspace, so these keys and `batch` combine freely. The requests of a
/// batch differ in model, result, stop reason and category, error, prefix, service tier and geo. A summary counts by
/// one of these at a time, so a combination needs the result lines.
package struct Grouping: Sendable, Hashable {
    /// A key with one value per batch.
    package enum BatchKey: String, Sendable, CaseIterable {
        case day, week, month
        /// The hour of the day the batch was created in, 00 to 23.
        case hour
        case batch, workspace

        /// Whether the value of the key depends on the time zone.
        var dependsOnZone: Bool { [.day, .week, .month, .hour].contains(self) }
    }

    /// A key with one value per request.
    package enum RequestKey: String, Sendable, CaseIterable {
        case model, result
        case stopReason = "stop-reason"
        case stopCategory = "stop-category"
        case error, prefix
        case serviceTier = "service-tier"
        case geo
    }

    /// The batch keys, in column order.
    package var batchKeys: [BatchKey]
    /// The request keys, in column order, after the batch keys.
    package var requestKeys: [RequestKey]
    /// The zone whose days, weeks, months and hours count.
    package var zone = CalendarZone.utc
    /// The rule that names the groups of ``RequestKey/prefix``.
    package var prefixRule = PrefixRule.depth(1)

    package init(by batchKeys: [BatchKey] = [], _ requestKeys: RequestKey...) {
        self.batchKeys = batchKeys
        self.requestKeys = requestKeys
    }

    /// Parses comma-separated names in any order; an empty text means no grouping.
    package init(_ text: String) throws(GroupingError) {
        self.init()
        for name in text.split(separator: ",").map({ $0.filter { $0 != " " } }) {
            if let key = BatchKey(rawValue: name) {
                guard !batchKeys.contains(key) else { throw .repeated(name) }
                batchKeys.append(key)
            } else if let key = RequestKey(rawValue: name) {
                guard !requestKeys.contains(key) else { throw .repeated(name) }
                requestKeys.append(key)
            } else {
                throw .unknown(name)
            }
        }
    }

    /// Whether summaries do not count by these keys together, so that the result lines must be read.
    package var needsScan: Bool {
        guard requestKeys == [.prefix] else { return requestKeys.count > 1 }
        return if case .depth = prefixRule { false } else { true }
    }

    /// This grouping with the model as an additional key.
    package var withModels: Grouping {
        var finer = self
        if !finer.requestKeys.contains(.model) { finer.requestKeys.append(.model) }
        return finer
    }

    /// Whether the grouping has no keys, so that all batches are one row.
    package var isEmpty: Bool {
        batchKeys.isEmpty && requestKeys.isEmpty
    }

    /// A sentence that names the zone, if a key depends on it and it is not UTC.
    private var zoneSentence: String? {
        let names = batchKeys.filter(\.dependsOnZone).map { "\($0.rawValue)s" }
        guard zone != .utc, !names.isEmpty else { return nil }
        let sentence = "\(names.joined(separator: ", ")) are those of the time zone \(zone.name)."
        return sentence.prefix(1).uppercased() + sentence.dropFirst()
    }

    /// Sentences that explain the keys.
    var sentences: [String] {
        let prefixes = "Requests are grouped by \(prefixRule.clause)."
        return [zoneSentence, requestKeys.contains(.prefix) ? prefixes : nil].compactMap(\.self)
    }

    /// All names, in the order in which messages list them.
    package static let names = BatchKey.allCases.map(\.rawValue) + RequestKey.allCases.map(\.rawValue)
}

/// Why a text is not a valid grouping.
package enum GroupingError: Error, Sendable, Hashable {
    case unknown(String)
    case repeated(String)
}
