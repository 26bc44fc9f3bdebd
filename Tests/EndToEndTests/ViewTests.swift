import Foundation
import Testing

/// The tools for which `views/` is made, on an archive of the samples.
struct ViewTests {
    private static let page = Document.page("OtherTools")

    /// Runs a script in the folder of an archive of the samples.
    private func python(_ script: String, _ body: (Program.FinishedRun, TemporaryFolder) async throws -> Void)
        async throws
    {
        let python = try #require(ViewPeers.python)
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--since", "2024-08-01", "--archive", folder.path, "--quiet"],
                    environment: simulation.environment
                )
                try #require(run.status == 0, "\(run.notes)")
            }
            let run = try await Program.run(["-c", script], executable: python, in: folder.url)
            #expect(run.status == 0, "\(run.notes)")
            try await body(run, folder)
        }
    }

    @Test(.enabled(if: ViewPeers.python != nil, "needs a Python with duckdb, polars, pyarrow, pandas, jsonschema"))
    func `DuckDB's views count, sum and price like select`() async throws {
        let script = """
            import duckdb
            con = duckdb.connect()
            con.execute(open("views/duckdb.sql").read())
            print(*con.sql("SELECT result_type, count(*), sum(output_tokens) FROM results GROUP BY 1 ORDER BY 1").fetchall())
            for row in con.sql("SELECT model, count(*), CASE WHEN count(*) = count(cost_usd) THEN sum(cost_usd) END FROM costs GROUP BY 1 ORDER BY 1").fetchall():
                print(row[0], row[1], "" if row[2] is None else format(row[2].normalize(), "f"), sep=",")
            print(con.sql("SELECT count(*), count(DISTINCT batch_id), count(text) FILTER (WHERE text <> '') FROM messages").fetchall()[0])
            print(con.sql("SELECT count(*), count(error_message) FROM errors").fetchall()[0])
            print(con.sql("SELECT count(*), sum(succeeded + errored + canceled + expired) FROM batches").fetchall()[0])
            print(con.sql("SELECT typeof(date), typeof(batch_created_at), typeof(usable) FROM results LIMIT 1").fetchall()[0])
            """
        try await python(script) { run, folder in
            let lines = run.lines
            #expect(
                lines.first == "('canceled', 53, 0) ('errored', 54, 0) ('expired', 5, 0) ('succeeded', 917, 106221)"
            )
            let select = try await Program.run([
                "select", "--archive", folder.path, "--result", "succeeded", "--by", "model", "--columns",
                "cost_usd", "--format", "csv",
            ])
            #expect(Array(lines.dropFirst().dropLast(4)) == Array(select.lines.dropFirst()))
            let texts = try await Program.run([
                "select", "--archive", folder.path, "--columns", "text", "--where", "text!=null", "--where", "text!=",
            ])
            #expect(
                lines.suffix(4).map { $0 } == [
                    "(1029, 13, \(texts.lines.count))", "(54, 54)", "(13, 1029)", "('DATE', 'TIMESTAMP', 'BOOLEAN')",
                ]
            )
        }
    }

    @Test(.enabled(if: ViewPeers.python != nil, "needs a Python with duckdb, polars, pyarrow, pandas, jsonschema"))
    func `the documented line converts results to Parquet and back`() async throws {
        let line = "COPY results TO 'results.parquet'"
        #expect(Self.page.text.contains("duckdb -init views/duckdb.sql -c \"\(line)\""))
        let script = """
            import duckdb, pyarrow.parquet
            con = duckdb.connect()
            con.execute(open("views/duckdb.sql").read())
            con.execute("\(line)")
            table = pyarrow.parquet.read_table("results.parquet")
            print(table.num_rows, sum(table["output_tokens"].to_pylist()), table["error_type"].null_count)
            """
        try await python(script) { run, _ in #expect(run.lines == ["1029 106221 975"]) }
    }

    @Test(.enabled(if: ViewPeers.python != nil, "needs a Python with duckdb, polars, pyarrow, pandas, jsonschema"))
    func `the documented query compares the answers of two models to the same requests`() async throws {
        let sql = try ViewPeers.documentedQuery(below: "### Which answers differ between two models?")
        let script = """
            import collections, decimal, duckdb, glob, gzip, json
            con = duckdb.connect()
            con.execute(open("views/duckdb.sql").read())
            def read(side):
                lines = [json.loads(line) for line in gzip.open(glob.glob(f"raw/*/{side}.jsonl.gz")[0])]
                texts = {line["custom_id"]: "".join(
                    block["text"] for block in line["result"]["message"]["content"] if block["type"] == "text")
                    for line in lines if line["result"]["type"] == "succeeded"}
                rows = gzip.open(glob.glob(f"results/*/{side}.ndjson.gz")[0])
                rows = [json.loads(row, parse_float=decimal.Decimal) for row in rows]
                return texts, {row["custom_id"]: row["cost_usd"] or 0 for row in rows}
            first, second = "msgbatch_016pccQxdPagbHrfhvTCoL6X", "msgbatch_01rL7YM1ivj6Uosr8PU4wi8f"
            for sides in [(first, second), (second, first), (first, first)]:
                (a_texts, a_costs), (b_texts, b_costs) = read(sides[0]), read(sides[1])
                own = collections.defaultdict(lambda: [0, 0, 0])
                for id in a_costs.keys() | b_costs.keys():
                    a, b = a_texts.get(id), b_texts.get(id)
                    if a is None or b is None:
                        name = "in neither" if a is b else "only in the second" if a is None else "only in the first"
                    else:
                        name = "equal" if a == b else "different"
                    own[name][0] += 1; own[name][1] += a_costs.get(id, 0); own[name][2] += b_costs.get(id, 0)
                sql = '''\(sql)'''.replace(first, "<1>").replace(second, "<2>")
                sql = sql.replace("<1>", sides[0]).replace("<2>", sides[1])
                found = {row[0]: [row[1], row[2] or 0, row[3] or 0] for row in con.sql(sql).fetchall()}
                print(found == own, *sorted((name, row[0]) for name, row in own.items()))
            """
        try await python(script) { run, _ in
            #expect(
                run.lines == [
                    "True ('different', 116) ('in neither', 22) ('only in the second', 12)",
                    "True ('different', 116) ('in neither', 22) ('only in the first', 12)",
                    "True ('equal', 116) ('in neither', 4)",
                ]
            )
        }
    }

    @Test(.enabled(if: ViewPeers.python != nil, "needs a Python with duckdb, polars, pyarrow, pandas, jsonschema"))
    func `Polars and PyArrow read every row`() async throws {
        let script = """
            import glob, polars as pl, pyarrow as pa, pyarrow.json
            exec(open("views/polars.py").read())
            frame = results().collect()
            print(len(frame), frame["output_tokens"].sum(), frame["error_type"].null_count(), frame.schema["batch_created_at"])
            print(frame["cost_usd"].sum(), frame["cost_usd"].count())
            print(frame.filter(pl.col("batch_created_at") < pl.datetime(2024, 9, 1, time_zone="UTC")).height)
            tables = [pyarrow.json.read_json(path) for path in sorted(glob.glob("results/*/*.gz"))]
            table = pa.concat_tables(tables, promote_options="permissive")
            print(table.num_rows, sum(table["output_tokens"].to_pylist()), table["error_type"].null_count)
            """
        try await python(script) { run, _ in
            #expect(
                run.lines == [
                    "1029 106221 975 Datetime(time_unit='us', time_zone='UTC')", "10.247101670000 911", "38",
                    "1029 106221 975",
                ]
            )
        }
    }

    @Test(.enabled(if: ViewPeers.python != nil, "needs a Python with duckdb, polars, pyarrow, pandas, jsonschema"))
    func `every row matches the JSON Schema, and an invalid one does not`() async throws {
        let script = """
            import glob, gzip, json, jsonschema
            schema = json.load(open("views/schema/results.schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            rows = [json.loads(line) for path in glob.glob("results/*/*.gz") for line in gzip.open(path)]
            for row in rows: validator.validate(row)
            print(len(rows), validator.is_valid(rows[0] | {"usable": "yes"}), validator.is_valid(rows[0] | {"more": 1}))
            package = json.load(open("views/datapackage.json"))["resources"][0]
            print([field["name"] for field in package["schema"]["fields"]] == list(rows[0]), len(glob.glob("views/" + package["path"])))
            compile(open("views/spark.py").read(), "spark.py", "exec")
            """
        try await python(script) { run, _ in #expect(run.lines == ["1029 False False", "True 13"]) }
    }

    @Test(.enabled(if: ViewPeers.has("frictionless, jsonlines"), "needs a Python with frictionless[json]"))
    func `Frictionless accepts every file, and counts and sums like summarize`() async throws {
        let script = """
            import glob, json
            from frictionless import Resource, system
            resource = json.load(open("views/datapackage.json"))["resources"][0]
            rows = []
            with system.use_context(trusted=True):
                for path in sorted(glob.glob("results/*/*.gz")):
                    report = Resource.from_descriptor(resource | {"path": path}).validate()
                    assert report.valid, report.flatten(["rowNumber", "fieldName", "type"])
                    rows += Resource.from_descriptor(resource | {"path": path}).read_rows()
            print(len(rows), sum(row["output_tokens"] for row in rows))
            """
        try await python(script) { run, folder in
            let summary = try await ViewPeers.summary(of: folder)
            #expect(run.lines == [summary], "\(run.notes)")
        }
    }

    @Test(.enabled(if: ViewPeers.has("sqlite_utils"), "needs a Python with sqlite-utils"))
    func `sqlite-utils makes a file of every row at any path`() async throws {
        let script = """
            import os, sqlite3, subprocess, sys
            os.environ["PATH"] = os.path.dirname(sys.executable) + ":" + os.environ["PATH"]
            os.mkdir("elsewhere")
            for file in ["out.db", os.path.abspath("elsewhere/out.db")]:
                subprocess.run(["sh", "../views/datasette.sh", file], check=True, cwd="elsewhere")
                path = os.path.join("elsewhere", file)
                print(*sqlite3.connect(path).execute("SELECT count(*), sum(output_tokens) FROM results").fetchone())
            """
        try await python(script) { run, folder in
            let summary = try await ViewPeers.summary(of: folder)
            #expect(run.lines == [summary, summary], "\(run.notes)")
        }
    }

    @Test(.enabled(if: ViewPeers.has("chdb"), "needs a Python with chdb"))
    func `ClickHouse counts and sums like summarize`() async throws {
        let script = """
            from chdb import session
            clickhouse = session.Session()
            text = "".join(line for line in open("views/clickhouse.sql") if not line.startswith("--"))
            for statement in text.split(";\\n"):
                if statement.strip(): clickhouse.query(statement)
            print(clickhouse.query("SELECT count(), sum(output_tokens) FROM results", "TSV").data().strip().replace("\\t", " "))
            """
        try await python(script) { run, folder in
            let summary = try await ViewPeers.summary(of: folder)
            #expect(run.lines == [summary], "\(run.notes)")
        }
    }

    @Test(.enabled(if: ViewPeers.has("pyspark"), "needs a Python with pyspark, and Java"))
    func `Spark counts and sums like summarize`() async throws {
        let script = """
            from pyspark.sql import SparkSession
            spark = SparkSession.builder.master("local[2]").getOrCreate()
            spark.sparkContext.setLogLevel("ERROR")
            exec(open("views/spark.py").read())
            row = results(spark).selectExpr("count(*) AS n", "sum(output_tokens) AS s").first()
            print(row.n, row.s)
            """
        try await python(script) { run, folder in
            let summary = try await ViewPeers.summary(of: folder)
            #expect(run.lines == [summary], "\(run.notes)")
        }
    }

    @Test(.enabled(if: ViewPeers.python != nil, "needs a Python with duckdb, polars, pyarrow, pandas, jsonschema"))
    func `the documented Python lines run in the archive's folder`() async throws {
        let lines = Self.page.blocks("python")
        #expect(lines.count == 2)
        for line in lines {
            try await python(line) { run, _ in #expect(run.lines.count >= 4, "\(line)") }
        }
    }

    @Test func `the documented jq line reads raw`() async throws {
        let line = try #require(Self.page.indentedLines(below: "Views").first { $0.contains("select(.result.type") })
        guard try await Program.tool("jq", ["--version"]) != nil else { return }
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--since", "2024-08-01", "--archive", folder.path, "--quiet"],
                    environment: simulation.environment
                )
                try #require(run.status == 0, "\(run.notes)")
            }
            let run = try await Program.run(
                ["-c", line],
                executable: URL(filePath: "/bin/bash"),
                in: folder.url
            )
            #expect(run.lines.count == 54, "\(run.notes)")
        }
    }
}

/// Other tools of the machine.
private enum ViewPeers {
    /// A Python with the packages that read an archive in the tests; `.ci/run` installs one.
    static let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"].map { URL(filePath: $0) }

    /// Whether that Python can import some modules.
    static func has(_ modules: String) -> Bool {
        guard let python else { return false }
        let process = Process()
        process.executableURL = python
        process.arguments = ["-c", "import \(modules)"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// The SQL of the command below a heading of the documentation: the text in quotes after `-c`.
    static func documentedQuery(below heading: String) throws -> String {
        let folder = Program.package.appending(path: "Sources/BatchPipeline/BatchPipeline.docc")
        let pages = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        let texts = try pages.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        let text = try #require(texts.first { $0.contains(heading) })
        let command = text.components(separatedBy: heading)[1].components(separatedBy: "-c \"")[1]
        return command.components(separatedBy: "\"\n")[0]
    }

    /// Requests and output tokens of an archive, as `summarize` adds them up.
    static func summary(of folder: TemporaryFolder) async throws -> String {
        let run = try await Program.run(["summarize", "--archive", folder.path, "--format", "json"])
        let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]]
        let row = try #require(document?.first)
        return "\(row["requests"] ?? "") \(row["output_tokens"] ?? "")"
    }
}
