/// What a roll-up has one row for: `day,model` and the like.
///
/// A batch lies in one day, week, month and workspace, so these and `batch` combine freely. Its requests differ in
/// model, result, stop reason, error and prefix; a summary counts by one of these at a time, so only one of them may
/// be named.
package struct Grouping: Sendable, Hashable {
    /// What a batch has one of.
    package enum BatchKey: String, Sendable, CaseIterable {
        case day, week, month, batch, workspace
    }

    /// What the requests of a batch differ in.
    package enum RequestKey: String, Sendable, CaseIterable {
        case model, result
        case stopReason = "stop-reason"
        case error, prefix
    }

    /// In the order of the columns.
    package var batchKeys: [BatchKey]
    package var requestKey: RequestKey?

    package init(by batchKeys: [BatchKey] = [], _ requestKey: RequestKey? = nil) {
        self.batchKeys = batchKeys
        self.requestKey = requestKey
    }

    /// Reads names with commas between them, in any order; empty text groups nothing.
    package init(_ text: String) throws(GroupingError) {
        self.init()
        var others: [RequestKey] = []
        for name in text.split(separator: ",").map({ $0.filter { $0 != " " } }) {
            if let key = BatchKey(rawValue: name) {
                guard !batchKeys.contains(key) else { throw .repeated(name) }
                batchKeys.append(key)
            } else if let key = RequestKey(rawValue: name) {
                guard !others.contains(key) else { throw .repeated(name) }
                others.append(key)
            } else {
                throw .unknown(name)
            }
        }
        guard others.count <= 1 else { throw .needsScan(others.map(\.rawValue)) }
        requestKey = others.first
    }

    /// All names, in the order a user may be told them.
    package static let names = BatchKey.allCases.map(\.rawValue) + RequestKey.allCases.map(\.rawValue)
}

/// Why a grouping is none.
package enum GroupingError: Error, Sendable, Hashable {
    case unknown(String)
    case repeated(String)
    /// Summaries do not count by these together; the result lines have to be read again.
    case needsScan([String])
}
