import BatchPipeline
import Synchronization

/// Reads the key again after the server refused it.
package typealias KeyRenewal = @Sendable () async throws -> Credential

/// The reason why a key could not be read again, as a clause without secrets.
package struct KeyRenewalFailure: Error, Sendable, Hashable {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }
}

/// The key of a client, and the way to a new one after a 401.
///
/// All callers of a client share it, so one renewal serves all of them.
final class KeyStore: Sendable {
    /// A key with its number: 0 for the first one, one more after each renewal.
    struct Key: Sendable {
        let number: Int
        let credential: Credential
    }

    /// What a caller can do after a 401.
    enum Answer: Sendable, Hashable {
        /// There is a new key: send the request again.
        case renewed
        /// There is no other key; the reason if a renewal was tried.
        case refused(String?)
    }

    private struct State {
        var number = 0
        /// The key and those before it, the newest last.
        var known: [KnownKey]
        /// Whether the server accepted the newest key at least once.
        var wasAccepted = false
        /// Why the newest key could not be replaced.
        var failure: String?
        var running: Task<Answer?, Never>?
    }

    private struct KnownKey {
        let credential: Credential
        let search: KeySearch?

        init(_ credential: Credential) {
            self.credential = credential
            search = credential.search
        }
    }

    /// The number of keys to hide and to search for: the newest one and those that it replaced.
    static let keptKeys = 4

    /// The number of times in a row that one request is sent again with a new key.
    ///
    /// More than one, because other requests can use up a new key before this one is sent.
    static let renewalLimit = 3

    /// The reason why a new key is not replaced by another one.
    static let refusedAgain = "the one that was read again is refused as well"

    private let state: Mutex<State>
    private let renewal: KeyRenewal?
    /// The parts of the user's headers to hide in texts.
    private let headerSecrets: [Credential]

    /// Creates a store with the first key, which cannot be replaced if `renewal` is nil.
    ///
    /// The values of `headers` are hidden in texts as keys are.
    init(_ credential: Credential, renewal: KeyRenewal? = nil, headers: [CustomHeader] = []) {
        state = Mutex(State(known: [KnownKey(credential)]))
        self.renewal = renewal
        headerSecrets = headers.flatMap(\.hiddenParts).map { .apiKey($0) }
    }

    /// The key for the next request.
    var current: Key {
        state.withLock { Key(number: $0.number, credential: $0.known[$0.known.count - 1].credential) }
    }

    /// Records that the server accepted a key, so that a later 401 means that it expired.
    func recordAcceptance(of key: Key) {
        state.withLock { state in
            guard state.number == key.number else { return }
            state.wasAccepted = true
            state.failure = nil
        }
    }

    /// Replaces a key that the server refused, once for all callers that wait for it.
    ///
    /// A new key that the server refuses before it accepted it once is not replaced. Throws `CancellationError`.
    func renew(after key: Key) async throws -> Answer {
        guard let renewal else { return .refused(nil) }
        while true {
            try Task.checkCancellation()
            let step = state.withLock { state -> Step in
                if state.number != key.number { return .finished(.renewed) }
                if let running = state.running { return .waiting(running) }
                if let failure = state.failure { return .finished(.refused(failure)) }
                if state.number > 0, !state.wasAccepted {
                    return .finished(.refused(Self.refusedAgain))
                }
                let task = Task { await replace(key, by: renewal) }
                state.running = task
                return .waiting(task)
            }
            switch step {
            case .finished(let answer): return answer
            case .waiting(let task):
                let answer = await withTaskCancellationHandler {
                    await task.value
                } onCancel: {
                    task.cancel()
                }
                // Another caller may have been canceled during its renewal; then this one tries again.
                if let answer { return answer }
            }
        }
    }

    private enum Step {
        case finished(Answer)
        /// A renewal is running; nil means that it was canceled.
        case waiting(Task<Answer?, Never>)
    }

    /// Reads the key and stores it; nil if the task was canceled.
    private func replace(_ key: Key, by renewal: KeyRenewal) async -> Answer? {
        var failure: String?
        var new: Credential?
        do {
            let credential = try await renewal()
            if !credential.isSendable {
                failure = "the new key is empty or contains characters that headers must not contain"
            } else if credential == key.credential {
                failure = "it was read again and is the same"
            } else {
                new = credential
            }
        } catch is CancellationError {
            state.withLock { $0.running = nil }
            return nil
        } catch {
            failure = (error as? KeyRenewalFailure)?.reason ?? "it could not be read again"
        }
        return state.withLock { state in
            state.running = nil
            guard let new else {
                state.failure = failure
                return .refused(failure)
            }
            state.known.append(KnownKey(new))
            state.known.removeFirst(max(0, state.known.count - Self.keptKeys))
            state.number += 1
            state.wasAccepted = false
            state.failure = nil
            return .renewed
        }
    }
}

// MARK: - Secrets in texts and bodies

extension KeyStore {
    /// The searches for the known keys that are newer than number `number`, and the number of the newest key.
    ///
    /// Pass -1 for those of all known keys.
    func searches(after number: Int) -> (searches: [KeySearch], number: Int) {
        state.withLock { state in
            let count = min(state.number - number, state.known.count)
            return (state.known.suffix(max(0, count)).compactMap(\.search), state.number)
        }
    }

    /// Returns whether one of the known keys is in these bytes.
    func containsKey(_ bytes: [UInt8]) -> Bool {
        searches(after: -1).searches.contains { $0.contains(bytes) }
    }

    /// Replaces every known key and every value of a header of the user in a text of the server.
    func removed(from text: String) -> String {
        let keys = state.withLock { $0.known.map(\.credential) }
        return (keys + headerSecrets).reduce(text) { $1.removed(from: $0) }
    }

    /// Replaces every known key and every value of a header of the user in the texts of an error.
    func removed(from error: ServiceError) -> ServiceError {
        var error = error
        error.operation = removed(from: error.operation)
        error.errorType = error.errorType.map(removed)
        error.message = error.message.map { String(removed(from: $0).prefix(ErrorBody.messageLimit)) }
        error.requestID = error.requestID.map(removed)
        error.keyRenewal = error.keyRenewal.map(removed)
        if let page = error.page {
            error.page?.contentType = page.contentType.map(removed)
            error.page?.title = page.title.map(removed)
        }
        error.code =
            switch error.code {
            case .transport(let fault, let detail): .transport(fault, detail: removed(from: detail))
            case .foreignOrigin(let origin): .foreignOrigin(removed(from: origin))
            case .redirect(let detail): .redirect(removed(from: detail))
            case .malformedReply(let detail): .malformedReply(removed(from: detail))
            case .malformedBatch(let reason): .malformedBatch(removed(from: reason))
            case .cursorStuck(let cursor): .cursorStuck(removed(from: cursor))
            case .status, .spendLimit, .noResultsURL, .keyEchoed, .listingTooLong, .cancelled: error.code
            }
        return error
    }
}

extension KeyStore: Redacted {}

/// Finds the keys of a client in a body, also those that are read while the body arrives.
struct BodySearch: Sendable {
    private let keys: KeyStore
    private var number = -1
    private var searches: [KeySearch] = []

    init(_ keys: KeyStore) {
        self.keys = keys
    }

    /// Returns whether a key is in these bytes, or begins in the bytes before and ends in these.
    mutating func finds(in chunk: [UInt8]) -> Bool {
        let (new, number) = keys.searches(after: number)
        searches += new
        self.number = number
        var isFound = false
        for index in searches.indices where searches[index].finds(in: chunk) { isFound = true }
        return isFound
    }
}
