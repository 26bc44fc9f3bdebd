/// A batch that is ready to be made visible: its data files lie in `_partial`, its document may not be written yet.
///
/// The document is the manifest, or the reason beside quarantined data.
package struct Publication: Sendable, Hashable {
    /// A file's way from `_partial` to its place, relative to the archive.
    package struct Move: Sendable, Hashable {
        package var from: String
        package var to: String

        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// The data files that still lie in `_partial`.
    package var moves: [Move]
    /// Data files that have reached their place already: after a crash.
    package var arrived: [String] = []
    package var document: Move
    /// The document's text; nil if it is written already.
    package var text: [UInt8]?

    package init(moves: [Move], arrived: [String] = [], document: Move, text: [UInt8]? = nil) {
        self.moves = moves
        self.arrived = arrived
        self.document = document
        self.text = text
    }
}
