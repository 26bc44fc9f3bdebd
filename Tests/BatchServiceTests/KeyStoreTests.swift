import Synchronization
import Testing

@testable import BatchService

/// The key of a client and its renewal after a 401.
struct KeyStoreTests {
    /// A renewal that returns the keys of a script, one per call, and counts its calls.
    private final class Script: Sendable {
        private let calls = Mutex(0)
        private let keys: [String?]

        init(_ keys: [String?]) {
            self.keys = keys
        }

        var count: Int { calls.withLock { $0 } }

        /// The next key; the last one is repeated, and nil is a failure.
        func renew() async throws -> Credential {
            let index = calls.withLock { count in
                defer { count += 1 }
                return count
            }
            guard let key = keys[min(index, keys.count - 1)] else { throw KeyRenewalFailure(reason: "no key") }
            return .apiKey(key)
        }
    }

    private func store(_ script: Script) -> KeyStore {
        KeyStore(.apiKey("first-key-of-the-test"), renewal: { try await script.renew() })
    }

    @Test func `one renewal serves all callers with the same key`() async throws {
        let script = Script(["second-key-of-the-test"])
        let store = store(script)
        let refused = store.current
        let answers = try await withThrowingTaskGroup(of: KeyStore.Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await store.renew(after: refused) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 20 && answers.allSatisfy { $0 == .renewed })
        #expect(script.count == 1)
        #expect(store.current.number == 1)
        #expect(store.current.credential == .apiKey("second-key-of-the-test"))
    }

    @Test func `a new key that is refused at once is not replaced again`() async throws {
        let script = Script(["second-key-of-the-test", "third-key-of-the-test"])
        let store = store(script)
        #expect(try await store.renew(after: store.current) == .renewed)
        let answer = try await store.renew(after: store.current)
        #expect(answer == .refused(KeyStore.refusedAgain))
        #expect(script.count == 1)
    }

    @Test func `a key that was accepted and expired later is replaced each time`() async throws {
        let script = Script(["second-key-of-the-test", "third-key-of-the-test"])
        let store = store(script)
        #expect(try await store.renew(after: store.current) == .renewed)
        store.recordAcceptance(of: store.current)
        #expect(try await store.renew(after: store.current) == .renewed)
        #expect(store.current.credential == .apiKey("third-key-of-the-test"))
        #expect(script.count == 2)
    }

    @Test func `an answer to an old key does not mean that the new one was accepted`() async throws {
        let store = store(Script(["second-key-of-the-test", "third-key-of-the-test"]))
        let old = store.current
        #expect(try await store.renew(after: old) == .renewed)
        store.recordAcceptance(of: old)
        #expect(try await store.renew(after: store.current) != .renewed)
    }

    @Test(
        arguments: [
            (nil, "no key"), ("first-key-of-the-test", "it was read again and is the same"),
            ("key with spaces", "the new key is empty or contains characters that headers must not contain"),
        ] as [(String?, String)]
    )
    func `a renewal without another key is tried once until the key is accepted`(key: String?, reason: String)
        async throws
    {
        let script = Script([key])
        let store = store(script)
        let refused = store.current
        #expect(try await store.renew(after: refused) == .refused(reason))
        #expect(try await store.renew(after: refused) == .refused(reason))
        #expect(script.count == 1)
        store.recordAcceptance(of: refused)
        #expect(try await store.renew(after: refused) == .refused(reason))
        #expect(script.count == 2)
    }

    @Test func `a key that cannot be read again stays refused without a reason`() async throws {
        let store = KeyStore(.apiKey("only-key-of-the-test"))
        #expect(try await store.renew(after: store.current) == .refused(nil))
    }

    @Test func `a canceled caller does not keep the others from a new key`() async throws {
        let store = store(Script(["second-key-of-the-test"]))
        let refused = store.current
        let canceled = Task { try await store.renew(after: refused) }
        canceled.cancel()
        #expect(try await store.renew(after: refused) == .renewed)
    }

    @Test func `the old and the new key are found in bodies and hidden in texts`() async throws {
        let store = store(Script(["second-key-of-the-test"]))
        var search = BodySearch(store)
        let isEarly = search.finds(in: Array("a line with second-key-".utf8))
        #expect(!isEarly)
        #expect(try await store.renew(after: store.current) == .renewed)
        let isFound = search.finds(in: Array("{\"a\":\"second-key-of-the-test\"}".utf8))
        #expect(isFound)
        #expect(store.containsKey(Array("first-key-of-the-test".utf8)))
        #expect(!store.containsKey(Array("another text".utf8)))
        let hidden = store.removed(from: "first-key-of-the-test, SECOND-KEY-OF-THE-TEST")
        #expect(hidden == "[hidden], [hidden]")
    }

    @Test(arguments: [("k", "wrkspc_01"), ("key", "bad key"), ("test", "[hidden]"), ("sk-1234", "no [hidden]!")])
    func `a dummy key of up to three characters stays in words and IDs`(key: String, expected: String) {
        let text = expected.replacing("[hidden]", with: key)
        #expect(KeyStore(.apiKey(key)).removed(from: text) == expected)
    }

    @Test func `a store never prints its keys`() {
        let store = store(Script([nil]))
        var dumped = ""
        dump(store, to: &dumped)
        #expect(!(dumped + "\(store)" + String(reflecting: store)).contains("first-key"))
    }
}
