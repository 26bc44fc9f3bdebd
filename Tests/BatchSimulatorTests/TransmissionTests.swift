import BlockGzip
import MessageBatches
import SimulatorTestSupport
import Testing

@testable import BatchSimulator

struct TransmissionTests {
    private static let content = bytes("0123456789")

    /// The steps of a transmission as text, pieces of the body joined.
    private func steps(_ body: ReplyBody = .bytes(content), _ adjust: (inout Delivery) -> Void = { _ in }) -> [String] {
        let reply = SimulatedReply(status: 200, headers: [], body: body)
        var delivery = Delivery()
        adjust(&delivery)
        return Self.steps(DisturbedReply(reply, delivery))
    }

    private static func steps(_ transmission: some IteratorProtocol<SimulatedReply.Step>) -> [String] {
        var transmission = transmission
        var steps: [String] = []
        var sent: [UInt8] = []
        func flush() {
            if !sent.isEmpty { steps.append(String(decoding: sent, as: UTF8.self)) }
            sent = []
        }
        while let step = transmission.next() {
            if case .bytes(let bytes) = step {
                #expect(!bytes.isEmpty)
                sent += bytes
                continue
            }
            flush()
            switch step {
            case .wait: steps.append("wait")
            case .head: steps.append("head")
            case .finish: steps.append("finish")
            case .reset: steps.append("reset")
            case .close: steps.append("close")
            case .bytes: break
            }
        }
        flush()
        return steps
    }

    @Test func `an undisturbed reply is head, body and end`() {
        #expect(steps() == ["head", "0123456789", "finish"])
        #expect(steps(.bytes([])) == ["head", "finish"])
        let plain = SimulatedReply(status: 200, headers: [], body: .bytes(Self.content))
        #expect(Self.steps(plain.steps) == ["head", "0123456789", "finish"])
        #expect(steps { $0.delay = .seconds(2) } == ["wait", "head", "0123456789", "finish"])
    }

    @Test(arguments: [
        (Interruption.Place.beforeHead, []), (.afterBytes(0), ["head"]), (.afterBytes(1), ["head", "0"]),
        (.afterBytes(9), ["head", "012345678"]), (.afterBytes(10), ["head", "0123456789"]),
        (.afterBytes(99), ["head", "0123456789"]), (.beforeEnd(0), ["head", "0123456789"]),
        (.beforeEnd(1), ["head", "012345678"]), (.beforeEnd(10), ["head"]), (.beforeEnd(99), ["head"]),
    ])
    func `a cut comes exactly where it should`(place: Interruption.Place, sent: [String]) {
        #expect(steps { $0.interruption = Interruption(.reset, at: place) } == sent + ["reset"])
        #expect(steps { $0.interruption = Interruption(.close, at: place) } == sent + ["close"])
        let end = place == .beforeHead ? "close" : "finish"
        #expect(steps { $0.interruption = Interruption(.end, at: place) } == sent + [end])
        #expect(steps(.bytes([])) { $0.interruption = Interruption(.close, at: place) }.last == "close")
    }

    @Test(arguments: [
        (Interruption.Place.beforeHead, ["wait", "head", "0123456789", "finish"]),
        (.afterBytes(0), ["head", "wait", "0123456789", "finish"]),
        (.afterBytes(4), ["head", "0123", "wait", "456789", "finish"]),
        (.afterBytes(99), ["head", "0123456789", "wait", "finish"]),
        (.beforeEnd(3), ["head", "0123456", "wait", "789", "finish"]),
    ])
    func `a stalled reply goes on where it stood`(place: Interruption.Place, expected: [String]) {
        #expect(steps { $0.interruption = Interruption(.stall(Gate()), at: place) } == expected)
    }

    @Test(arguments: [0, 1, 524_287, 524_288, 524_289, 1_100_000])
    func `large bodies are cut exactly too, over the borders of pieces`(count: Int) {
        let large = (0..<1_200_000).map { UInt8(truncatingIfNeeded: 97 + $0 % 23) }
        let before = steps(.bytes(large)) { $0.interruption = Interruption(.close, at: .afterBytes(count)) }
        #expect(before.dropFirst().dropLast().joined().utf8.count == count)
        let after = steps(.bytes(large)) { $0.interruption = Interruption(.close, at: .beforeEnd(count)) }
        #expect(after.dropFirst().dropLast().joined().utf8.elementsEqual(large.dropLast(count)))
    }

    @Test func `a generated body is sent whole`() throws {
        let batch = GeneratedBatch(seed: 3, index: 0, of: 1, lines: 900, start: noon)
        #expect(steps(.generated(batch)).dropFirst().dropLast().joined().utf8.elementsEqual(batch.allLines()))
    }

    // MARK: Gzip

    private func sentBytes(_ body: ReplyBody, _ interruption: Interruption? = nil) -> [UInt8] {
        var reply = SimulatedReply(status: 200, headers: [], body: body)
        reply.isGzipped = true
        var delivery = Delivery()
        delivery.interruption = interruption
        var transmission = DisturbedReply(reply, delivery)
        var sent: [UInt8] = []
        while let step = transmission.next() {
            if case .bytes(let bytes) = step { sent += bytes }
        }
        return sent
    }

    private func inflated(_ gzip: [UInt8]) throws -> (content: [UInt8], members: Int) {
        var inflater = GzipInflater()
        inflater.push(gzip)
        var content: [UInt8] = []
        while let piece = try inflater.next() { content += piece }
        try inflater.finish()
        return (content, inflater.memberCount)
    }

    @Test(arguments: [0, 1, 10, 65_535, 65_536, 700_000])
    func `a compressed body is one member that holds the content`(count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 % 251) }
        let result = try inflated(sentBytes(.bytes(content)))
        #expect(result.content == content)
        #expect(result.members == 1)
    }

    @Test(arguments: [1, 40, 2_000])
    func `a generated body too, without being compressed in earnest`(lines: Int) throws {
        let batch = GeneratedBatch(seed: 3, index: 0, of: 1, lines: lines, start: noon)
        let result = try inflated(sentBytes(.generated(batch)))
        #expect(result.content == batch.allLines())
        #expect(result.members == 1)
    }

    @Test func `a truncated compressed body is no gzip file`() throws {
        let batch = GeneratedBatch(seed: 3, index: 0, of: 1, lines: 40, start: noon)
        for place in [Interruption.Place.beforeEnd(1), .beforeEnd(9), .afterBytes(30_000), .afterBytes(5)] {
            let cut = sentBytes(.generated(batch), Interruption(.end, at: place))
            #expect(throws: GzipFailure.self) { try inflated(cut) }
        }
    }

    @Test func `the checksum is that of RFC 1952`() {
        var gzip = StoredGzip()
        var output: [UInt8] = []
        gzip.append(bytes("1234"), to: &output)
        gzip.append(bytes("56789"), to: &output)
        gzip.finish(to: &output)
        #expect(output.suffix(8) == [0x26, 0x39, 0xF4, 0xCB, 9, 0, 0, 0])
    }
}
