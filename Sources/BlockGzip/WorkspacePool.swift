import Synchronization

/// A pool of working memory for a C library; allocating it would cost more than compressing a small block.
///
/// Each call borrows one workspace, so any number of calls can run concurrently. The pool creates only as many
/// workspaces as calls have run at the same time.
final class WorkspacePool: Sendable {
    /// Working memory that one call uses exclusively.
    @safe
    struct Workspace: @unchecked Sendable {
        // Sendable because only one call uses it at a time: ``WorkspacePool/idle`` hands out each workspace once.
        let pointer: UnsafeMutableRawPointer

        init(_ pointer: UnsafeMutableRawPointer) {
            unsafe self.pointer = pointer
        }
    }

    private let make: @Sendable () -> Workspace?
    private let free: @Sendable (Workspace) -> Void
    private let idle = Mutex<[Workspace]>([])

    init(make: @escaping @Sendable () -> Workspace?, free: @escaping @Sendable (Workspace) -> Void) {
        self.make = make
        self.free = free
    }

    deinit {
        idle.withLock { $0.forEach(free) }
    }

    /// Calls `body` with a workspace that no other call uses.
    func withWorkspace<Result>(
        _ body: (Workspace) throws(GzipFailure) -> Result
    ) throws(GzipFailure) -> Result {
        guard let workspace = idle.withLock({ $0.popLast() }) ?? make() else { throw GzipFailure(.outOfMemory) }
        defer { idle.withLock { $0.append(workspace) } }
        return try body(workspace)
    }
}
