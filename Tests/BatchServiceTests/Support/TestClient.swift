import BatchPipeline
import MessageBatches
import Synchronization

@testable import BatchService

/// The secret of every test: it must turn up in request headers and nowhere else.
let testKey = "sk-ant-test-0123456789"

extension BatchServiceClient {
    /// Runs `body` with a client for `baseURL` whose pauses take no time, and shuts it down.
    static func run<Value>(
        _ baseURL: String,
        clock: any Clock<Duration> = ManualClock(skipping: .seconds(7_200)),
        settings change: (inout ServiceSettings) -> Void = { _ in },
        onRetry: @escaping @Sendable (RetryNotice) -> Void = { _ in },
        body: (BatchServiceClient) async throws -> Value
    ) async throws -> Value {
        var settings = ServiceSettings(baseURL: baseURL, credential: .apiKey(testKey), idleTimeout: .seconds(1_000_000))
        change(&settings)
        let environment = ServiceEnvironment(
            clock: clock,
            now: { Timestamp("2026-11-22T12:00:00Z")! },
            random: { 0 },
            onRetry: onRetry
        )
        let client = try BatchServiceClient(settings, environment: environment)
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }
}

extension ResultStream {
    /// Everything up to the end, or up to the error that ended it.
    func drain() async -> (bytes: [UInt8], error: (any Error)?) {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body { bytes += chunk }
        } catch {
            return (bytes, error)
        }
        return (bytes, nil)
    }
}

extension MessageBatch {
    /// An ended batch with the given address of results.
    static func ended(_ id: String = "msgbatch_1", resultsURL: String?) -> MessageBatch {
        MessageBatch(
            id: id,
            status: .ended,
            counts: RequestCounts(byType: ["succeeded": 1]),
            createdAt: Timestamp("2026-11-20T00:00:00Z")!,
            resultsURL: resultsURL,
            json: []
        )
    }
}

extension BatchServiceClient {
    /// The failure of asking for a page, or nil if it came.
    func pageFailure() async -> ServiceError? {
        do throws(ServiceError) {
            _ = try await page(PageQuery())
            return nil
        } catch {
            return error
        }
    }

    /// The failure of asking for the results at `resultsURL`, or nil if they began to come.
    func resultsFailure(_ resultsURL: String? = "/results") async -> ServiceError? {
        do throws(ServiceError) {
            _ = try await results(of: .ended(resultsURL: resultsURL))
            return nil
        } catch {
            return error
        }
    }
}

extension ServiceError {
    /// The step at which the transport failed, or nil for another failure.
    var transportFault: TransportFault? {
        guard case .transport(let fault, _) = code else { return nil }
        return fault
    }
}
