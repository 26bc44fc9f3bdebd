import Foundation
import MessageBatches
import SystemPackage
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// System calls on the standard streams.
enum Terminal {
    /// Prepares the standard streams of the process.
    ///
    /// A stream that the caller closed is opened in the wrong direction, so that its use fails. Otherwise the next file
    /// that the program opens would become this stream, and output would be written into that file. A pipe without a
    /// reader is an error of the write instead of a signal.
    static func prepareStreams() {
        for number in 0...2 where fcntl(Int32(number), F_GETFD) < 0 {
            // A new file gets the lowest free number. If this fails, writing fails as well.
            _ = try? FileDescriptor.open(FilePath("/dev/null"), number == 0 ? .writeOnly : .readOnly)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes the beginning of some bytes to standard output and returns its length.
    ///
    /// Waits if the other side reads slowly.
    static func writeOutput(_ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        while true {
            do {
                // Safe: the call only reads the slice, which lives until the call returns.
                return try unsafe bytes.withUnsafeBytes { unsafe try FileDescriptor.standardOutput.write($0) }
            } catch {
                let code = error as? Errno ?? .ioError
                guard code == .wouldBlock else { throw code }
                var query = pollfd(fd: FileDescriptor.standardOutput.rawValue, events: Int16(POLLOUT), revents: 0)
                // Safe: the call only writes to the local structure.
                _ = unsafe poll(&query, 1, -1)
            }
        }
    }

    static func isTerminal(_ handle: FileHandle) -> Bool {
        isatty(handle.fileDescriptor) == 1
    }

    /// Whether the reader of a pipe or socket has closed it.
    ///
    /// Does not write to it.
    static func isClosed(_ handle: FileHandle) -> Bool {
        var query = pollfd(fd: handle.fileDescriptor, events: 0, revents: 0)
        // Safe: the call only writes to the local structure. The timeout of 0 means that it does not wait.
        return unsafe poll(&query, 1, 0) > 0 && query.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// The width in columns of the terminal at standard error or standard output, or 100 if there is no terminal.
    static var width: Int {
        for handle in [FileHandle.standardError, .standardOutput] {
            var size = winsize()
            // Safe: the call only writes to the local structure. There is no safe API for the terminal size.
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
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte.isDigit
                || "-_=./:,@%+".utf8.contains(byte)
        }
        return plain ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
