import BatchJoin
import BatchPipeline
import BatchSimulator
import BlockGzip
import JSONLines

// The steps a block of result lines goes through, each alone and on one thread: what a change of one of them costs.
//
//     BATCHKEEP_BENCHMARKS=1 swift run -c release Benchmarks

let lines = 20_000
let input = try Input(lines: lines)
let codec = try CodecChoice.auto.codec()
let members = try input.blocks.map { try codec.member(holding: $0.bytes.span) }
let flatRows = FlatRowWriter(batch: input.batch)

print("\(lines) lines, \(input.body.count) bytes in \(input.blocks.count) blocks; best of \(Stopwatch.rounds) rounds")
let stopwatch = Stopwatch(bytes: input.body.count)
try stopwatch.measure("split into blocks of lines") { try Input.split(input.body).count }
stopwatch.measure("check lines and read their fields") {
    input.blocks.reduce(0) { $0 + ResultDecoder.decode($1).records.count }
}
stopwatch.measure("write flat rows") { input.decoded.reduce(0) { $0 + flatRows.rows(of: $1).count } }
try stopwatch.measure("compress members") {
    try input.blocks.reduce(0) { $0 + (try codec.member(holding: $1.bytes.span)).count }
}
try stopwatch.measure("inflate members") { try members.reduce(0) { $0 + (try codec.content(of: $1.span)).count } }

let requests = try RequestFile(ids: lines)
defer { requests.remove() }
try Stopwatch(bytes: requests.size)
    .measure("index the keys of \(lines) requests") {
        _ = try PreparedJoin(requests.settings(codec))
        return lines
    }
