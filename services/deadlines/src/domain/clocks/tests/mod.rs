//! A table for every rule: the facts, the day, and the clocks on it.

mod adoption;
mod approval;
mod care;
mod drift;
mod health;
mod leavers;
mod missing;
mod need;
mod protection;
mod record;
mod referral;
mod steps;
mod visits;

use crate::domain::{
    rules::Rules,
    testing::{Case, SaidCase, table, table_said, worked_out},
};

#[test]
fn every_rule_has_a_table() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/clocks/tests");
    let tables: String = std::fs::read_dir(here)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let tables: String = tables.split_whitespace().collect();
    let rules = Rules::built_in();
    // Those of workers have theirs in `workers/tests.rs`.
    for rule in rules.all().iter().filter(|r| !r.clock.is_of_worker()) {
        let named = format!("(\"{}\",", rule.id);
        assert!(tables.contains(&named), "{} has no table", rule.id);
    }
}
