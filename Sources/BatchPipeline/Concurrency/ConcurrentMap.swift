/// The order in which ``mapConcurrently(limit:order:next:work:consume:)`` consumes results.
package enum ResultOrder: Sendable {
    /// The order of the inputs.
    ///
    /// A slow item delays the results after it, and they count against the limit.
    case input
    /// The order in which the items finish.
    case completion
}

/// What to do after a result is consumed.
package enum ConcurrentFlow: Sendable {
    /// Continue.
    case proceed
    /// Start no new items and cancel running ones, but still consume their results.
    case drain
    /// Cancel running items and drop their results.
    case stop
}

/// Processes items concurrently, up to `limit` at a time, and consumes the results one after another.
///
///     try await mapConcurrently(limit: 4) { try await blocks.next() } work: { compress($0) } consume: { member in
///         try await file.append(member)
///         return .proceed
///     }
///
/// Memory is bounded: `next` is called only if fewer than `limit` items are in flight.
///
/// - Parameters:
///   - limit: The number of items in flight; values below 1 count as 1.
///   - order: The order of the results.
///   - next: Returns the next item, nil at the end. If it throws, the items that are already running are finished and
///     consumed before the error is thrown.
///   - work: The parallel part. If it throws, the other items are canceled and the error is thrown at once.
///   - consume: Receives one result at a time. If it throws, the running items are canceled.
/// - Throws: The first error of `work` or `consume`, otherwise that of `next`.
package func mapConcurrently<Input: Sendable, Output: Sendable, Failure: Error>(
    limit: Int,
    order: ResultOrder = .input,
    next: () async throws(Failure) -> Input?,
    work: @escaping @Sendable (Input) async throws(Failure) -> Output,
    consume: (Output) async throws(Failure) -> ConcurrentFlow
) async throws(Failure) {
    let failure = await withTaskGroup(of: (Int, Result<Output, Failure>).self) { group -> Failure? in
        var early: [Int: Output] = [:]
        var (started, finished, consumed) = (0, 0, 0)
        var isExhausted = false
        var inputFailure: Failure?
        do throws(Failure) {
            while true {
                while !isExhausted, started - (order == .input ? consumed : finished) < max(1, limit) {
                    do throws(Failure) {
                        guard let input = try await next() else {
                            isExhausted = true
                            break
                        }
                        group.addTask { [number = started] in
                            do throws(Failure) {
                                return (number, .success(try await work(input)))
                            } catch {
                                return (number, .failure(error))
                            }
                        }
                        started += 1
                    } catch {
                        (inputFailure, isExhausted) = (error, true)
                    }
                }
                guard let (number, result) = await group.next() else { break }
                finished += 1
                early[order == .input ? number : consumed] = try result.get()
                while let output = early.removeValue(forKey: consumed) {
                    consumed += 1
                    switch try await consume(output) {
                    case .proceed: continue
                    case .drain:
                        isExhausted = true
                        group.cancelAll()
                    case .stop:
                        group.cancelAll()
                        return nil
                    }
                }
            }
            return inputFailure
        } catch {
            group.cancelAll()
            return error
        }
    }
    if let failure { throw failure }
}

/// Returns the results of `work` for all items, in the order of the items, with up to `limit` items in flight.
///
/// - Throws: The first error of `work`.
package func mapConcurrently<Input: Sendable, Output: Sendable, Failure: Error>(
    _ inputs: some Sequence<Input>,
    limit: Int,
    work: @escaping @Sendable (Input) async throws(Failure) -> Output
) async throws(Failure) -> [Output] {
    var iterator = inputs.makeIterator()
    var outputs: [Output] = []
    try await mapConcurrently(limit: limit) { () async throws(Failure) in
        iterator.next()
    } work: { (input: Input) async throws(Failure) in
        try await work(input)
    } consume: { (output: Output) async throws(Failure) in
        outputs.append(output)
        return .proceed
    }
    return outputs
}
