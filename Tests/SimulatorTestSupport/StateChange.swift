package import BatchSimulator
import MessageBatches

/// A change to the state of a service.
package enum StateChange: Sendable {
    /// A batch appears at its place in time, or takes the place of the one with its id.
    case add(SimulatedBatch)
    /// A batch disappears, as after a delete.
    case remove(String)
    /// A batch's results are withdrawn.
    case withdraw(String)
    /// A member of a batch object changes (raw JSON; nil leaves it out).
    case setMember(String, of: String, to: String?)
}

extension ServiceState {
    mutating func apply(_ change: StateChange, at now: Timestamp) {
        switch change {
        case .add(let batch): store.insert(batch)
        case .remove(let id): store.remove(id)
        case .withdraw(let id): store.update(id) { $0.withdraw(at: now) }
        case .setMember(let key, let id, let value): store.update(id) { $0.edit(JSONEdit(key, value)) }
        }
    }
}

extension SimulatedService {
    /// Changes the state from outside, as a fault would.
    package func apply(_ change: StateChange) {
        withState { $0.apply(change, at: $1) }
    }

    /// A batch object as the service would answer it now, or nil if there is none.
    package func batch(_ id: String) -> [UInt8]? {
        withState { $0.store[id]?.json(at: $1, baseURL: $0.baseURL) }
    }

    /// The results of a batch as the service would send them now without faults, or nil if it has none.
    package func results(of id: String) -> [UInt8]? {
        withState { $0.store[id]?.readableResults(at: $1) }?.collected()
    }
}
