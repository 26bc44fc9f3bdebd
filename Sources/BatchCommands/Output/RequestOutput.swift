import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchJoin
import BatchPipeline
import JSONLines
import MessageBatches
import Prices
import Tables

/// Formats one request as text for a terminal or as a JSON document.
struct RequestOutput {
    let prices: PriceSource
    let context: CommandContext
    /// The name of the archive with the request if there are several in the folder that the user named.
    var source: String?

    /// The facts about the request, each content block of the answer, then the request and the joined rows.
    func text(of stored: StoredLine, _ joined: [JoinedMatch]) -> String {
        let decoded = stored.line.decoded(by: stored.manifest.pricing(by: prices.requested))
        guard let record = decoded.records.first else { return "" }
        var text = facts(of: record, in: decoded, stored)
            .map { name, value in
                "\(context.outputStyle.paint(padded(name), .strong))\(value.visible)\n"
            }
            .joined()
        for block in AnswerBlock.blocks(of: stored.line) {
            let title = block.name.map { "\(block.type) \($0)" } ?? block.type
            text += section(title, block.text)
        }
        for match in joined {
            text += section(match.name, String(decoding: JSONIndentation.indented(match.json), as: UTF8.self))
        }
        return text
    }

    private func section(_ title: String, _ content: String) -> String {
        // Line ends are kept. Other control characters are made visible so that the terminal does not interpret them.
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.replacing("\t", with: "    ").visible + "\n" }
        return "\n" + context.outputStyle.paint("── \(title.visible)", .faint) + "\n" + lines.joined()
    }

    private func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(1, 14 - name.count))
    }

    private func facts(
        of record: ResultRecord,
        in decoded: DecodedBlock,
        _ stored: StoredLine
    ) -> [(String, String)] {
        let batch = stored.line.batch
        var facts = [
            ("custom_id", decoded.text(record.customID)),
            ("batch", "\(batch.id), created \(batch.createdAt.text)"),
            ("result", decoded.text(record.resultType) + (record.isUsable ? "" : ", not usable")),
        ]
        func add(_ name: String, _ slice: TextSlice?) {
            if let text = decoded.text(slice) { facts.append((name, text)) }
        }
        add("model", record.model)
        add("message_id", record.messageID)
        add("stop_reason", record.stopReason)
        if record.type == .succeeded {
            facts.append(("tokens", Self.tokens(record.usage)))
            facts += Self.entries(of: record, in: decoded)
            facts.append(("cost", Self.cost(of: record)))
        }
        add("error", record.errorType)
        add("message", record.errorMessage)
        if let advice = record.errorClass?.advice { facts.append(("action", advice)) }
        add("request-id", record.errorRequestID)
        if let place = place(of: stored) {
            facts.append(("place", "\(place.path), line \(record.lineNumber), gzip member \(place.member)"))
        }
        return facts
    }

    /// The path of the raw file in the folder that the user named, and the index of the gzip member in it.
    private func place(of stored: StoredLine) -> (path: String, member: Int)? {
        guard var place = stored.place else { return nil }
        if let source { place.path = "workspace=\(source)/" + place.path }
        return place
    }

    private static func tokens(_ usage: TokenUsage) -> String {
        UsageField.allCases.filter { usage[$0] > 0 && $0 != .webFetches }
            .map { "\(label(of: $0)) \(NumberText.integer(usage[$0]))" }
            .joined(separator: ", ")
    }

    private static func label(of field: UsageField) -> String {
        switch field {
        case .cacheCreation5m: "5m cache writes"
        case .cacheCreation1h: "1h cache writes"
        case .cacheRead: "cache reads"
        case .thinking: "of these thinking"
        default: field.title.lowercased()
        }
    }

    /// One fact for each billed entry of `usage.iterations`.
    private static func entries(of record: ResultRecord, in decoded: DecodedBlock) -> [(String, String)] {
        record.entries.map { entry in
            let model = entry.model.map { " of \(decoded.text($0))" } ?? ""
            return ("  " + entry.kind.rawValue, tokens(entry.usage) + model + ", $\(entry.amounts.cost.text)")
        }
    }

    private static func cost(of record: ResultRecord) -> String {
        let price = record.price
        switch price.note {
        case .unreadableUsage: return "unpriced: the usage is missing or invalid"
        case .unpriced: return "unpriced: the price table has no price for it"
        case .notBilled:
            let list = price.notBilled.map { ", $\($0.text) at list price" } ?? ""
            return "$0: a refusal before any output is not billed\(list)"
        case .assumed, nil:
            let isAssumed = price.note == .assumed
            return "$\(price.amounts.cost.text) in the batch, $\(price.amounts.list.text) outside"
                + (isAssumed ? "; the price is assumed" : "")
        }
    }

    /// The JSON document: the flat row with the text, the place in the archive, the joined rows and the archived line.
    func document(of stored: StoredLine, _ joined: [JoinedMatch]) throws(SelectionFailure) -> [UInt8] {
        var columns: [SelectedColumn] = []
        for name in FlatSchema.columns.map(\.name) + ["text"] {
            columns.append(try SelectedColumn(name))
        }
        let pricing = stored.manifest.pricing(by: prices.requested)
        var members: [(String, JSONNode)] = [("row", .verbatim(stored.line.row(columns, pricing: pricing)))]
        if let place = place(of: stored) {
            members += [("file", .text(place.path)), ("member", .number(place.member))]
        }
        if !joined.isEmpty {
            members.append(
                ("joined", .object(joined.map { ($0.name, .verbatim(JSONCompaction.compacted($0.json))) }))
            )
        }
        members.append(("line", .verbatim(Array(stored.line.bytes))))
        return JSONNode.object(members).line
    }
}

extension ErrorClass {
    /// A recommendation for the type of error.
    fileprivate var advice: String {
        switch self {
        case .retry: "send the request again"
        case .fixInput: "correct the request: without a change it fails again"
        case .fixAccount: "fix credit, limits or permissions of the account, then send the request again"
        }
    }
}
