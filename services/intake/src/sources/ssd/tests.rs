use std::{collections::BTreeSet, fs, path::Path};

use proptest::prelude::*;

use super::{testing::*, *};
use crate::{
    domain::gate,
    sources::{Table, shared},
};

/// In the extracts of every case system, though not in the published list of columns.
const NOT_PUBLISHED: [&str; 1] = ["clar_cla_person_id"];

fn columns(table: &Table) -> impl Iterator<Item = &'static str> {
    let named: Vec<_> = table.columns.all().collect();
    named.into_iter()
}

#[test]
fn every_column_that_is_read_is_one_of_the_dataset() {
    let Some(folder) = shared("data/ssd/objects_yml") else {
        return;
    };
    for table in SOURCE.tables {
        let name = table.file.replace(".csv", ".yml");
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let published: BTreeSet<_> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- name: "))
            .collect();
        for column in columns(table).filter(|c| !NOT_PUBLISHED.contains(c)) {
            assert!(published.contains(column), "{} has no {column}", table.file);
        }
    }
}

#[test]
fn nothing_is_read_that_is_not_on_the_allow_list() {
    let Some(domain) = shared("DOMAIN.md") else {
        return;
    };
    let text = fs::read_to_string(domain).unwrap();
    for table in SOURCE.tables {
        let name = table.file.trim_end_matches(".csv");
        let row = text
            .lines()
            .find(|l| l.starts_with(&format!("| {name} |")))
            .unwrap();
        let allowed: BTreeSet<_> = row.split(['|', ',', ' ', ';', '(', ')']).collect();
        for column in columns(table) {
            assert!(allowed.contains(column), "{name} may not read {column}");
        }
    }
}

#[test]
fn every_table_reads_from_its_own_columns_only() {
    for table in SOURCE.tables {
        let own = table.columns.passed_over[0];
        assert!(columns(table).all(|c| c.starts_with(own)), "{}", table.file);
        assert!(table.columns.child.is_empty() || columns(table).any(|c| c == table.columns.child));
        assert!(
            Path::new(table.file)
                .extension()
                .is_some_and(|e| e == "csv")
        );
    }
}

fn table(file: &str) -> &'static Table {
    SOURCE.tables.iter().find(|t| t.file == file).unwrap()
}

#[test]
fn a_visit_in_two_tables_is_one_visit_and_its_purpose_the_narrower() {
    let reading = reading(&[
        (
            table("ssd_cin_visits.csv"),
            "C1,V1,2025-04-11,Y,\nC1,V2,2025-04-12,Y,\n",
        ),
        (table("ssd_cp_visits.csv"), "C1,V1,2025-04-11,,Y\n"),
        (table("ssd_cla_visits.csv"), "C1,L1,V2,2025-04-12,,\n"),
    ]);
    assert_eq!(
        entries(&reading),
        [
            "C1 visit V1 2025-04-11 purpose=protection seen=true seen_alone=true",
            "C1 visit V2 2025-04-12 purpose=looked_after seen=true"
        ]
    );
}

#[test]
fn what_is_supplied_is_what_some_row_proves() {
    let supplies = |tables: &[(&Table, &str)]| reading(tables).supplies;
    let reviews = table("ssd_cla_reviews.csv");
    let assessments = table("ssd_cin_assessments.csv");
    assert!(supplies(&[(reviews, "V1,,2025-09-11,,,C1\n")]).is_empty());
    assert_eq!(
        supplies(&[(reviews, "V1,,,2025-04-11,,C1\n")]),
        ["looked_after_review"]
    );
    assert!(supplies(&[(assessments, "C1,A1,,2025-04-11,,\n")]).is_empty());
    assert!(supplies(&[(assessments, "")]).is_empty());
    let leavers = table("ssd_care_leavers.csv");
    assert_eq!(
        supplies(&[(leavers, "C1,T1,Relevant,YES,,\n")]),
        ["care_leaver"]
    );
}

#[test]
fn visits_prove_nothing_where_those_of_a_kind_of_plan_are_not_there() {
    let visits = (table("ssd_cin_visits.csv"), "C1,V1,2025-04-11,Y,\n");
    let plans = (table("ssd_cp_plans.csv"), "C1,P1,,,2025-04-11,,\n");
    assert_eq!(reading(&[visits]).supplies, ["visit"]);
    let without = reading(&[visits, plans]);
    assert_eq!(without.supplies, ["protection_plan"]);
    assert!(
        without
            .notes
            .iter()
            .any(|n| n.starts_with("ssd_cp_plans.csv has rows and ssd_cp_visits.csv has none")),
        "{:?}",
        without.notes
    );
    let both = (table("ssd_cp_visits.csv"), "C1,V9,2025-04-11,Y,\n");
    assert_eq!(
        reading(&[visits, plans, both]).supplies,
        ["protection_plan", "visit"]
    );
}

#[test]
fn a_blank_seen_in_more_than_a_fifth_of_the_last_90_days_visits_is_said() {
    let of = |seen: &[&str], day: &str| {
        let row = |(n, seen): (usize, &&str)| format!("C1,V{n},{day},{seen},\n");
        let rows: String = seen.iter().enumerate().map(row).collect();
        reading(&[(table("ssd_cp_visits.csv"), &rows)]).visits_seen_unreliable
    };
    let fifth = ["Y", "Y", "N", "Y", ""];
    assert!(!of(&fifth, "2025-06-30"));
    assert!(of(&["Y", "Y", ""], "2025-06-30"));
    assert!(of(&["Y", "Y", ""], "2025-04-02"));
    assert!(!of(&["Y", "Y", ""], "2025-04-01"));
    assert!(!of(&["Y", "Y", ""], "2025-07-01"));
}

#[test]
fn codes_of_roles_that_nobody_mapped_are_said_once_each_with_how_many() {
    let rows = "I1,P1,SW2,,2025-04-11,,,C1,\nI2,P1,SW2,,2025-04-11,,,C1,\nI3,P1,CW,,2025-04-11,,,C1,\n\
                I4,P1,DUTY,,2025-04-11,,,C1,\n";
    let reading = reading(&[(table("ssd_involvements.csv"), rows)]);
    let note = reading
        .notes
        .iter()
        .find(|n| n.starts_with("Roles that nobody"))
        .unwrap();
    assert!(note.contains(r#""DUTY" (1), "SW2" (2). Say"#), "{note}");
}

#[test]
fn rows_that_cannot_be_joined_are_no_absence_while_the_table_that_joins_them_is_not_there() {
    let involvements = (
        table("ssd_involvements.csv"),
        "I1,P1,CW,,2025-04-11,,,,R1\n",
    );
    let episodes = |rows| (table("ssd_cin_episodes.csv"), rows);
    let told = |tables: &[(&Table, &str)]| gate::told(None, &reading(tables).tables);
    assert!(told(&[involvements]).is_empty());
    assert_eq!(
        told(&[involvements, episodes("C1,R2,2025-01-01,,,\n")]),
        ["involvement", "referral"]
    );
    assert_eq!(
        told(&[involvements, episodes("C1,R2,2025-01-01,,,\nC1,R1\n")]),
        ["involvement", "referral"]
    );
    assert_eq!(
        told(&[involvements, episodes("C1,R2,2025-01-01,,,\n,R1\n")]),
        Vec::<&str>::new()
    );
}

#[test]
fn the_child_of_a_refused_row_is_known_although_it_names_the_referral_only() {
    let reading = reading(&[
        (table("ssd_cin_episodes.csv"), "C1,R1,2025-01-01,,,\n"),
        (table("ssd_involvements.csv"), "I1,P1,CW,,soon,,,,R1\n"),
    ]);
    assert!(reading.unsure.contains("C1"));
}

const SOME: [(&str, &[&str]); 6] = [
    (
        "ssd_cin_episodes.csv",
        &[
            "C1,R1,2025-01-01,,,",
            "C2,R2,2025-01-02,,N,",
            "C1,R3,2025-03-01,,,",
        ],
    ),
    (
        "ssd_involvements.csv",
        &[
            "I1,P1,CW,,2025-01-01,,,,R1",
            "I2,P2,XX,,2025-01-01,,,C2,",
            "I1,P1,CW,,2025-01-01,,,,R1",
        ],
    ),
    (
        "ssd_cp_visits.csv",
        &[
            "C1,V1,2025-04-11,Y,",
            "C1,V2,2025-04-12,,",
            "C1,V1,2025-04-11,,Y",
        ],
    ),
    (
        "ssd_cin_visits.csv",
        &[
            "C1,V1,2025-04-11,,N",
            "C2,V1,2025-04-12,Y,",
            "C1,V4,2025-05-12,Y,",
        ],
    ),
    (
        "ssd_cla_episodes.csv",
        &[
            "C2,E1,L1,2025-01-01,S,,,",
            "C2,E2,L1,2025-02-01,P,,,",
            "C1,E3,L2,2025-02-01,S,,,",
        ],
    ),
    (
        "ssd_cla_reviews.csv",
        &[
            "V1,L1,,2025-02-10,,",
            "V1,L1,,2025-02-11,,",
            "V2,L9,,2025-02-10,,",
        ],
    ),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_order_of_rows_has_no_influence(order in Just([0, 1, 2]).prop_shuffle()) {
        let of = |order: [usize; 3]| {
            let files: Vec<_> = SOME
                .iter()
                .map(|(file, rows)| (table(file), order.map(|n| rows[n]).join("\n")))
                .collect();
            let files: Vec<_> = files.iter().map(|(t, rows)| (*t, rows.as_str())).collect();
            let reading = reading(&files);
            let digests: Vec<_> = reading.children.ids().map(|c| reading.children.digest(c)).collect();
            (entries(&reading), digests, reading.supplies, reading.set_aside, reading.notes)
        };
        prop_assert_eq!(of([0, 1, 2]), of(order));
    }
}
