import MessageBatches

/// A labeled value of a summary block or of the headline of the report page.
package struct Metric: Sendable, Hashable {
    package var label: String
    package var value: Cell
    package var kind: ValueKind
    /// The color of a value other than zero; zeros are always faint.
    package var tone: Tone
    /// A note after the value; a summary block omits it if the value is zero.
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

    /// The value as text for people, with its unit; control characters are made visible.
    package var text: String {
        value.displayText(kind)?.visible ?? "–"
    }
}
