package import JSONLines

/// What an archive has recorded about the lines of a batch, to recognize them in a later download.
package struct ArchivedLines: Sendable, Hashable {
    /// The digest of the lines; nil if they were archived before manifests had one.
    package var digest: LinesDigest?
    /// The SHA-256 of the bytes as received, as lowercase hex; nil if it is not known.
    package var receivedSHA256: String?

    package init(digest: LinesDigest? = nil, receivedSHA256: String? = nil) {
        self.digest = digest
        self.receivedSHA256 = receivedSHA256
    }

    /// Returns whether a download has these lines, in any order and with any line ends.
    ///
    /// Without a digest of the archived lines, only the same bytes are the same lines.
    package func match(_ digest: LinesDigest, receivedSHA256: String) -> Bool {
        digest == self.digest || receivedSHA256 == self.receivedSHA256
    }
}
