import Foundation
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The terminal the program runs in, if there is one.
enum Terminal {
    static func isTerminal(_ handle: FileHandle) -> Bool {
        isatty(handle.fileDescriptor) == 1
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
