/// What a roll-up has one row for: `day,model` and the like.
///
/// A batch lies in one day, week, month, hour of the day and workspace, so these and `batch` combine freely. Its
/// requests differ in model, result, stop reason, error, prefix, service tier and geo; a summary counts by one of these
/// at a time, so to combine them the result lines have to be read again.
package struct Grouping: Sendable, Hashable {
    /// What a batch has one of.
    package enum BatchKey: String, Sendable, CaseIterable {
        case day, week, month
        /// The hour of the day the batch was created in, 00 to 23.
        case hour
        case batch, workspace
    }

    /// What the requests of a batch differ in.
    package enum RequestKey: String, Sendable, CaseIterable {
        case model, result
        case stopReason = "stop-reason"
        case error, prefix
        case serviceTier = "service-tier"
        case geo
    }

    /// In the order of the columns.
    package var batchKeys: [BatchKey]
    /// In the order of the columns, behind those of the batches.
    package var requestKeys: [RequestKey]

    package init(by batchKeys: [BatchKey] = [], _ requestKeys: RequestKey...) {
        self.batchKeys = batchKeys
        self.requestKeys = requestKeys
    }

    /// Reads names with commas between them, in any order; empty text groups nothing.
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

    /// Whether summaries do not count by these together, so that the result lines have to be read again.
    package var needsScan: Bool {
        requestKeys.count > 1
    }

    /// This grouping with a row for each model within every row.
    package var withModels: Grouping {
        var finer = self
        if !finer.requestKeys.contains(.model) { finer.requestKeys.append(.model) }
        return finer
    }

    /// All names, in the order a user may be told them.
    package static let names = BatchKey.allCases.map(\.rawValue) + RequestKey.allCases.map(\.rawValue)
}

/// Why a grouping is none.
package enum GroupingError: Error, Sendable, Hashable {
    case unknown(String)
    case repeated(String)
}
