//! Every crate's README is its crate doc, and a service's says what it has to do with the others.

use std::fs;

use super::members;

#[test]
fn every_crate_has_a_readme_that_is_its_doc() {
    let mut found = Vec::new();
    for member in members() {
        let readme = fs::read_to_string(member.folder.join("README.md")).unwrap_or_default();
        let titled = readme.starts_with(&format!("# {}\n", member.name));
        let says_more = readme.lines().filter(|line| !line.is_empty()).count() > 1;
        if !(titled && says_more) {
            found.push(format!("{}: no README.md that explains it", member.name));
        }
        let lib = fs::read_to_string(member.folder.join("src/lib.rs")).unwrap_or_default();
        if !lib.starts_with("#![doc = include_str!(\"../README.md\")]\n") {
            found.push(format!("{}: src/lib.rs has another doc", member.name));
        }
        for word in ["listens to", "owns", "settings"] {
            if member.is_service() && !readme.to_lowercase().contains(word) {
                found.push(format!("{}: README.md does not say {word:?}", member.name));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn events_are_declared_in_contracts_only() {
    let mut found = Vec::new();
    for member in members().iter().filter(|m| m.name != "contracts") {
        for file in super::rust_files(&member.folder.join("src")) {
            let code = fs::read_to_string(&file).unwrap();
            let declares = |line: &str| {
                let line = line.trim_start();
                line.starts_with("impl Event for ")
                    || line.starts_with("impl contracts::Event for ")
            };
            if code.lines().any(declares) {
                found.push(file);
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
