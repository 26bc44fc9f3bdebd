#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A shared library that is loaded into this process.
///
/// A library is never closed, because its code may be running on another thread.
@safe
struct LoadedLibrary: @unchecked Sendable {
    // Sendable because the functions of the loader are thread-safe and the handle never changes.
    private let handle: UnsafeMutableRawPointer?

    /// The program itself and all libraries it is linked with.
    static let program: LoadedLibrary = {
        #if canImport(Darwin)
        // RTLD_DEFAULT of <dlfcn.h>, a macro that Swift does not import.
        unsafe LoadedLibrary(handle: UnsafeMutableRawPointer(bitPattern: -2))
        #else
        unsafe LoadedLibrary(handle: nil)
        #endif
    }()

    private init(handle: UnsafeMutableRawPointer?) {
        unsafe self.handle = handle
    }

    /// Opens the first library in the list that is installed; nil if there is none.
    init?(firstOf names: [String]) {
        let handles = unsafe names.lazy.compactMap { unsafe dlopen($0, RTLD_NOW | RTLD_LOCAL) }
        guard let handle = unsafe handles.first else { return nil }
        unsafe self.init(handle: handle)
    }

    /// Returns the function with this name.
    ///
    /// The caller is responsible for the type, which must be a `@convention(c)` function type.
    @unsafe
    func function<Function>(_ name: String) -> Function? {
        guard let address = unsafe dlsym(handle, name) else { return nil }
        return unsafe unsafeBitCast(address, to: Function.self)
    }

    /// Returns the path of the file that contains the function with this name.
    func path(ofFunction name: String) -> String? {
        // Glibc declares dladdr only with _GNU_SOURCE, which Swift's import does not define, so it is looked up by
        // name. Dl_info consists of four pointers; the first is the file name.
        typealias Information = (
            file: UnsafePointer<CChar>?, base: UnsafeRawPointer?, name: UnsafePointer<CChar>?, start: UnsafeRawPointer?
        )
        typealias AddressLookup =
            @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer) -> Int32
        guard
            let dladdr: AddressLookup = unsafe Self.program.function("dladdr"),
            let address = unsafe dlsym(handle, name)
        else { return nil }
        var information: Information = (nil, nil, nil, nil)
        let found = unsafe withUnsafeMutableBytes(of: &information) { unsafe dladdr(address, $0.baseAddress!) }
        guard found != 0, let file = unsafe information.file else { return nil }
        return unsafe String(cString: file)
    }
}
