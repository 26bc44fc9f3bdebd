package import BatchPipeline
package import MessageBatches

/// The errors of one fingerprint.
package struct ErrorTally: Sendable, Equatable {
    /// How many samples are kept.
    package static let sampleCount = 3

    /// Errors by class, in the order of `ErrorClass.allCases`.
    ///
    /// Messages with one fingerprint nearly always have one class; where they do not, nothing is hidden.
    package private(set) var counts = [Int](repeating: 0, count: ErrorClass.allCases.count)
    /// When the earliest batch with such an error was created.
    package private(set) var firstSeen: Timestamp?
    /// When the latest batch with such an error was created.
    package private(set) var lastSeen: Timestamp?
    /// Requests that show the error: of all of them the ones whose custom_id has the smallest hash, so that the choice
    /// does not depend on the order in which they came.
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

    /// The class most of them have; of two with equal counts the one that asks more of the user.
    package var errorClass: ErrorClass {
        var most = ErrorClass.fixAccount
        if self[.fixInput] > self[most] { most = .fixInput }
        if self[.retry] > self[most] { most = .retry }
        return most
    }

    /// The errors of one class.
    package subscript(_ errorClass: ErrorClass) -> Int {
        counts[errorClass.place]
    }

    mutating func count(_ errorClass: ErrorClass) {
        counts[errorClass.place] += 1
    }

    /// Whether a sample with a custom_id of this hash would be kept.
    func wantsSample(withHash hash: UInt64) -> Bool {
        guard samples.count == Self.sampleCount, let last = samples.last else { return true }
        return hash <= last.customID.stableHash
    }

    mutating func addSample(_ sample: ErrorSample) {
        guard !samples.contains(sample) else { return }
        let place = samples.firstIndex { sample < $0 } ?? samples.count
        samples.insert(sample, at: place)
        if samples.count > Self.sampleCount { samples.removeLast() }
    }

    mutating func see(_ moment: Timestamp) {
        firstSeen = min(firstSeen ?? moment, moment)
        lastSeen = max(lastSeen ?? moment, moment)
    }
}

extension ErrorTally: Mergeable {
    package mutating func merge(_ other: ErrorTally) {
        for index in counts.indices { counts[index] = counts[index].addingClamped(other.counts[index]) }
        if let first = other.firstSeen { see(first) }
        if let last = other.lastSeen { see(last) }
        for sample in other.samples { addSample(sample) }
    }
}

/// A request that shows an error.
package struct ErrorSample: Sendable, Hashable, Comparable {
    package let customID: Label
    /// `request_id` of the error; empty where the line has none.
    package let requestID: Label

    package init(customID: Label, requestID: Label) {
        self.customID = customID
        self.requestID = requestID
    }

    /// By hash first, which makes the kept samples a random choice, though always the same one.
    package static func < (left: ErrorSample, right: ErrorSample) -> Bool {
        let (leftHash, rightHash) = (left.customID.stableHash, right.customID.stableHash)
        if leftHash != rightHash { return leftHash < rightHash }
        return left.customID != right.customID ? left.customID < right.customID : left.requestID < right.requestID
    }
}

extension ErrorClass {
    /// The place among all classes.
    fileprivate var place: Int {
        switch self {
        case .retry: 0
        case .fixInput: 1
        case .fixAccount: 2
        }
    }
}
