package import BatchPipeline
package import MessageBatches

/// The errors of one fingerprint: counts, first and last occurrence, and sample requests.
package struct ErrorTally: Sendable, Equatable {
    /// The maximum number of samples.
    package static let sampleCount = 3

    /// Errors by class, in the order of `ErrorClass.allCases`.
    ///
    /// Messages with one fingerprint nearly always have one class, but they can have several.
    package private(set) var counts = [Int](repeating: 0, count: ErrorClass.allCases.count)
    /// The creation time of the earliest batch with such an error.
    package private(set) var firstSeen: Timestamp?
    /// The creation time of the latest batch with such an error.
    package private(set) var lastSeen: Timestamp?
    /// Sample requests: those whose custom_id has the smallest hash.
    ///
    /// The choice does not depend on the order of the lines.
    package private(set) var samples: [ErrorSample] = []

    package init() {}

    init(counts: [Int], firstSeen: Timestamp?, lastSeen: Timestamp?, samples: [ErrorSample]) {
        self.counts = counts
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.samples = samples
    }

    /// All errors of the fingerprint.
    package var count: Int {
        counts.reduce(0) { $0.addingClamped($1) }
    }

    /// The most frequent class.
    ///
    /// Of two with equal counts, the one that needs more work from the user.
    package var errorClass: ErrorClass {
        var most = ErrorClass.fixAccount
        if self[.fixInput] > self[most] { most = .fixInput }
        if self[.retry] > self[most] { most = .retry }
        return most
    }

    /// The number of errors of one class.
    package subscript(_ errorClass: ErrorClass) -> Int {
        counts[errorClass.rank]
    }

    mutating func count(_ errorClass: ErrorClass) {
        counts[errorClass.rank] += 1
    }

    /// Whether a sample whose custom_id has this hash would be kept.
    func wantsSample(withHash hash: UInt64) -> Bool {
        guard samples.count == Self.sampleCount, let last = samples.last else { return true }
        return hash <= last.customID.stableHash
    }

    mutating func addSample(_ sample: ErrorSample) {
        guard !samples.contains(sample) else { return }
        let index = samples.firstIndex { sample < $0 } ?? samples.count
        samples.insert(sample, at: index)
        if samples.count > Self.sampleCount { samples.removeLast() }
    }

    mutating func recordOccurrence(at moment: Timestamp) {
        firstSeen = min(firstSeen ?? moment, moment)
        lastSeen = max(lastSeen ?? moment, moment)
    }
}

extension ErrorTally: Mergeable {
    package mutating func merge(_ other: ErrorTally) {
        for index in counts.indices { counts[index] = counts[index].addingClamped(other.counts[index]) }
        if let first = other.firstSeen { recordOccurrence(at: first) }
        if let last = other.lastSeen { recordOccurrence(at: last) }
        for sample in other.samples { addSample(sample) }
    }
}

/// A request that has an error.
package struct ErrorSample: Sendable, Hashable, Comparable {
    package let customID: Label
    /// `request_id` of the error; empty if the line has none.
    package let requestID: Label

    package init(customID: Label, requestID: Label) {
        self.customID = customID
        self.requestID = requestID
    }

    /// Compares by hash first, so that the kept samples are a random but reproducible choice.
    package static func < (left: ErrorSample, right: ErrorSample) -> Bool {
        let (leftHash, rightHash) = (left.customID.stableHash, right.customID.stableHash)
        if leftHash != rightHash { return leftHash < rightHash }
        return left.customID != right.customID ? left.customID < right.customID : left.requestID < right.requestID
    }
}

extension ErrorClass {
    /// The index in ``ErrorTally/counts``; a higher one needs more work from the user.
    fileprivate var rank: Int {
        switch self {
        case .retry: 0
        case .fixInput: 1
        case .fixAccount: 2
        }
    }
}
