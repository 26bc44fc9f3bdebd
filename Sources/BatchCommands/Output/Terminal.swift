import Foundation
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What only the system knows about the standard streams.
enum Terminal {
    static func isTerminal(_ handle: FileHandle) -> Bool {
        isatty(handle.fileDescriptor) == 1
    }

    /// Whether the reader of a pipe or socket has closed it, found out without writing to it.
    static func isClosed(_ handle: FileHandle) -> Bool {
        var query = pollfd(fd: handle.fileDescriptor, events: 0, revents: 0)
        // The call fills the structure, which is ours, and waits for nothing.
        return unsafe poll(&query, 1, 0) > 0 && query.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// Columns of the terminal at standard error or output; 100 if there is none.
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

extension String {
    /// The text as one word of a shell command.
    var shellQuoted: String {
        let plain = utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || "-_=./:,@%+".utf8.contains(byte)
        }
        return plain ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
