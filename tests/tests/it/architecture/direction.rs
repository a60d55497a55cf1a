//! Calendar is a leaf, contracts stands on it; store, runtime and bus stand on both; services on those and never beside each
//! other; the binary on all; the testkit in tests only.

use super::{Member, members};

/// What each shared crate may stand on. A crate that is not named here may not exist.
const SHARED: [(&str, &[&str]); 6] = [
    ("calendar", &[]),
    ("contracts", &["calendar"]),
    ("store", &["contracts"]),
    ("runtime", &["contracts", "calendar"]),
    ("bus", &["contracts", "calendar", "store", "runtime"]),
    (
        "testkit",
        &["contracts", "calendar", "store", "runtime", "bus"],
    ),
];

fn complaints(members: &[Member]) -> Vec<String> {
    members
        .iter()
        .flat_map(|m| complaints_of(m, members))
        .collect()
}

fn complaints_of(member: &Member, members: &[Member]) -> Vec<String> {
    let shared = |name: &str| name != "testkit" && SHARED.iter().any(|(known, _)| *known == name);
    let service = |name: &str| members.iter().any(|m| m.name == name && m.is_service());
    let own = SHARED.iter().find(|(name, _)| *name == member.name);
    let may = |name: &str| match (member.place(), own) {
        ("shared", Some((_, may))) => may.contains(&name),
        ("services", None) if member.is_service() => shared(name),
        ("services", None) => shared(name) || service(name),
        _ => false,
    };
    let below_the_testkit = ["calendar", "contracts"].contains(&member.name.as_str());
    let suite = member.place().is_empty() && member.name == "suite";
    let may_in_tests = |name: &str| suite || may(name) || (name == "testkit" && !below_the_testkit);

    let mut found = Vec::new();
    if !suite && own.is_none() && member.place() != "services" {
        found.push(format!("{} has no place in the design", member.name));
    }
    for name in member.uses.iter().filter(|name| !may(name)) {
        found.push(format!("{} may not use {name}", member.name));
    }
    for name in member
        .uses_in_tests
        .iter()
        .filter(|name| !may_in_tests(name))
    {
        found.push(format!("{} may not use {name} in tests", member.name));
    }
    found
}

#[test]
fn crates_use_each_other_in_the_allowed_direction_only() {
    let found = complaints(&members());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_forbidden_dependency_is_found() {
    let in_tests = true;
    let cases = [
        ("contracts", "store", !in_tests),
        ("contracts", "testkit", in_tests),
        ("calendar", "contracts", !in_tests),
        ("store", "bus", !in_tests),
        ("store", "runtime", in_tests),
        ("runtime", "store", !in_tests),
        ("bus", "testkit", !in_tests),
        ("bus", "deadlines", in_tests),
        ("testkit", "deadlines", !in_tests),
        ("intake", "deadlines", !in_tests),
        ("intake", "deadlines", in_tests),
        ("dispatch", "evenkeel", !in_tests),
        ("delivery", "testkit", !in_tests),
        ("evenkeel", "testkit", !in_tests),
        ("evenkeel", "suite", in_tests),
        ("suite", "intake", !in_tests),
    ];
    for (user, used, dev) in cases {
        let mut members = members();
        let member = members.iter_mut().find(|m| m.name == user).unwrap();
        if dev {
            member.uses_in_tests.push(used.to_owned());
        } else {
            member.uses.push(used.to_owned());
        }
        let found = complaints(&members);
        let expected = format!("{user} may not use {used}");
        assert!(found.iter().any(|c| c.starts_with(&expected)), "{expected}");
    }
}

#[test]
fn a_crate_outside_the_design_is_found() {
    let mut members = members();
    members[0].name = "helpers".to_owned();
    members[0].folder = "/somewhere/shared/helpers".into();
    assert!(complaints(&members).contains(&"helpers has no place in the design".to_owned()));
}
