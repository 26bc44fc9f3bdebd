extension String {
    /// As one word of a shell.
    var shellQuoted: String {
        let plain = utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || "-_=./:,@%+".utf8.contains(byte)
        }
        return plain ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
