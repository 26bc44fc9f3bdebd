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
    /// Blocks can come in any order. `answers` has one element per record if the answers should be JSON. With the model
    /// as a key, a request is counted at the model of its message, and the tokens and costs of its entries at their own
    /// models, as in ``TokenSummary``.
    package mutating func fold(_ block: DecodedBlock, answers: [JSONAnswer?] = []) {
        var interner = PartInterner(grouping)
        var parts: [Measures] = []
        /// Changes the part that a record belongs to if it has this model.
        func update(_ record: ResultRecord, of model: TextSlice?, _ change: (inout Measures) -> Void) {
            let number = interner.number(of: record, model: model, in: block)
            if number == parts.count { parts.append(Measures()) }
            change(&parts[number])
        }
        let dividesEntries = grouping.requestKeys.contains(.model)
        for (index, record) in block.records.enumerated() {
            let answer = answers.isEmpty ? nil : answers[index]
            group.all.count(record, in: block, answer)
            guard !grouping.requestKeys.isEmpty, covers(record) else { continue }
            guard dividesEntries, !record.entries.isEmpty else {
                update(record, of: record.model) { $0.count(record, in: block, answer) }
                continue
            }
            update(record, of: record.model) { $0.count(record, in: block, answer, withUsage: false) }
            for entry in record.entries {
                update(record, of: entry.model ?? record.model) { $0.add(entry.usage, entry.amounts) }
            }
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
    /// Counts one request, without its tokens and their cost if `withUsage` is false.
    // Kept out of loops: see ``MessageBatches/TokenUsage/addClamped(_:)``.
    @inline(never)
    fileprivate mutating func count(
        _ record: ResultRecord,
        in block: DecodedBlock,
        _ answer: JSONAnswer?,
        withUsage: Bool = true
    ) {
        requests += 1
        outcomes.count(record.type)
        errored += record.type == .errored ? 1 : 0
        guard record.type == .succeeded else { return }
        succeeded += 1
        usable += record.isUsable ? 1 : 0
        empty += !record.hasVisibleText && record.toolUses == 0 ? 1 : 0
        if let answer { answers.count(answer) }
        sizes.count(record)
        cost.prices.count(record.price)
        if withUsage { add(record.usage, record.price.amounts) }
        guard !record.price.hasPrice else { return }
        cost.unpriced.add(Tally(count: 1), to: Label(model: block.text(record.unpricedModel) ?? ""))
    }

    /// Adds tokens and their cost.
    @inline(never)
    fileprivate mutating func add(_ usage: TokenUsage, _ amounts: Amounts) {
        self.usage.addClamped(usage)
        cost.prices.amounts += amounts
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

    /// The number of the keys of a record, with this model if one of them is the model.
    mutating func number(of record: ResultRecord, model: TextSlice?, in block: DecodedBlock) -> Int {
        let bytes = block.block.bytes
        var place: UInt128 = 0
        for (index, key) in requestKeys.enumerated() {
            switch key {
            case .prefix:
                place = place << Self.bits | UInt128(prefixes.number(of: record.customID, of: block))
            case .error:
                place = place << Self.bits | UInt128(slices[index].number(of: record.errorType, in: bytes))
                place = place << Self.bits | UInt128(messages.number(of: record.errorMessage, in: bytes))
            case .model:
                place = place << Self.bits | UInt128(slices[index].number(of: model, in: bytes))
            case .result, .stopReason, .stopCategory, .serviceTier, .geo:
                place = place << Self.bits | UInt128(slices[index].number(of: record.slice(key), in: bytes))
            }
        }
        return places.number(of: place)
    }

    /// The combinations, in the order of their numbers.
    func keys(of block: DecodedBlock) -> [PartKey] {
        let labels = zip(requestKeys, slices)
            .map { $0 == .model ? block.modelLabels(of: $1) : block.labels(of: $1) }
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
        case .result: resultType
        case .stopReason: stopReason
        case .stopCategory: stopCategory
        case .serviceTier: serviceTier
        case .geo: inferenceGeo
        case .model, .error, .prefix: nil
        }
    }
}

extension ErrorFingerprint {
    /// The labels of its row in a table.
    fileprivate var labels: [Label] {
        [Label(id), type, Label(message)]
    }
}
