import MessageBatches

/// Writes result lines from prepared pieces.
///
/// Each piece is copied; no text is formatted per line.
struct ResultLineWriter: Sendable {
    static let shared = ResultLineWriter()

    private let corpus = TextCorpus.shared
    private let sizes = LineSizes.shared
    private let pieces = LinePieces()
    private let models = ModelProfile.all.map { ModelPieces($0) }
    /// Base 58 characters from which identifiers and signatures are copied.
    private let noise: [UInt8]

    private init() {
        var random = SeededRandom(seed: 0x1D)
        noise = SimulatedID.noise(65_536 + 1_024, from: &random)
    }

    /// The kind of content of a succeeded line.
    private enum Shape {
        case text
        case cutShort
        case refusal
        case toolUse
        case thinking
        case webSearch
    }

    /// Appends one line with its newline.
    ///
    /// `request` is the number of the request, unique in the batch. `idStyle` is 0 for names, 1 for UUIDs, 2 for
    /// digits.
    func append(
        _ type: ResultType,
        request: Int,
        idStyle: Int,
        to output: inout [UInt8],
        random: inout SeededRandom
    ) {
        output += pieces.customID
        appendCustomID(request, style: idStyle, to: &output, random: &random)
        switch type {
        case .errored:
            ErrorTemplate.all[random.below(ErrorTemplate.all.count)].append(to: &output, random: &random)
        case .canceled: output += pieces.canceled
        case .expired: output += pieces.expired
        default: appendSucceeded(to: &output, random: &random)
        }
        output += pieces.lineEnd
    }

    private func appendSucceeded(to output: inout [UInt8], random: inout SeededRandom) {
        let model = models[Int(random.next() >> 61)]
        let shape = shape(for: model, random: &random)
        // The parts of the line around the text have about 700 bytes.
        let length = max(24, sizes.draw(from: &random) - 700)
        output += model.opening
        appendNoise(22, to: &output, random: &random)
        output += pieces.content
        let tokens = appendContent(shape, length: length, to: &output, random: &random)
        output += model.closing
        switch shape {
        case .text, .thinking, .webSearch: output += pieces.endTurn
        case .cutShort: output += pieces.maxTokens
        case .toolUse: output += pieces.stopForTool
        case .refusal: output += pieces.refusal
        }
        if model.isLate2026 { output += shape == .refusal ? pieces.refusalDetails : pieces.noDetails }
        appendUsage(tokens, searches: shape == .webSearch, of: model, to: &output, random: &random)
    }

    private func shape(for model: ModelPieces, random: inout SeededRandom) -> Shape {
        switch random.below(1_000) {
        case ..<8: .refusal
        case ..<38: .cutShort
        case ..<150: .toolUse
        case ..<300 where model.isLate2026: .thinking
        case ..<310 where model.isLate2026: .webSearch
        default: .text
        }
    }

    // MARK: Content

    /// The output tokens of a line and how many of them were thinking, at four bytes per token.
    private struct Tokens {
        var output: Int
        var thinking = 0
    }

    private func appendContent(
        _ shape: Shape,
        length: Int,
        to output: inout [UInt8],
        random: inout SeededRandom
    ) -> Tokens {
        let start = output.count
        switch shape {
        case .refusal:
            return Tokens(output: 1 + random.below(4))
        case .text, .cutShort:
            appendText(length, to: &output, random: &random)
        case .thinking:
            output += pieces.thinking
            appendSlice(length / 2, to: &output, random: &random)
            let thinking = (output.count - start) / 4
            output += pieces.signature
            appendNoise(160 + random.below(200), to: &output, random: &random)
            output += pieces.closedBlock
            appendText(length / 2, to: &output, random: &random)
            return Tokens(output: (output.count - start) / 4, thinking: thinking)
        case .toolUse:
            appendText(length / 3, to: &output, random: &random)
            output += pieces.toolUse
            appendNoise(22, to: &output, random: &random)
            output += pieces.toolName
            appendSlice(length / 2, to: &output, random: &random)
            output += pieces.toolScore
            output.appendDecimal(10 + random.below(90))
            output += pieces.toolEnd
        case .webSearch:
            appendWebSearch(to: &output, random: &random)
            appendText(length / 2, to: &output, random: &random)
        }
        return Tokens(output: (output.count - start) / 4)
    }

    private func appendWebSearch(to output: inout [UInt8], random: inout SeededRandom) {
        let id = noiseRange(22, random: &random)
        output += pieces.searchUse
        output += noise[id]
        output += pieces.searchQuery
        output += noise[id]
        output += pieces.searchResult
        appendNoise(400, to: &output, random: &random)
        output += pieces.searchEnd
    }

    private func appendText(_ length: Int, to output: inout [UInt8], random: inout SeededRandom) {
        output += pieces.text
        appendSlice(length, to: &output, random: &random)
        output += pieces.textEnd
    }

    private func appendSlice(_ length: Int, to output: inout [UInt8], random: inout SeededRandom) {
        output += corpus.bytes[corpus.slice(ofAbout: length, random: &random)]
    }

    // MARK: Usage

    private func appendUsage(
        _ tokens: Tokens,
        searches: Bool,
        of model: ModelPieces,
        to output: inout [UInt8],
        random: inout SeededRandom
    ) {
        let draw = random.below(100)
        // One prompt in fifty is long, beyond the price thresholds at 100,000 and 200,000 tokens.
        let input = draw < 2 ? 60_000 + random.below(180_000) : 60 + sizes.draw(from: &random) / 2
        let cacheRead = draw % 10 < 3 ? 1_024 * (1 + random.below(40)) : 0
        let writes5m = draw % 10 == 3 ? 1_024 + random.below(8_192) : 0
        let writes1h = draw % 25 == 4 ? 2_048 + random.below(16_384) : 0
        let hasSplit = model.isLate2026 || draw % 2 == 0
        output += pieces.inputTokens
        output.appendDecimal(input)
        output += pieces.cacheWrites
        output.appendDecimal(writes5m + writes1h)
        output += pieces.cacheReads
        output.appendDecimal(cacheRead)
        if hasSplit {
            output += pieces.writes5m
            output.appendDecimal(writes5m)
            output += pieces.writes1h
            output.appendDecimal(writes1h)
            output += pieces.splitEnd
        }
        output += pieces.outputTokens
        output.appendDecimal(tokens.output)
        if model.isLate2026 {
            output += pieces.thinkingTokens
            output.appendDecimal(tokens.thinking)
            output += searches ? pieces.oneSearch : pieces.noSearch
        }
        output += hasSplit ? model.endings[random.below(model.endings.count)] : pieces.endingWithoutGeo
    }

    // MARK: Identifiers

    private func appendCustomID(_ request: Int, style: Int, to output: inout [UInt8], random: inout SeededRandom) {
        switch style {
        case 0:
            output += pieces.namedID
            output.appendDecimal(request, width: 7)
        case 1:
            // Multiplying by an odd factor maps the numbers below 2^32 one to one, so the first group alone is unique.
            output.appendHex(UInt64(UInt32(truncatingIfNeeded: request &* 2_654_435_761)), digits: 8)
            let bits = random.next()
            for (digits, shift) in [(4, 0), (4, 16), (4, 32)] {
                output.append(UInt8(ascii: "-"))
                output.appendHex(bits >> UInt64(shift), digits: digits)
            }
            output.append(UInt8(ascii: "-"))
            output.appendHex(random.next(), digits: 12)
        default:
            output.appendDecimal(request)
        }
    }

    private func appendNoise(_ count: Int, to output: inout [UInt8], random: inout SeededRandom) {
        // Three slices make equal identifiers as unlikely as 48 random bits do.
        let third = count / 3
        output += noise[noiseRange(third, random: &random)]
        output += noise[noiseRange(third, random: &random)]
        output += noise[noiseRange(count - 2 * third, random: &random)]
    }

    private func noiseRange(_ count: Int, random: inout SeededRandom) -> Range<Int> {
        let start = random.below(65_536)
        return start..<(start + count)
    }
}

/// A model and the format of its result lines.
struct ModelProfile: Sendable {
    /// The set of keys in a line; newer models have more.
    enum Era: Sendable {
        /// Late 2025: `usage` with cache writes by duration, service tier and geo.
        case late2025
        /// Late 2026: additionally `container`, `stop_details`, thinking tokens and diagnostics.
        case late2026
    }

    var name: String
    var era: Era
    /// The possible values of `inference_geo`.
    var geos: [String]

    /// The models of generated batches; all of them are in the price table.
    static let all: [ModelProfile] = [
        ModelProfile(name: "claude-haiku-4-5-20251001", era: .late2025, geos: ["not_available"]),
        ModelProfile(name: "claude-sonnet-4-5-20250929", era: .late2025, geos: ["not_available"]),
        ModelProfile(name: "claude-sonnet-4-6", era: .late2026, geos: ["global", "us"]),
        ModelProfile(name: "claude-opus-4-8", era: .late2026, geos: ["global"]),
        ModelProfile(name: "claude-haiku-5-5", era: .late2026, geos: ["global", "global", "us"]),
        ModelProfile(name: "claude-sonnet-5-5", era: .late2026, geos: ["global", "us"]),
        ModelProfile(name: "claude-opus-5-5", era: .late2026, geos: ["global"]),
        ModelProfile(name: "claude-haiku-5-5", era: .late2026, geos: ["global"]),
    ]
}
