import BatchPipeline

extension ArchiveView {
    /// `views/spark.py`: the schema of the flat table for PySpark.
    static let spark: ArchiveView = {
        let fields = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                case .text: "StringType()"
                case .integer: "LongType()"
                case .money: "DecimalType(38, 12)"
                case .boolean: "BooleanType()"
                case .timestamp: "TimestampType()"
                }
            return "    StructField(\"\(column.name)\", \(type), \(column.isNullable ? "True" : "False")),"
        }
        return ArchiveView(
            name: "spark.py",
            text: """
                \"\"\"The flat table of this archive for PySpark.

                Made by batchkeep from its schema; changes here are overwritten.

                    exec(open("views/spark.py").read())
                    results(spark).groupBy("model").sum("output_tokens").show()
                \"\"\"

                from pyspark.sql.types import (
                    BooleanType, DecimalType, LongType, StringType, StructField, StructType, TimestampType,
                )

                RESULTS = StructType([
                \(fields.joined(separator: "\n"))
                ])


                def results(spark, archive="."):
                    \"\"\"All results; the column date is the day the batch was created, and reads only its files.\"\"\"
                    return spark.read.schema(RESULTS).option("basePath", f"{archive}/results").json(f"{archive}/results")

                """
        )
    }()

    /// `views/polars.py`: the schema of the flat table for Polars.
    static let polars: ArchiveView = {
        let fields = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                // Polars reads times and decimals in JSON as text only.
                case .text, .timestamp, .money: "pl.String"
                case .integer: "pl.Int64"
                case .boolean: "pl.Boolean"
                }
            return "    \"\(column.name)\": \(type),"
        }
        let names = { (kind: FlatSchema.Kind) in
            FlatSchema.columns.filter { $0.kind == kind }.map { "\"\($0.name)\"" }.joined(separator: ", ")
        }
        return ArchiveView(
            name: "polars.py",
            text: """
                \"\"\"The flat table of this archive for Polars.

                Made by batchkeep from its schema; changes here are overwritten.

                    exec(open("views/polars.py").read())
                    print(results().group_by("model").agg(pl.len(), pl.sum("output_tokens")).collect())
                \"\"\"

                import polars as pl

                SCHEMA = {
                \(fields.joined(separator: "\n"))
                }


                def results(archive="."):
                    \"\"\"All results as a lazy frame; times are UTC, costs are exact decimals.\"\"\"
                    frame = pl.scan_ndjson(f"{archive}/results/*/*.ndjson.gz", schema=SCHEMA)
                    return frame.with_columns(
                        pl.col(\(names(.timestamp))).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_zone="UTC"),
                        pl.col(\(names(.money))).cast(pl.Decimal(38, 12)),
                    )

                """
        )
    }()

    /// `views/datasette.sh`: loads the flat table into a file for sqlite-utils and Datasette.
    static let datasette = ArchiveView(
        name: "datasette.sh",
        text: """
            #!/bin/sh
            # The flat table of this archive as a SQLite file: sh views/datasette.sh results.db && datasette results.db
            # Needs sqlite-utils. Made by batchkeep; changes here are overwritten.
            set -eu
            file=${1:?name the SQLite file to write}
            case $file in /*) ;; *) file=$PWD/$file ;; esac
            cd "$(dirname "$0")/.."
            zcat results/*/*.ndjson.gz | sqlite-utils insert "$file" results - --nl \\
                --pk batch_id --pk line_number --replace

            """
    )
}
