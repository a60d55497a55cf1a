//! The nightly export scripts: made from one list of columns, and the PostgreSQL one run against a real PostgreSQL.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use testkit::servers::{Postgres, postgres};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn exports() -> PathBuf {
    project().join("deploy/ssd-export")
}

/// Columns by table, each with how it is written.
fn allowed() -> BTreeMap<String, Vec<(String, String)>> {
    let text = fs::read_to_string(exports().join("columns.csv")).unwrap();
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [table, column, how] = cells[..] else {
            panic!("{line}");
        };
        let columns = tables.entry(table.to_owned()).or_default();
        columns.push((column.to_owned(), how.to_owned()));
    }
    tables
}

/// Every column of a table of the dataset with its type; none where the dataset's description is not at hand.
fn described(table: &str) -> Option<Vec<(String, String)>> {
    let path = project().join(format!("../shared/data/ssd/objects_yml/{table}.yml"));
    let Ok(text) = fs::read_to_string(&path) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "{} is missing",
            path.display()
        );
        return None;
    };
    let mut columns: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("  - name: ") {
            columns.push((name.to_owned(), "nvarchar".to_owned()));
        } else if let (Some(kind), Some(last)) =
            (line.strip_prefix("    type: "), columns.last_mut())
        {
            kind.clone_into(&mut last.1);
        }
    }
    Some(columns)
}

#[test]
fn the_scripts_are_as_the_list_of_columns_makes_them() {
    let made = tempfile::tempdir().unwrap();
    let status = Command::new(project().join("scripts/ssd-export.sh"))
        .arg(made.path())
        .status()
        .unwrap();
    assert!(status.success());
    let mut files = 0;
    for entry in fs::read_dir(made.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let (fresh, kept) = (
            fs::read(&path).unwrap(),
            fs::read(exports().join(name)).unwrap(),
        );
        assert!(
            fresh == kept,
            "{name:?} is out of date: run scripts/ssd-export.sh"
        );
        files += 1;
    }
    assert_eq!(files, 4);
}

#[test]
fn every_exported_column_is_one_of_the_dataset_and_json_is_only_looked_for() {
    for (table, columns) in allowed() {
        let Some(described) = described(&table) else {
            return;
        };
        for (column, how) in columns {
            assert!(
                described.iter().any(|(name, _)| *name == column),
                "{table}.{column}"
            );
            assert_eq!(how == "presence", column.ends_with("_json"), "{column}");
        }
    }
}

#[test]
fn every_statement_for_sql_server_reads_one_table_and_holds_no_quotation_mark() {
    let text = fs::read_to_string(exports().join("sqlserver.sql")).unwrap();
    let statements: Vec<&str> = text.lines().filter(|l| l.starts_with("SELECT ")).collect();
    let headers: Vec<&str> = text
        .lines()
        .filter_map(|l| l.strip_prefix("-- header "))
        .collect();
    let tables = text.lines().filter_map(|l| l.strip_prefix("-- table "));
    let allowed = allowed();
    assert_eq!(statements.len(), allowed.len());
    for ((table, header), statement) in tables.zip(headers).zip(statements) {
        let columns: Vec<&str> = allowed[table].iter().map(|(c, _)| c.as_str()).collect();
        assert_eq!(header.split(',').collect::<Vec<_>>(), columns);
        assert!(
            columns.iter().all(|column| statement.contains(column)),
            "{statement}"
        );
        assert!(
            statement.ends_with(&format!(" FROM $(Schema).{table}")),
            "{statement}"
        );
        // PowerShell drops quotation marks within arguments, and a command line has an end.
        assert!(
            !statement.contains('"') && statement.len() < 7_000,
            "{statement}"
        );
    }
}

/// A reporting database in the dataset's shape, and a folder that is watched.
struct Reporting {
    postgres: Postgres,
    watched: tempfile::TempDir,
}

impl Reporting {
    async fn new(tables: &BTreeMap<String, Vec<(String, String)>>) -> Self {
        let reporting = Self {
            postgres: postgres().await,
            watched: tempfile::tempdir().unwrap(),
        };
        let mut sql = "CREATE ROLE evenkeel_export LOGIN;\n".to_owned();
        for (table, columns) in tables {
            sql.push_str(&filled(table, columns));
        }
        sql.push_str(&fs::read_to_string(exports().join("postgresql-grants.sql")).unwrap());
        reporting.administer(&sql);
        reporting
    }

    fn administer(&self, sql: &str) {
        let file = self.watched.path().join(".administer.sql");
        fs::write(&file, sql).unwrap();
        let done = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"])
            .arg(&self.postgres.url)
            .arg("--file")
            .arg(&file)
            .output()
            .expect("psql comes with PostgreSQL");
        assert!(done.status.success(), "{done:?}");
        fs::remove_file(file).unwrap();
    }

    fn export(&self) -> Output {
        let port = self.postgres.url.rsplit(':').next().unwrap();
        let port = port.split('/').next().unwrap();
        Command::new(exports().join("export-postgresql.sh"))
            .arg(self.watched.path())
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port)
            .env("PGUSER", "evenkeel_export")
            .env("PGDATABASE", "postgres")
            .output()
            .unwrap()
    }

    /// What is in the watched folder, dots included.
    fn nights(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.watched.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// A table with one full and one empty row. What may be read has a value of its kind, all else the secret.
fn filled(table: &str, allowed: &[(String, String)]) -> String {
    let columns = described(table).unwrap_or_else(|| {
        let dated = |how: &str| matches!(how, "day" | "moment");
        let kind = |how: &str| if dated(how) { "datetime" } else { "nvarchar" };
        allowed
            .iter()
            .map(|(c, how)| (c.clone(), kind(how).to_owned()))
            .collect()
    });
    let is_allowed = |name: &str| {
        allowed
            .iter()
            .any(|(c, how)| c == name && how != "presence")
    };
    let (mut kinds, mut values) = (Vec::new(), Vec::new());
    for (name, kind) in &columns {
        let (kind, value) = match kind.as_str() {
            "datetime" => ("timestamp", "'2025-04-11 21:40:00'"),
            "float" => ("float8", "0.8"),
            "int" => ("integer", "7"),
            _ if is_allowed(name) => ("text", "'a \"b\", ç'"),
            _ => ("text", "'SECRET, never to be read'"),
        };
        kinds.push(format!("{name} {kind}"));
        values.push(value);
    }
    format!(
        "CREATE TABLE {table} ({});\nINSERT INTO {table} VALUES ({});\nINSERT INTO {table} DEFAULT VALUES;\n",
        kinds.join(", "),
        values.join(", ")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_postgresql_export_writes_exactly_the_allowed_columns_and_nothing_by_halves() {
    let tables = allowed();
    let reporting = Reporting::new(&tables).await;
    let done = reporting.export();
    assert!(done.status.success(), "{done:?}");
    let [night] = &reporting.nights()[..] else {
        panic!("{:?}", reporting.nights());
    };
    let written: BTreeSet<String> = fs::read_dir(night)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = tables.keys().map(|table| format!("{table}.csv"));
    assert_eq!(written, expected.chain(["READY".to_owned()]).collect());
    for (table, columns) in &tables {
        let bytes = fs::read(night.join(format!("{table}.csv"))).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("SECRET"), "{table}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        assert_eq!(lines[0], names.join(","));
        let full: Vec<&str> = columns
            .iter()
            .map(|(column, how)| cell(column, how))
            .collect();
        assert_eq!(lines[1], full.join(","), "{table}");
        // A JSON column without anything is written as an empty text.
        assert_eq!(
            lines[2].replace("\"\"", ""),
            ",".repeat(columns.len() - 1),
            "{table}"
        );
        assert_eq!(lines.len(), 3);
    }

    // The day's export still waits: a second run leaves it alone.
    let again = reporting.export();
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    fs::remove_dir_all(night).unwrap();

    // A table the dataset does not have is left out; a column it does not have stops everything.
    reporting.administer("DROP TABLE ssd_family;");
    let without = reporting.export();
    assert!(without.status.success(), "{without:?}");
    assert!(String::from_utf8_lossy(&without.stderr).contains("no table ssd_family"));
    assert!(!night.join("ssd_family.csv").exists() && night.join("ssd_person.csv").exists());
    fs::remove_dir_all(night).unwrap();

    reporting.administer("ALTER TABLE ssd_missing DROP COLUMN miss_missing_rhi_offered;");
    let halted = reporting.export();
    assert!(!halted.status.success());
    assert!(String::from_utf8_lossy(&halted.stderr).contains("miss_missing_rhi_offered"));
    assert_eq!(reporting.nights(), Vec::<PathBuf>::new());
}

fn cell(column: &str, how: &str) -> &'static str {
    match how {
        "day" => "2025-04-11",
        "moment" => "2025-04-11T21:40:00",
        "presence" => "Y",
        _ if column == "prof_full_time_equivalency" || column == "clap_cla_placement_distance" => {
            "0.8"
        }
        _ => "\"a \"\"b\"\", ç\"",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_itself_refuses_the_export_every_other_column() {
    let tables = allowed();
    let reporting = Reporting::new(&tables).await;
    let url = reporting
        .postgres
        .url
        .replace("evenkeel@", "evenkeel_export@");
    for (sql, may) in [
        ("SELECT pers_dob FROM ssd_person", true),
        (
            "SELECT * FROM ssd_person",
            described("ssd_person").is_none(),
        ),
        ("DELETE FROM ssd_person", false),
    ] {
        let done = Command::new("psql")
            .args(["--no-psqlrc", "--command", sql])
            .arg(&url)
            .output()
            .unwrap();
        assert_eq!(done.status.success(), may, "{sql}: {done:?}");
    }
}
