import Foundation
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What only the system can tell of the standard streams.
enum Terminal {
    static func isTerminal(_ handle: FileHandle) -> Bool {
        isatty(handle.fileDescriptor) == 1
    }

    /// Whether whoever read a pipe or socket has closed it: seen without writing to it.
    static func isClosed(_ handle: FileHandle) -> Bool {
        var query = pollfd(fd: handle.fileDescriptor, events: 0, revents: 0)
        // The call fills the structure, which is ours, and waits for nothing.
        return unsafe poll(&query, 1, 0) > 0 && query.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// Columns of the terminal behind standard error or output; 100 where there is none.
    static var width: Int {
        for handle in [FileHandle.standardError, .standardOutput] {
            var size = winsize()
            // The only way to ask: the call fills the structure, which is ours.
            if unsafe ioctl(handle.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
                return max(40, Int(size.ws_col))
            }
        }
        return 100
    }
}
