//! Decisions are pure: nothing under `src/domain/` names I/O, a clock, chance or the machine's time zones.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{members, names::names, rust_files};

/// Crates that do I/O or hold chance, those built on them included.
const CRATES: [&str; 10] = [
    "tokio",
    "tokio_util",
    "tokio_stream",
    "sqlx",
    "async_nats",
    "reqwest",
    "rand",
    "store",
    "bus",
    "runtime",
];

/// Two parts of a path that follow each other.
const PARTS: [[&str; 2]; 11] = [
    ["std", "fs"],
    ["std", "net"],
    ["std", "process"],
    ["time", "SystemTime"],
    ["time", "Instant"],
    ["Timestamp", "now"],
    ["Zoned", "now"],
    ["TimeZone", "get"],
    ["TimeZone", "system"],
    ["Uuid", "new_v4"],
    ["Uuid", "now_v7"],
];

/// Asks the machine's time zone database, which may not be there.
const METHOD: &str = "in_tz";

fn is_impure(path: &[String]) -> bool {
    CRATES.contains(&path[0].as_str())
        || path.iter().any(|part| part == METHOD)
        || path
            .windows(2)
            .any(|pair| PARTS.iter().any(|bad| pair == bad))
}

/// Line and path of everything in `code` that a decision may not name.
fn impure(code: &str) -> Vec<String> {
    let names = names(code);
    let paths = names.paths.into_iter().filter(|n| is_impure(&n.path));
    let methods = names.methods.into_iter().filter(|n| n.path[0] == METHOD);
    paths
        .chain(methods)
        .map(|n| format!("line {}: {}", n.line, n.path.join("::")))
        .collect()
}

/// Where the modules of a file that are compiled for tests only may be.
fn test_files(file: &Path, code: &str) -> Vec<PathBuf> {
    let stem = file.file_stem().unwrap();
    let beside = stem == "mod" || stem == "lib";
    let folder = if beside {
        file.parent().unwrap().to_owned()
    } else {
        file.with_extension("")
    };
    let modules = names(code).test_modules.into_iter();
    modules
        .flat_map(|name| [folder.join(format!("{name}.rs")), folder.join(name)])
        .collect()
}

#[test]
fn decisions_name_no_io_no_clock_and_no_chance() {
    let mut found = Vec::new();
    for member in members() {
        let src = member.folder.join("src");
        let in_domain = |file: &PathBuf| {
            let inside = file.strip_prefix(&src).unwrap();
            inside.components().any(|part| part.as_os_str() == "domain")
        };
        let files: Vec<_> = rust_files(&src).into_iter().filter(in_domain).collect();
        assert!(
            !member.is_service() || !files.is_empty(),
            "{} decides nothing",
            member.name
        );
        let read = |file: &PathBuf| fs::read_to_string(file).unwrap();
        let for_tests: Vec<_> = files.iter().flat_map(|f| test_files(f, &read(f))).collect();
        let shipped = |f: &&PathBuf| !for_tests.iter().any(|test| f.starts_with(test));
        for file in files.iter().filter(shipped) {
            let bad = impure(&read(file)).into_iter();
            found.extend(bad.map(|what| format!("{} {what}", file.display())));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn an_impure_name_is_found_however_it_is_written() {
    for code in [
        "use tokio::time::sleep;",
        "use ::tokio::time::sleep;",
        "use std::{collections::BTreeMap, fs};",
        "use std::{time::{Duration, Instant}};",
        "use std::net::*;",
        "fn f() { let x = std::fs::read(y); }",
        "fn f() { let now = Timestamp::now(); }",
        "fn f() { let now = jiff::Zoned::now(); }",
        "use {rand::Rng, std::fmt};",
        "#[tokio::test] fn f() {}",
        "fn f() { write!(out, \"{}\", std::time::SystemTime::now()) }",
        "#[cfg(test)] mod tests { } use sqlx::Row;",
        "fn f(tx: &mut store::Tx) {}",
        "fn f() -> Uuid { Uuid::new_v4() }",
        "fn f() { let zone = TimeZone::get(\"Europe/London\"); }",
        "fn f() { let zone = jiff::tz::TimeZone::system(); }",
        "fn f(day: Date) { day.at(9, 0, 0, 0).in_tz(\"Europe/London\") }",
        "fn f(day: Date) { Date::in_tz(day, \"Europe/London\") }",
    ] {
        assert_eq!(impure(code).len(), 1, "{code}");
    }
}

#[test]
fn comments_texts_and_tests_may_name_anything() {
    for code in [
        "// use tokio::time::sleep;",
        "/* std::fs::read */",
        "/// Like [`tokio::spawn`].\nfn f() {}",
        "fn f() { let text = \"std::fs::read\"; }",
        "#[cfg(test)] mod tests { use std::fs; fn now() { Timestamp::now() } }",
        "#[cfg(test)] use std::fs;",
        "#![cfg(test)] use std::fs;",
        "use std::time::Duration; use jiff::Timestamp;",
        "use crate::store::entries; use super::bus;",
        "fn f() { self.rand.next() }",
        "fn f() { at.to_zoned(calendar::london()) }",
        "#[cfg(test)] mod tests { fn f() { day.in_tz(\"Europe/London\") } }",
        "fn f() { \".in_tz\" }",
    ] {
        assert_eq!(impure(code), [] as [String; 0], "{code}");
    }
}

#[test]
fn a_file_of_tests_is_known_by_its_declaration() {
    let code = "mod rules; #[cfg(test)] mod tests; #[cfg(test)] pub(crate) mod fixture;";
    let files = test_files(Path::new("src/domain/mod.rs"), code);
    assert_eq!(
        files,
        [
            "src/domain/tests.rs",
            "src/domain/tests",
            "src/domain/fixture.rs",
            "src/domain/fixture"
        ]
        .map(PathBuf::from)
    );
    let files = test_files(Path::new("src/domain/day.rs"), "#[cfg(test)] mod tests;");
    assert_eq!(files[0], Path::new("src/domain/day/tests.rs"));
}
