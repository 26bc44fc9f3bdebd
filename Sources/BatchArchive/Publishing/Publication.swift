/// A batch that is ready to be made visible: its data files lie in `_partial`, its document may not be written yet.
///
/// The document is the manifest, or the reason beside quarantined data.
struct Publication: Sendable, Hashable {
    /// A file's way from `_partial` to its place, relative to the archive.
    struct Move: Sendable, Hashable {
        var from: String
        var to: String
    }

    /// The data files that still lie in `_partial`.
    var moves: [Move]
    /// Data files that have reached their place already: after a crash.
    var arrived: [String] = []
    var document: Move
    /// The document's text; nil if it is written already.
    var text: [UInt8]?
}
