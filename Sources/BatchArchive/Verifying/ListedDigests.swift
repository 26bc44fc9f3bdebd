import MessageBatches

/// SHA256SUMS as it lies in the archive.
struct ListedDigests: Sendable {
    /// By path; lines that are none are left out.
    private(set) var digests: [String: String] = [:]
    private let text: [UInt8]?
    private let failure: ArchiveFailure?

    init(in folder: ArchiveFolder) {
        do throws(ArchiveFailure) {
            let text = try folder.status(ArchivePaths.checksums) == nil ? nil : folder.read(ArchivePaths.checksums)
            (self.text, failure) = (text, nil)
            for line in text?.split(separator: 0x0A) ?? [] where line.count > 66 {
                digests[String(decoding: line.dropFirst(66), as: UTF8.self)] = String(
                    decoding: line.prefix(64),
                    as: UTF8.self
                )
            }
        } catch {
            (text, failure) = (nil, error)
        }
    }

    /// What the list is worth, given all manifests; nil for an archive that has neither.
    ///
    /// Files of manifests it does not list yet are no fault: a run that was killed adds its lines at the end of the next.
    func verdict(on stored: [StoredManifest]) -> VerifiedFile? {
        let path = ArchivePaths.checksums
        if let failure { return VerifiedFile(path, failure) }
        guard let text else {
            return stored.isEmpty ? nil : VerifiedFile(path, .missing, reason: "it is not there")
        }
        // Of a manifest that is gone nobody knows which files it named; it has a mark of its own.
        let known = Set(stored.map(\.path))
        guard digests.keys.allSatisfy({ !$0.hasPrefix("\(ArchivePaths.manifests)/") || known.contains($0) }) else {
            return VerifiedFile(path)
        }
        var expected: [String: String] = [:]
        for manifest in stored where digests[manifest.path] != nil {
            // Where manifest and list disagree, the manifest has its mark already.
            expected[manifest.path] = digests[manifest.path]
            guard let files = manifest.manifest?.files.values else { return VerifiedFile(path) }
            for file in files { expected[file.path] = file.sha256 }
        }
        let wanted = ChecksumList.text(of: expected)
        guard wanted != text else { return VerifiedFile(path) }
        let common = zip(wanted, text).prefix { $0 == $1 }.count
        let line = text[..<min(common, text.count)].count { $0 == 0x0A } + 1
        let reason = "line \(line) is not what the manifests say"
        return VerifiedFile(path, .different, reason: reason, byteOffset: common)
    }
}

extension ArchiveVerifier {
    /// Files in the data folders that no manifest names, and manifests that SHA256SUMS names and that are gone.
    func extras(_ plan: VerifyPlan, named stored: [StoredManifest]) throws(ArchiveFailure) -> [VerifiedFile] {
        guard plan.isWhole else { return [] }
        var known = Set(stored.map(\.path))
        for manifest in stored { known.formUnion(manifest.manifest?.files.values.map(\.path) ?? []) }
        var found: [VerifiedFile] = []
        for part in [ArchivePaths.manifests] + DataKind.allCases.map(\.rawValue) {
            for path in try paths(below: part) where !known.contains(path) {
                found.append(VerifiedFile(path, .extra, batchID: Self.id(in: path), reason: "no manifest names it"))
            }
        }
        let listed = ListedDigests(in: folder).digests.keys.filter { $0.hasPrefix("\(ArchivePaths.manifests)/") }
        for path in listed.sorted() where !known.contains(path) {
            let reason = "\(ArchivePaths.checksums) names it, and it is not there"
            found.append(VerifiedFile(path, .missing, batchID: Self.id(in: path), reason: reason))
        }
        return found
    }

    /// What lies in the folders of the days, and what lies beside them.
    private func paths(below part: String) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for name in try folder.names(in: part) {
            let path = "\(part)/\(name)"
            let isFolder = try folder.status(path)?.isFolder ?? false
            paths += isFolder ? try folder.names(in: path).map { "\(path)/\($0)" } : [path]
        }
        return paths
    }

    /// The batch that a file is called after; nil for a name that is no id, which no service is to be asked for.
    private static func id(in path: String) -> String? {
        let name = path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) }
        return name.flatMap { MessageBatch.isSafeID($0) ? $0 : nil }
    }
}
