package import BatchPipeline
import JSONLines
import MessageBatches
import Prices

/// Adds up the result lines of one batch for a grouping that summaries cannot serve.
package struct BatchScan: Sendable {
    private var group = RollUp.Group()
    private let grouping: Grouping

    package init(by grouping: Grouping) {
        self.grouping = grouping
    }

    /// Adds the records of one block, which must be priced.
    ///
    /// Blocks can come in any order. `answers` has one element per record if the answers should be JSON.
    package mutating func fold(_ block: DecodedBlock, answers: [JSONAnswer?] = []) {
        var interner = PartInterner(grouping)
        var parts: [Measures] = []
        for (index, record) in block.records.enumerated() {
            let answer = answers.isEmpty ? nil : answers[index]
            group.all.count(record, in: block, answer)
            guard !grouping.requestKeys.isEmpty, covers(record) else { continue }
            let number = interner.number(of: record, in: block)
            if number == parts.count { parts.append(Measures()) }
            parts[number].count(record, in: block, answer)
        }
        for (key, measures) in zip(interner.keys(of: block), parts) { add(measures, to: key) }
    }

    /// Adds the counts of another scan of the same batch.
    package mutating func merge(_ other: BatchScan) {
        group.merge(other.group)
    }

    /// Returns all counts, completed with the values of the batch itself.
    func finished(_ batch: MessageBatch) -> RollUp.Group {
        var group = group
        group.all.countBatch(batch)
        return group
    }

    private func covers(_ record: ResultRecord) -> Bool {
        switch grouping.coverage {
        case .all: true
        case .succeeded: record.type == .succeeded
        case .errored: record.type == .errored
        }
    }

    private mutating func add(_ measures: Measures, to key: PartKey) {
        var measures = measures
        measures.countsSucceededOnly = grouping.coverage == .succeeded
        group.parts.add(measures, to: key)
    }
}

extension Measures {
    /// Counts one request.
    // Kept out of loops: see ``MessageBatches/TokenUsage/addClamped(_:)``.
    @inline(never)
    fileprivate mutating func count(_ record: ResultRecord, in block: DecodedBlock, _ answer: JSONAnswer?) {
        requests += 1
        outcomes.count(record.type)
        errored += record.type == .errored ? 1 : 0
        guard record.type == .succeeded else { return }
        succeeded += 1
        usable += record.isUsable ? 1 : 0
        empty += !record.hasVisibleText && record.toolUses == 0 ? 1 : 0
        if let answer { answers.count(answer) }
        sizes.count(record)
        usage.addClamped(record.usage)
        cost.prices.count(record.price)
        cost.prices.amounts += record.price.amounts
        guard !record.price.hasPrice else { return }
        cost.unpriced.add(Tally(count: 1), to: Label(block.text(record.unpricedModel) ?? ""))
    }
}

/// Numbers the combinations of request keys of one block, starting at 0.
private struct PartInterner {
    /// Sixteen bits per text are enough: a block has fewer lines, and at most eight texts name a row.
    private static let bits: UInt128 = 16

    private let requestKeys: [Grouping.RequestKey]
    private var slices: [SliceInterner]
    private var messages = SliceInterner()
    private var prefixes: PrefixInterner
    private var places = KeyInterner<UInt128>()

    init(_ grouping: Grouping) {
        requestKeys = grouping.requestKeys
        slices = requestKeys.map { _ in SliceInterner() }
        prefixes = PrefixInterner(grouping.prefixRule)
    }

    mutating func number(of record: ResultRecord, in block: DecodedBlock) -> Int {
        let bytes = block.block.bytes
        var place: UInt128 = 0
        for (index, key) in requestKeys.enumerated() {
            switch key {
            case .prefix:
                place = place << Self.bits | UInt128(prefixes.number(of: record.customID, of: block))
            case .error:
                place = place << Self.bits | UInt128(slices[index].number(of: record.errorType, in: bytes))
                place = place << Self.bits | UInt128(messages.number(of: record.errorMessage, in: bytes))
            case .model, .result, .stopReason, .stopCategory, .serviceTier, .geo:
                place = place << Self.bits | UInt128(slices[index].number(of: record.slice(key), in: bytes))
            }
        }
        return places.number(of: place)
    }

    /// The combinations, in the order of their numbers.
    func keys(of block: DecodedBlock) -> [PartKey] {
        let labels = slices.map { block.labels(of: $0) }
        let (prefixLabels, messageTexts) = (prefixes.labels(of: block), messages.slices.map { block.text($0) ?? "" })
        return places.keys.map { place in
            var place = place
            /// Removes the last number from `place` and returns it.
            func next() -> Int {
                defer { place >>= Self.bits }
                return Int(place & (1 << Self.bits - 1))
            }
            var parts: [[Label]] = []
            for (index, key) in requestKeys.enumerated().reversed() {
                switch key {
                case .prefix: parts.append([prefixLabels[next()]])
                case .error:
                    let message = messageTexts[next()]
                    parts.append(ErrorFingerprint(type: labels[index][next()].text, message: message).labels)
                case .model, .result, .stopReason, .stopCategory, .serviceTier, .geo:
                    parts.append([labels[index][next()]])
                }
            }
            return PartKey(parts.reversed().flatMap(\.self))
        }
    }
}

extension ResultRecord {
    /// The text of a key that has one text per line; nil for other keys.
    fileprivate func slice(_ key: Grouping.RequestKey) -> TextSlice? {
        switch key {
        case .model: model
        case .result: resultType
        case .stopReason: stopReason
        case .stopCategory: stopCategory
        case .serviceTier: serviceTier
        case .geo: inferenceGeo
        case .error, .prefix: nil
        }
    }
}

extension ErrorFingerprint {
    /// The labels of its row in a table.
    fileprivate var labels: [Label] {
        [Label(id), type, Label(message)]
    }
}
