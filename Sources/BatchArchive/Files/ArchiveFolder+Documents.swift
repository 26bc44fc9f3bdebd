extension ArchiveFolder {
    /// Puts a small document in its place in one step: a reader finds the old one or the new one, never a part.
    ///
    /// It is written beside the downloads first; what a killed run leaves there is removed by the next. Needs the
    /// archive's lock.
    package func publish(_ document: [UInt8], at path: String) throws(ArchiveFailure) {
        let draft = "\(ArchivePaths.partial)/\(path.split(separator: "/").joined(separator: "-")).new"
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        try makeFolder(ArchivePaths.partial)
        try makeFolder(parent)
        try write(document.span, to: draft)
        try sync(draft)
        try rename(draft, to: path)
        try sync(parent)
    }
}
