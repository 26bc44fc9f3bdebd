import MessageBatches

/// One labelled value, for a summary block or the head of a page.
package struct Figure: Sendable, Hashable {
    package var label: String
    package var value: Cell
    package var kind: ValueKind
    /// How a value that is not zero is set apart; zeros are always faint.
    package var tone: Tone
    /// A remark behind the value; a summary block leaves it out where the value is zero.
    package var note: String?

    package init(_ label: String, _ value: Cell, _ kind: ValueKind, tone: Tone = .normal, note: String? = nil) {
        self.label = label
        self.value = value
        self.kind = kind
        self.tone = tone
        self.note = note
    }

    package var isZero: Bool {
        switch value {
        case .missing: true
        case .integer(let value): value == 0
        case .decimal(let value): value == 0
        case .money(let amount): amount == .zero
        case .text, .timestamp: false
        }
    }

    /// The value as people read it, with its unit; control characters made visible.
    package var text: String {
        value.readingText(kind)?.visible ?? "–"
    }
}
