/// The version of the program, as in `--version`, the user agent and the manifests.
package enum BatchkeepVersion {
    package static let current = "0.1.0"
}
