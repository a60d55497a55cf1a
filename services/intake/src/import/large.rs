//! A large authority's dataset: 10,000 open and 40,000 closed children, 1.5 million rows.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use contracts::commands::{Answer, ImportSummary};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use store::Db;

use super::tests::{World, request};
use crate::MIGRATIONS;

const CHILDREN: i64 = 50_000;
const AS_AT: Date = date(2025, 3, 31);

/// As much as the whole process may take; a build for debugging holds every date in several times its size.
const MOST_MIB: u64 = if cfg!(debug_assertions) { 1000 } else { 400 };

/// Table, header, rows a child, and row `n` of child `c`.
type Rows = (&'static str, &'static str, i64, fn(i64, i64) -> String);

fn day(c: i64, n: i64) -> Date {
    let back = (c * 7 + n * 67) % 2100;
    AS_AT.saturating_sub(back.days())
}

const TABLES: [Rows; 10] = [
    (
        "ssd_person",
        "pers_person_id,pers_dob,pers_expected_dob,pers_death_date",
        1,
        |c, n| format!("CHILD{c:09},{},,", day(c, n)),
    ),
    (
        "ssd_cin_episodes",
        "cine_referral_id,cine_person_id,cine_referral_date,cine_close_date,cine_referral_nfa,cine_referral_outcome_json",
        1,
        |c, n| format!("REF{c:09},CHILD{c:09},{},,N,Y", day(c, n)),
    ),
    (
        "ssd_cin_assessments",
        "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date,cina_assessment_auth_date,\
         cina_assessment_child_seen",
        2,
        |c, n| {
            format!(
                "ASS{c:09}{n:02},CHILD{c:09},REF{c:09},{},{AS_AT},Y",
                day(c, n)
            )
        },
    ),
    (
        "ssd_involvements",
        "invo_involvements_id,invo_professional_id,invo_professional_role_id,invo_professional_team,\
         invo_involvement_start_date,invo_involvement_end_date,invo_worker_change_reason,invo_person_id,invo_referral_id",
        5,
        |c, n| {
            format!(
                "INV{c:09}{n:02},P{},CW,T{},{},,,,REF{c:09}",
                c % 900,
                c % 60,
                day(c, n)
            )
        },
    ),
    (
        "ssd_cin_plans",
        "cinp_cin_plan_id,cinp_person_id,cinp_referral_id,cinp_cin_plan_start_date,cinp_cin_plan_end_date",
        1,
        |c, n| format!("CIN{c:09}{n:02},CHILD{c:09},REF{c:09},{},", day(c, n)),
    ),
    (
        "ssd_cin_visits",
        "cinv_cin_visit_id,cinv_person_id,cinv_cin_visit_date,cinv_cin_visit_seen,cinv_cin_visit_seen_alone",
        14,
        |c, n| format!("VIS{c:09}{n:02},CHILD{c:09},{} 00:00:00.000,Y,N", day(c, n)),
    ),
    (
        "ssd_cp_visits",
        "cppv_cp_visit_id,cppv_person_id,cppv_cp_visit_date,cppv_cp_visit_seen,cppv_cp_visit_seen_alone",
        3,
        |c, n| format!("VIS{c:09}{n:02},CHILD{c:09},{},Y,", day(c, n)),
    ),
    (
        "ssd_cp_reviews",
        "cppr_cp_review_id,cppr_person_id,cppr_cp_plan_id,cppr_cp_review_due,cppr_cp_review_date,\
         cppr_cp_review_outcome_continue_cp",
        1,
        |c, n| {
            format!(
                "REV{c:09}{n:02},CHILD{c:09},CPP{c:09},{AS_AT},{},Y",
                day(c, n)
            )
        },
    ),
    (
        "ssd_cla_placement",
        "clap_cla_placement_id,clap_person_id,clap_cla_id,clap_cla_placement_start_date,clap_cla_placement_end_date,\
         clap_cla_placement_type,clap_cla_placement_distance,clap_cla_placement_change_reason",
        1,
        |c, n| {
            format!(
                "PLA{c:09}{n:02},CHILD{c:09},,{},,U1,{}.{},",
                day(c, n),
                c % 90,
                c % 10
            )
        },
    ),
    (
        "ssd_family",
        "fami_table_id,fami_person_id,fami_family_id",
        1,
        |c, _| format!("FAM{c:09},CHILD{c:09},F{:09}", c / 2),
    ),
];

fn write(folder: &Path, first_visit_seen: &str) {
    std::fs::create_dir_all(folder).unwrap();
    for (table, header, rows, row) in TABLES {
        let mut file = BufWriter::new(File::create(folder.join(format!("{table}.csv"))).unwrap());
        writeln!(file, "{header}").unwrap();
        for n in 0..rows {
            for c in 0..CHILDREN {
                let mut row = row(c, n);
                if table == "ssd_cin_visits" && n == 13 && c % 50 == 0 {
                    row = row.replace(",Y,", first_visit_seen);
                }
                writeln!(file, "{row}").unwrap();
            }
        }
        file.into_inner().unwrap();
    }
}

fn most_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}

#[tokio::test]
async fn soak_a_million_and_a_half_rows_are_taken_in_with_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1"), folder.path().join("2"));
    write(&first, ",Y,");
    write(&second, ",N,");
    let db = folder.path().join("intake.db");
    let world = World::over(
        Db::sqlite(&db, &[bus::MIGRATIONS, MIGRATIONS])
            .await
            .unwrap(),
    );
    let take_in = async |path: &Path, day| -> ImportSummary {
        let begun = std::time::Instant::now();
        let answer = world.ask(request("ssd", path.to_owned(), Some(day))).await;
        #[expect(clippy::print_stderr, reason = "for whoever runs the soak tests")]
        {
            eprintln!(
                "{day}: {:.1} s, {} MiB at most",
                begun.elapsed().as_secs_f64(),
                most_mib()
            );
        }
        match answer {
            Answer::Done(summary) => summary,
            Answer::Refused(why) => panic!("refused: {why}"),
        }
    };
    let rows: i64 = TABLES.iter().map(|(_, _, rows, _)| rows).sum();
    let summary = take_in(&first, AS_AT).await;
    let read: u64 = summary.files.iter().map(|f| f.rows_read).sum();
    assert_eq!(read, (rows * CHILDREN).unsigned_abs());
    assert!(read >= 1_500_000 && summary.refused_rows == 0);
    let again = take_in(&first, AS_AT.saturating_add(1.day())).await;
    assert!(again.recorded.is_empty() && again.changed.is_empty() && again.missing.is_empty());
    let changed = take_in(&second, AS_AT.saturating_add(2.days())).await;
    assert_eq!(changed.changed[0].count, 1000);
    let most = most_mib();
    assert!(most < MOST_MIB, "{most} MiB");
}
