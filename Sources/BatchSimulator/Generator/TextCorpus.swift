/// A megabyte of JSON-escaped text, from which the texts of results are copied.
///
/// It is generated once from a seed. Slices begin and end between sentences, so they never split a character or an
/// escape sequence.
struct TextCorpus: Sendable {
    static let shared = TextCorpus(seed: 0x5EED, bytes: 1_048_576)

    let bytes: [UInt8]
    /// The start of each sentence, followed by the end of the text.
    private let starts: [Int]
    private let meanLength: Int

    init(seed: UInt64, bytes count: Int) {
        var random = SeededRandom(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 1_024)
        var starts = [0]
        while bytes.count < count {
            Phrases.appendSentence(to: &bytes, random: &random)
            starts.append(bytes.count)
        }
        self.bytes = bytes
        self.starts = starts
        meanLength = bytes.count / (starts.count - 1)
    }

    /// The range of some whole sentences, at least one, with about `length` bytes.
    func slice(ofAbout length: Int, random: inout SeededRandom) -> Range<Int> {
        let sentences = min(max(1, (length + meanLength / 2) / meanLength), starts.count / 2)
        let first = random.below(starts.count - sentences)
        return starts[first]..<starts[first + sentences]
    }
}

/// The words and sentences of the corpus.
private enum Phrases {
    static func appendSentence(to bytes: inout [UInt8], random: inout SeededRandom) {
        switch random.below(100) {
        case ..<82: appendProse(to: &bytes, random: &random)
        case ..<88: bytes += listItems[random.below(listItems.count)]
        case ..<93: bytes += code[random.below(code.count)]
        default: bytes += foreign[random.below(foreign.count)]
        }
        switch random.below(12) {
        case 0: bytes += Array("\\n\\n".utf8)
        default: bytes.append(UInt8(ascii: " "))
        }
    }

    /// Appends a sentence of random words.
    ///
    /// Words at the beginning of the list are more frequent, as in real text.
    private static func appendProse(to bytes: inout [UInt8], random: inout SeededRandom) {
        let first = opening[random.below(opening.count)]
        bytes += first
        for _ in 0..<(5 + random.below(14)) {
            bytes.append(UInt8(ascii: " "))
            switch random.below(40) {
            case 0: bytes += Array(String(random.below(10_000)).utf8)
            case 1: bytes += Array("\\\"".utf8) + word(&random) + Array("\\\"".utf8)
            case 2: bytes += word(&random) + Array(",".utf8)
            case 3: bytes += Array("**".utf8) + word(&random) + Array("**".utf8)
            default: bytes += word(&random)
            }
        }
        bytes.append(UInt8(ascii: "."))
    }

    private static func word(_ random: inout SeededRandom) -> [UInt8] {
        let rank = random.fraction()
        return words[Int(rank * rank * Double(words.count))]
    }

    private static func split(_ text: String) -> [[UInt8]] {
        text.split(separator: " ").map { Array($0.utf8) }
    }

    private static func lines(_ text: String) -> [[UInt8]] {
        text.split(separator: "\n").map { Array($0.utf8) }
    }

    private static let opening = split(
        "The This A In For When While Each Our However Therefore Overall First Second Finally Given Based It They Most"
    )

    private static let words = split(
        """
        the of and to a in is that for it as was with be by on not this are or from at which but have an they one had \
        their more when there can if no other some what time would about up them only new than these two may then first \
        any now such like our over also back after use how work well way even want because between customer order report \
        summary policy invoice delivery account product support request answer question document section review rating \
        positive negative neutral sentiment category label quality evidence claim source statement analysis method result \
        significant increase decrease average quarter revenue margin forecast market region segment growth risk compliance \
        contract party clause liability termination notice payment refund shipment address warranty replacement damaged \
        arrived late quickly friendly helpful unclear missing correct incorrect translation original meaning tone formal \
        informal paragraph sentence word phrase context language model dataset example training evaluation score threshold \
        precision recall function parameter value string integer array object returns throws error exception timeout retry \
        cache memory latency throughput database index query table column transaction server client network protocol \
        patient diagnosis symptom treatment dosage clinical trial study participant outcome baseline measurement protein \
        sequence temperature pressure energy surface material structure process reaction catalyst solution concentration \
        history century empire treaty river mountain climate species habitat population migration culture tradition \
        education student teacher curriculum assessment skill practice feedback improvement recommendation therefore \
        consequently nevertheless approximately particularly specifically comprehensive straightforward sustainable \
        infrastructure implementation documentation responsibility characteristics
        """
    )

    private static let listItems = lines(
        #"""
        \n- **Delivery:** two days late, and the box was open.
        \n- Category: `billing` (confidence 0.92)
        \n1. Read the whole contract before you sign it.
        \n2. Keep the original packaging for thirty days.
        \n| region | revenue | change |\n|---|---:|---:|\n| North | 1,204 | +3.1 % |\n| South | 988 | −0.4 % |
        \n### Summary\n\nThe reviewer is satisfied with the product and not with the service.
        \n> \"I would buy it again,\" she wrote — but not from this shop.
        """#
    )

    private static let code = lines(
        #"""
        \n```python\ndef total(rows):\n    return sum(row[\"amount\"] for row in rows if row[\"paid\"])\n```\n
        \n```sql\nSELECT region, count(*) FROM orders WHERE shipped_at >= '2026-01-01' GROUP BY 1;\n```\n
        \n```json\n{\"label\": \"neutral\", \"path\": \"C:\\\\data\\\\in.csv\"}\n```\n
        \n\tif (x < 0 && y > 0) { return null; } // both signs
        Use the pattern `^[a-z]+\\d{2,}$` and test it with `\\u00e9` as well.
        """#
    )

    private static let foreign = lines(
        """
        Größe und Übergänge müssen geprüft werden — außerdem fehlt die Rechnung über 1.250,00 €.
        L'été dernier, les élèves ont reçu leurs résultats à Besançon, où tout s'est bien passé.
        お問い合わせいただきありがとうございます。 ご注文の商品は明日発送されます。
        该产品质量很好， 但物流太慢了， 客服也没有及时回复。
        Привет! Ваш заказ был отправлен вчера и прибудет в пятницу.
        शिपमेंट कल पहुँच जाएगा और भुगतान वापस कर दिया गया है।
        تم شحن الطلب أمس وسيصل يوم الجمعة إن شاء الله.
        Great service 👍🏽, would recommend 🎉 to my family 👩‍👩‍👧‍👦 and friends 🇩🇪!
        The angle is 𝜃 = ½·π ≈ 1.5708 rad, so sin² 𝜃 = 1 and the naïve façade holds.
        """
    )
}
