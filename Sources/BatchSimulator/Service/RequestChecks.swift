// What the API checks of a request before it looks at what is asked.

extension SimulatedRequest {
    /// What the key of the request comes to; with nil every key is right.
    func credential(accepting key: String?) -> RecordedRequest.Credential {
        guard let credential else { return .missing }
        return key == nil || key == credential ? .accepted : .refused
    }

    /// Refuses a request without a right key, without a version, or for another workspace.
    func check(credential: RecordedRequest.Credential, workspaceID: String) throws(APIError) {
        switch credential {
        case .missing: throw .noCredential
        case .refused: throw .wrongCredential
        case .accepted: break
        }
        guard headers.value(of: "anthropic-version") != nil else {
            throw .invalidRequest("anthropic-version: header is required")
        }
        if let asked = headers.value(of: "anthropic-workspace-id"), asked != workspaceID {
            throw .invalidRequest("anthropic-workspace-id: this key belongs to the workspace \(workspaceID)")
        }
    }

    /// The headers as they may be kept: the key's value is gone.
    var headersWithoutKey: [HeaderField] {
        headers.map { field in
            let isSecret = ["x-api-key", "authorization"].contains(field.name.lowercased())
            return isSecret ? HeaderField(field.name, "…") : field
        }
    }

    /// The cursor of a list request, if any.
    var cursor: String? {
        queryValue("after_id") ?? queryValue("before_id")
    }

    /// The page size of a list request, the default where it is unusable.
    var pageLimit: Int {
        queryValue("limit").flatMap { Int($0) }.flatMap { PageQuery.limits.contains($0) ? $0 : nil }
            ?? PageQuery.defaultLimit
    }
}
