import BatchSimulator
import MessageBatches

// All faults are applied here: first to the answer, then to the encoded reply.

extension Fault {
    /// Changes an answer.
    ///
    /// `firstPage` returns the page without a cursor, and `cursor` is the requested one.
    func apply(to answer: inout Answer, cursor: String?, baseURL: String, firstPage: () -> BatchPage?) {
        switch effect {
        case .answer(let status, let headers, let body):
            if let body {
                answer = .reply(SimulatedReply(status: status, headers: headers, body: .bytes(Array(body.utf8))))
            } else {
                answer = .error(.documented(forStatus: status, headers: headers))
            }
        case .redirect(let target, let status):
            let location = target.replacing(SimulatedBatch.baseURLPlaceholder, with: baseURL)
            let headers = [HeaderField("location", location)]
            answer = .reply(SimulatedReply(status: status, headers: headers, body: .bytes([])))
        case .batchMember(let key, let value):
            let edit = JSONEdit(key, value?.replacing(SimulatedBatch.baseURLPlaceholder, with: baseURL))
            answer.editBatches(edit, only: batchID)
        case .page(let fault):
            answer.apply(fault, cursor: cursor, firstPage: firstPage)
        case .results(let fault):
            if case .results(let id, let body) = answer {
                answer = .results(batchID: id, .bytes(fault.applied(to: body.collected())))
            }
        case .change, .header, .shiftDate, .delay, .gzip, .encode, .interrupt:
            break
        }
    }

    /// Changes a reply and how it is sent.
    func apply(to reply: inout SimulatedReply, _ delivery: inout Delivery, now: Timestamp) {
        switch effect {
        case .header(let name, let value): reply.headers.set(name, to: value)
        case .shiftDate(let seconds): reply.headers.set("date", to: now.adding(seconds: seconds).httpDate)
        case .delay(let duration): delivery.delay += duration
        case .gzip: reply.isGzipped = true
        case .encode(let coding, let encode):
            reply.body = .bytes(encode(reply.body.collected()))
            reply.isGzipped = false
            reply.headers.set("content-encoding", to: coding)
        case .interrupt(let action, let place): delivery.interruption = Interruption(action, at: place)
        case .answer, .redirect, .change, .batchMember, .page, .results: break
        }
    }
}

extension Answer {
    fileprivate mutating func editBatches(_ edit: JSONEdit, only wanted: String?) {
        switch self {
        case .batch(let id, let json):
            self = .batch(id: id, json: edit.applied(to: json))
        case .page(var page):
            for index in page.batches.indices where wanted == nil || wanted == page.batches[index].id {
                page.batches[index].json = edit.applied(to: page.batches[index].json)
            }
            self = .page(page)
        default:
            break
        }
    }

    fileprivate mutating func apply(_ fault: PageFault, cursor: String?, firstPage: () -> BatchPage?) {
        guard case .page(var page) = self else { return }
        switch fault {
        case .member(let key, let value):
            page.edits.append(JSONEdit(key, value))
        case .repeatedCursor:
            page.edits.append(.text("last_id", cursor ?? page.batches.first?.id))
            page.hasMore = true
        case .ignoredCursor:
            page = firstPage() ?? page
            page.hasMore = true
        case .emptyWithMore:
            page.batches = []
            page.hasMore = true
        case .cut(let count, let keepsCursor):
            guard page.batches.count > count else { break }
            if keepsCursor { page.edits.append(.text("last_id", page.batches.last?.id)) }
            page.batches = Array(page.batches.prefix(count))
            page.hasMore = true
        case .filtered(let ids):
            page.edits.append(.text("last_id", page.batches.last?.id))
            page.batches.removeAll { !ids.contains($0.id) }
        }
        self = .page(page)
    }
}

extension APIError {
    /// The error that the API documents for a status, for faults that give only the status.
    fileprivate static func documented(forStatus status: Int, headers: [HeaderField]) -> APIError {
        let (type, message) =
            switch status {
            case 400: ("invalid_request_error", "Invalid request")
            case 401: ("authentication_error", "invalid x-api-key")
            case 402: ("billing_error", "There is an issue with your billing or payment information")
            case 403: ("permission_error", "Your API key does not have permission to use the specified resource")
            case 404: ("not_found_error", "Not Found")
            case 409: ("conflict_error", "The request conflicts with the current state of the resource")
            case 413: ("request_too_large", "Request exceeds the maximum size")
            case 429: ("rate_limit_error", "This request would exceed your organization's rate limit")
            case 504: ("timeout_error", "The request timed out while processing")
            case 529: ("overloaded_error", "Overloaded")
            case 500...: ("api_error", "Internal server error")
            default: ("invalid_request_error", "Status \(status)")
            }
        return APIError(status: status, type: type, message: message, headers: headers)
    }
}

extension ResultsFault {
    fileprivate func applied(to bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .replaced(let other): return other
        case .appended(let more): return bytes + more
        case .flip(let offset):
            guard bytes.indices.contains(offset) else { return bytes }
            var bytes = bytes
            bytes[offset] ^= 1
            return bytes
        case .dropLine(let number):
            return Self.editingLines(of: bytes, line: number) { lines, index in lines.remove(at: index) }
        case .repeatLine(let number):
            return Self.editingLines(of: bytes, line: number) { lines, index in lines.append(lines[index]) }
        case .replaceLine(let number, let line):
            return Self.editingLines(of: bytes, line: number) { lines, index in lines[index] = line[...] }
        }
    }

    /// Changes the lines, if there is one with this number.
    ///
    /// The last line ends in a newline only if it did before.
    private static func editingLines(
        of bytes: [UInt8],
        line number: Int,
        _ edit: (inout [ArraySlice<UInt8>], Int) -> Void
    ) -> [UInt8] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let endsInNewline = lines.last?.isEmpty == true
        if endsInNewline { lines.removeLast() }
        guard lines.indices.contains(number - 1) else { return bytes }
        edit(&lines, number - 1)
        let joined = Array(lines.joined(separator: [0x0A]))
        return endsInNewline && !lines.isEmpty ? joined + [0x0A] : joined
    }
}
