/// A value that never shows what it holds: not in text, not in a debugger's dump, not inside another value's dump.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { "[hidden]" }
    package var debugDescription: String { "[hidden]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
