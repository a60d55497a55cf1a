//! The guide in the README against the code: no reason is given to anybody that it does not explain.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use proc_macro2::{TokenStream, TokenTree};

/// Sentences of the code that nobody is told: what is looked for in others' words.
const NOT_TOLD: [&str; 4] = [
    "missing field",
    ", expected",
    "(text of",
    "{} of the events",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs")
            // The last holds the lists' own headers.
            && !["tests.rs", "testing.rs", "headers.rs"].contains(&name)
        {
            found.push(path);
        }
    }
}

/// Every sentence that stands in quotes outside of tests, attributes that give a reason to a lint, and promises.
fn sentences(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut before = [String::new(), String::new()];
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                let text = group.stream().to_string();
                let of_a_promise = before[1] == "expect" || text.starts_with("expect");
                if !of_a_promise && before[1] != "doc" {
                    sentences(group.stream(), found);
                }
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                let is_doc = before == ["doc", "="];
                if let Some(inner) = inner.filter(|t| t.matches(' ').count() >= 2 && !is_doc) {
                    found.insert(inner.to_owned());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
        before = [std::mem::take(&mut before[1]), token.to_string()];
    }
}

/// A sentence without what is filled in: its first clause that says something, on one line.
fn piece(sentence: &str) -> String {
    let mut text = sentence.replace("\\\"", "\"");
    while let Some((before, after)) = text.split_once("\\\n") {
        text = format!("{before}{}", after.trim_start());
    }
    let clause = |piece: &str| {
        let piece = piece.trim_matches(|c: char| " :;.,()".contains(c));
        let clause = piece.split([':', ';']).next().unwrap_or_default();
        clause.trim().to_owned()
    };
    let clauses: Vec<_> = text.split(['{', '}']).step_by(2).map(clause).collect();
    // The first says which reason it is; what to do stands beside it in the guide.
    let first = clauses.iter().find(|c| c.matches(' ').count() >= 2);
    let longest = clauses.iter().max_by_key(|c| c.len());
    first.or(longest).cloned().unwrap_or_default()
}

#[test]
fn every_reason_the_code_can_give_is_explained_in_the_guide() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = vec![
        src.join("domain/gate.rs"),
        src.join("domain/told.rs"),
        src.join("domain/supervision.rs"),
        src.join("events/record.rs"),
    ];
    files(&src.join("sources"), &mut all);
    let mut found = BTreeSet::new();
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        sentences(TokenStream::from_str(code).unwrap(), &mut found);
    }
    found.retain(|sentence| !NOT_TOLD.iter().any(|not| sentence.starts_with(not)));
    assert!(found.len() > 100, "{} sentences", found.len());

    let guide = include_str!("../README.md");
    let guide = guide.replace('`', "");
    let guide = guide.split_whitespace().collect::<Vec<_>>().join(" ");
    let unexplained: Vec<_> = found
        .iter()
        .filter(|sentence| !guide.contains(&piece(sentence)))
        .collect();
    assert!(unexplained.is_empty(), "not in the guide: {unexplained:#?}");
}
