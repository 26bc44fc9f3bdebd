/// The version of the program, shown by `--version` and stored in the user agent and in manifests.
package enum BatchkeepVersion {
    package static let current = "0.1.0"
}
