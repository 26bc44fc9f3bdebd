#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A library of this process: what the loader knows of it.
///
/// A library that was opened is never closed: its code may be running on another thread.
@safe
struct LoadedLibrary: @unchecked Sendable {
    // Sendable because the loader's own calls are thread-safe and the handle never changes.
    private let handle: UnsafeMutableRawPointer?

    /// Everything the program was linked with.
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

    /// Opens the first of the given libraries that this machine has.
    init?(firstOf names: [String]) {
        let handles = unsafe names.lazy.compactMap { unsafe dlopen($0, RTLD_NOW | RTLD_LOCAL) }
        guard let handle = unsafe handles.first else { return nil }
        unsafe self.init(handle: handle)
    }

    /// The function of that name.
    ///
    /// The caller vouches for its type, which must be a `@convention(c)` function type.
    @unsafe
    func function<Function>(_ name: String) -> Function? {
        guard let address = unsafe dlsym(handle, name) else { return nil }
        return unsafe unsafeBitCast(address, to: Function.self)
    }

    /// The file that holds the function of that name.
    func path(ofFunction name: String) -> String? {
        // Glibc declares dladdr only for GNU sources, which Swift's import of it is not. So it is looked up too, and
        // Dl_info is four pointers, the first being the file's name.
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
