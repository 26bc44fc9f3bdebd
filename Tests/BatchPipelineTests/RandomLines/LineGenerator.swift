import BatchPipeline
import MessageBatches
import TestSupport

/// Generates random valid result lines, each with the values that the decoder should return.
struct LineGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The next line, without its end.
    mutating func next() -> (line: String, expected: PlainRecord) {
        let id = text(upTo: 12)
        let type = random.pick([
            "succeeded", "succeeded", "succeeded", "errored", "errored", "canceled", "expired", "deferred",
        ])
        var expected = PlainRecord(customID: id.shown, resultType: ExactText(type))
        var result: [(key: String, value: JSONValue)] = [("type", .text(type))]
        if type == "succeeded" { result.append(("message", message(&expected))) }
        if type == "errored" { result.append(("error", error(&expected))) }
        let line = decorated([("custom_id", .string(id)), ("result", decorated(result))])
        var writer = JSONWriter(random: random)
        writer.write(line)
        random = writer.random
        return (writer.text, expected)
    }

    // MARK: Message

    private mutating func message(_ expected: inout PlainRecord) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        expected.messageID = optionalText("id", &members)
        expected.model = optionalText("model", &members)
        expected.stopReason = optionalText("stop_reason", &members)
        if !random.once(in: 8) { members.append(("content", content(&expected))) }
        expected.usageIsReadable = false
        if !random.once(in: 8) { members.append(("usage", usage(&expected))) }
        return decorated(members)
    }

    private mutating func content(_ expected: inout PlainRecord) -> JSONValue {
        expected.contentBlocks = random.int(0...5)
        return .array(
            (0..<expected.contentBlocks)
                .map { _ in
                    switch random.int(0...4) {
                    case 0:
                        expected.toolUses += 1
                        return decorated([("type", .text("tool_use")), ("input", anything()), ("text", .text("no"))])
                    case 1: return anything()
                    default:
                        let text = text(upTo: 60)
                        expected.textBytes += text.shown.utf8.count
                        expected.hasVisibleText = expected.hasVisibleText || text.isVisible
                        return decorated([("type", .text("text")), ("text", .string(text))])
                    }
                }
        )
    }

    private mutating func usage(_ expected: inout PlainRecord) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        var isReadable = true
        expected.usage.input = count("input_tokens", &members, &isReadable, isRequired: true)
        expected.usage.output = count("output_tokens", &members, &isReadable, isRequired: true)
        expected.usage.cacheRead = count("cache_read_input_tokens", &members, &isReadable)
        let written = count("cache_creation_input_tokens", &members, &isReadable)
        var (short, long): (Int64, Int64) = (0, 0)
        nested("cache_creation", in: &members) { generator in
            var inner: [(key: String, value: JSONValue)] = []
            short = generator.count("ephemeral_5m_input_tokens", &inner, &isReadable)
            long = generator.count("ephemeral_1h_input_tokens", &inner, &isReadable)
            return inner
        }
        expected.usage.cacheCreation1h = long
        expected.usage.cacheCreation5m = max(short, written - long)
        nested("output_tokens_details", in: &members) { generator in
            var inner: [(key: String, value: JSONValue)] = []
            expected.usage.thinking = generator.count("thinking_tokens", &inner, &isReadable)
            return inner
        }
        nested("server_tool_use", in: &members) { generator in
            var inner: [(key: String, value: JSONValue)] = []
            expected.usage.webSearches = generator.count("web_search_requests", &inner, &isReadable)
            expected.usage.webFetches = generator.count("web_fetch_requests", &inner, &isReadable)
            return inner
        }
        expected.serviceTier = optionalText("service_tier", &members)
        expected.inferenceGeo = optionalText("inference_geo", &members)
        expected.usageIsReadable = isReadable
        if !isReadable { expected.usage = TokenUsage() }
        return decorated(members)
    }

    /// A member that is an object, null or missing.
    private mutating func nested(
        _ key: String,
        in members: inout [(key: String, value: JSONValue)],
        _ inner: (inout LineGenerator) -> [(key: String, value: JSONValue)]
    ) {
        switch random.int(0...3) {
        case 0: break
        case 1: members.append((key, .plain("null")))
        default:
            let inner = inner(&self)
            members.append((key, decorated(inner)))
        }
    }

    /// A token count: missing, null, a whole number, or sometimes something else.
    ///
    /// Returns the expected count. A required one must not be missing or null.
    private mutating func count(
        _ key: String,
        _ members: inout [(key: String, value: JSONValue)],
        _ isReadable: inout Bool,
        isRequired: Bool = false
    ) -> Int64 {
        switch random.int(isRequired ? 4...40 : 0...40) {
        case 0...4:
            isReadable = isReadable && !isRequired
            return 0
        case 5...8:
            isReadable = isReadable && !isRequired
            members.append((key, .plain("null")))
            return 0
        case 9:
            isReadable = false
            members.append(
                (key, .plain(random.pick(["-1", "0.5", "1e2", "1000000000001", "true", "\"7\"", "[1]", "{}"])))
            )
            return 0
        default:
            let value = Int64(random.int(0...random.pick([9, 5_000, 1_000_000_000_000])))
            members.append((key, .plain("\(value)")))
            return value
        }
    }

    // MARK: Error

    private mutating func error(_ expected: inout PlainRecord) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        if random.once(in: 4) {
            expected.errorType = optionalText("type", &members)
            expected.errorMessage = optionalText("message", &members, orJSON: true)
        } else {
            members.append(("type", .text("error")))
            var inner: [(key: String, value: JSONValue)] = [("details", anything())]
            expected.errorType = optionalText("type", &inner)
            expected.errorMessage = optionalText("message", &inner, orJSON: true)
            members.append(("error", decorated(inner)))
        }
        expected.errorRequestID = optionalText("request_id", &members)
        return decorated(members)
    }

    // MARK: Pieces

    /// A member that is a string, another value, or missing.
    ///
    /// Returns the expected text: that of a string and, with `orJSON`, the JSON of an array or object.
    private mutating func optionalText(
        _ key: String,
        _ members: inout [(key: String, value: JSONValue)],
        orJSON: Bool = false
    ) -> ExactText? {
        switch random.int(0...9) {
        case 0: return nil
        case 1:
            let value = random.pick(["null", "7", "false", "[\"x\"]", "{\"x\":\"y\"}"])
            members.append((key, .plain(value)))
            return orJSON && (value.hasSuffix("]") || value.hasSuffix("}")) ? ExactText(value) : nil
        default:
            let text = text(upTo: 30)
            members.append((key, .string(text)))
            return text.shown
        }
    }

    /// An object of these members, mixed with unknown ones and sometimes with an earlier value of the same key.
    private mutating func decorated(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
        var all: [(key: String, value: JSONValue)] = []
        for member in members {
            if random.once(in: 12) { all.append((member.key, anything())) }
            all.append(member)
        }
        while random.once(in: 3) {
            all.append((random.pick(["", "x", "typ", "usagé", "Result", "\u{1F600}"]), anything()))
        }
        return .object(all)
    }

    /// A random value for a position where it must be ignored.
    private mutating func anything(depth: Int = 0) -> JSONValue {
        switch random.int(0...(depth > 3 ? 3 : 5)) {
        case 0: .plain(random.pick(["null", "true", "false"]))
        case 1: .plain(random.pick(["0", "-0", "17", "-1.5", "1E+9", "123456789012345678901234567890"]))
        case 2, 3: .string(text(upTo: 10))
        case 4: .array((0..<random.int(0...3)).map { _ in anything(depth: depth + 1) })
        default:
            .object(
                (0..<random.int(0...3)).map { _ in (random.pick(["a", "b", "texts"]), anything(depth: depth + 1)) }
            )
        }
    }

    private static let pools: [[Unicode.Scalar]] = [
        Array("abcdefghijklmnopqrstuvwxyz0123456789_- .,!".unicodeScalars),
        Array("\"\\/{}[]:,\u{0}\u{1F}\n\r\t\u{8}\u{C}\u{7F}".unicodeScalars),
        Array(" \n\t\u{A0}\u{3000}\u{2028}\u{85}".unicodeScalars),
        Array("éüßñe\u{301}\u{80}\u{7FF}".unicodeScalars),
        Array("漢字仮名\u{800}\u{FFFD}\u{FFFF}\u{D7FF}\u{E000}".unicodeScalars),
        Array("😀👩‍💻🇩🇪\u{10000}\u{10FFFF}".unicodeScalars),
    ]

    private mutating func text(upTo length: Int) -> RandomText {
        let pools = (0..<2).map { _ in random.pick(Self.pools) }
        return RandomText(
            (0..<random.int(0...length))
                .map { _ in
                    random.once(in: 60)
                        ? .loneSurrogate(UInt16(random.int(0xD800...0xDBFF)))
                        : .scalar(random.pick(random.pick(pools)))
                }
        )
    }
}

/// Damages lines at random places.
enum LineMutation {
    private static let significant =
        Array("\"\\{}[]:,0123456789.-+eEtfnu \t\rNaI\u{1}é漢😀".utf8) + [0x80, 0xC0, 0xED, 0xF8, 0xFF]

    /// A line with one to three bytes or pieces changed; never contains a line end.
    static func mutated(_ line: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var line = line
        for _ in 0..<random.int(1...3) where !line.isEmpty {
            let place = random.int(0...line.count - 1)
            switch random.int(0...5) {
            case 0: line[place] = random.pick(significant)
            case 1: line.insert(random.pick(significant), at: place)
            case 2: line.remove(at: place)
            case 3: line.removeSubrange(place..<min(place + random.int(1...8), line.count))
            case 4: line.swapAt(place, random.int(0...line.count - 1))
            default: line.insert(contentsOf: line[place..<min(place + random.int(1...8), line.count)], at: place)
            }
        }
        return line.filter { $0 != 0x0A }
    }
}
