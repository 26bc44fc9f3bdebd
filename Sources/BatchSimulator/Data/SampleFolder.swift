import FoundationEssentials
import MessageBatches

/// Reads a folder of sample batches: `batches/NAME.json` with one batch object each, and `results/ID.jsonl` with its
/// results.
///
/// A string of a batch object may be an offset such as `now-26h` (see ``RelativeTime``), and its `results_url` may
/// begin with `{base_url}`. All other bytes are sent unchanged, including missing final newlines, CRLF and empty lines
/// in results. The results of a batch without a results file return 404.
enum SampleFolder {
    /// Reads all batches of a folder, in the order of their file names.
    ///
    /// - Throws: ``ScenarioError`` with the file that is missing, unreadable or not a batch object.
    static func batches(in folder: String, startingAt start: Timestamp) throws(ScenarioError) -> [SimulatedBatch] {
        let names = try list(folder + "/batches").filter { $0.hasSuffix(".json") }.sorted()
        guard !names.isEmpty else { throw ScenarioError.noBatches(path: folder) }
        let withResults = Set(
            FileManager.default.fileExists(atPath: folder + "/results") ? try list(folder + "/results") : []
        )
        var batches: [SimulatedBatch] = []
        for name in names {
            let path = "\(folder)/batches/\(name)"
            do {
                let document = try resolved(read(path), against: start)
                var batch = try SimulatedBatch(document: document)
                if withResults.contains(batch.id + ".jsonl") {
                    batch.results = .bytes(try read("\(folder)/results/\(batch.id).jsonl"))
                }
                batches.append(batch)
            } catch .unreadable(let path, let reason) {
                throw ScenarioError.unreadable(path: path, reason: reason)
            } catch {
                throw ScenarioError.badSample(path: path, error)
            }
        }
        return batches
    }

    /// Replaces the offsets of a batch object with times.
    static func resolved(_ document: [UInt8], against start: Timestamp) throws(ScenarioError) -> [UInt8] {
        let members: JSONMembers
        do {
            members = try JSONMembers(document)
        } catch {
            throw ScenarioError.notAnObject(error)
        }
        var output = document
        while output.last == 0x0A || output.last == 0x0D { output.removeLast() }
        for member in members.members {
            guard let text = members.string(member.key), let moment = RelativeTime.resolve(text, against: start) else {
                continue
            }
            output = JSONEdit.text(member.key, moment.wireText).applied(to: output)
        }
        return output
    }

    private static func list(_ folder: String) throws(ScenarioError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw ScenarioError.unreadable(path: folder, reason: "not a folder, or not readable")
        }
    }

    private static func read(_ path: String) throws(ScenarioError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ScenarioError.unreadable(path: path, reason: "not a file, or not readable")
        }
        return Array(data)
    }
}

/// A moment written as an offset from the start of the simulator: `now`, `now-26h`, `now-3d4h20m`, `now+22h`.
///
/// Samples use offsets for unfinished and recent batches, so that they do not become outdated.
enum RelativeTime {
    /// Converts an offset to a moment; nil if the text is not an offset.
    static func resolve(_ text: some StringProtocol, against start: Timestamp) -> Timestamp? {
        guard text.hasPrefix("now") else { return nil }
        let offset = text.dropFirst(3)
        guard let sign = offset.first else { return start }
        guard sign == "+" || sign == "-", let seconds = seconds(in: offset.dropFirst()) else { return nil }
        return start.adding(seconds: sign == "-" ? -seconds : seconds)
    }

    /// Parses `3d4h20m`: whole numbers with d, h, m or s, each unit at most once and in this order.
    private static func seconds(in text: some StringProtocol) -> Int64? {
        var units: ArraySlice<(letter: Character, seconds: Int64)> = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        var total: Int64 = 0
        var number: Int64?
        for character in text {
            if let digit = character.wholeNumberValue, character.isASCII {
                guard number ?? 0 < 1_000_000 else { return nil }
                number = (number ?? 0) * 10 + Int64(digit)
                continue
            }
            guard let count = number, let index = units.firstIndex(where: { $0.letter == character }) else {
                return nil
            }
            total += count * units[index].seconds
            units = units[(index + 1)...]
            number = nil
        }
        return text.isEmpty || number != nil ? nil : total
    }
}
