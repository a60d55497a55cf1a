use std::fs;

use contracts::{ChildId, Fact};
use jiff::civil::date;

use super::*;
use crate::sources::{named, the_real_return};

const LIMITS: Limits = Limits {
    fall_percent: 20,
    refused_percent: 50,
};
const DAY: Date = date(2018, 3, 31);

const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";
const REVIEWS: &str = "CHILD,DOB,REVIEW,REVIEW_CODE\n";
const MISSING: &str = "CHILD,DOB,MISSING,MIS_START,MIS_END\n";
const WORKERS: &str = "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\n";
const HELD: &str = "child,staff_id,team_id,role,start_date,end_date\n";

#[derive(Default)]
struct Seen {
    stages: Vec<(String, u64, u64)>,
    refused: Vec<RefusedRow>,
    full: bool,
}

impl Watch for Seen {
    fn progress(&mut self, stage: &str, done: u64, total: u64) {
        self.stages.push((stage.to_owned(), done, total));
    }
    fn refused(&mut self, row: &RefusedRow) -> io::Result<()> {
        self.refused.push(row.clone());
        if self.full {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn terms() -> Terms {
    Terms {
        as_at: DAY,
        limits: LIMITS,
        roles: Roles::default(),
    }
}

fn told(reading: &Reading) -> Vec<&'static str> {
    crate::domain::gate::told(None, &reading.tables)
}

fn ssda903(path: &Path, seen: &mut Seen) -> Result<Reading, Unreadable> {
    read(named("ssda903").unwrap(), path, terms(), seen)
}

/// A return with these rows after good headers.
fn a_return(episodes: &str, reviews: &str, others: &[(&str, &[u8])]) -> (Reading, Vec<RefusedRow>) {
    let (episodes, reviews) = (
        format!("{EPISODES}{episodes}"),
        format!("{REVIEWS}{reviews}"),
    );
    let mut files = vec![
        ("episodes.csv", episodes.as_bytes()),
        ("reviews.csv", reviews.as_bytes()),
    ];
    files.extend(others);
    let mut seen = Seen::default();
    let reading = ssda903(folder(&files).path(), &mut seen).unwrap();
    (reading, seen.refused)
}

const GOOD: &str = "1,01/01/2018,S,C2,N1,U1,PR1,,,,,,\n";

fn counted(what: &str, count: u64, children: u64) -> Counted {
    Counted {
        what: what.to_owned(),
        count,
        children: Some(children),
    }
}

#[test]
fn the_real_return_gives_exactly_its_known_figures() {
    let Some(folder) = the_real_return() else {
        return;
    };
    let mut seen = Seen::default();
    let reading = ssda903(&folder, &mut seen).unwrap();
    let rows: Vec<_> = reading
        .tables
        .iter()
        .map(|t| (t.file.as_str(), t.rows, t.refused_rows))
        .collect();
    assert_eq!(
        rows,
        [
            ("episodes.csv", 5050, 0),
            ("reviews.csv", 12582, 0),
            ("missing.csv", 43, 0),
            ("sw_episodes.csv", 1, 1)
        ]
    );
    assert_eq!(reading.children.len(), 2123);
    assert_eq!(
        reading.set_aside,
        [
            counted("a missing episode without a care episode", 7, 6),
            counted("no care episode for this child", 3070, 552),
        ]
    );
    let after: Vec<_> = reading
        .after_as_at
        .iter()
        .map(|c| (c.what.as_str(), c.count))
        .collect();
    assert_eq!(after, [("looked_after_review", 5042)]);
    assert_eq!(
        reading.supplies,
        ["care_episode", "looked_after_review", "missing_episode"]
    );
    assert_eq!(told(&reading), reading.supplies);
    let bad = &seen.refused[0];
    assert_eq!(
        (
            bad.file.as_str(),
            bad.line,
            bad.column.as_str(),
            bad.value.as_str()
        ),
        ("sw_episodes.csv", 2, "SW_REASON", "SWLAZY")
    );
    assert_eq!(reading.refused_rows, 1);
    let not_read = reading.notes.last().unwrap();
    assert!(
        not_read.starts_with("Not part of what is read: DoLo.csv, ad1.csv, header.csv"),
        "{not_read}"
    );
}

#[test]
fn the_real_return_says_this_much_of_each_kind() {
    let Some(folder) = the_real_return() else {
        return;
    };
    let reading = ssda903(&folder, &mut Seen::default()).unwrap();
    let mut kinds = BTreeMap::<&str, u64>::new();
    for child in reading.children.ids() {
        for entry in reading
            .children
            .entries(&ChildId::new(child.as_ref()), "ssda903", DAY)
        {
            *kinds.entry(entry.fact.kind()).or_default() += 1;
        }
    }
    let want = [
        ("care_episode", 5050),
        ("looked_after_review", 12582 - 3070),
        ("missing_episode", 43 - 7),
    ];
    assert_eq!(kinds, BTreeMap::from(want));
}

/// A row of episodes.csv, and the column, value and reason it is refused for.
const FAULTS: [(&str, &str, &str, &str); 11] = [
    (
        ",01/01/2018,S,C2,N1,U1,PR1,,,,,,",
        "CHILD",
        "",
        "it is blank: every row needs the child's id",
    ),
    (
        "2,,S,C2,N1,U1,PR1,,,,,,",
        "DECOM",
        "",
        "it is blank: a date is needed, as dd/mm/yyyy, such as 31/03/2018",
    ),
    (
        "2,2018-01-01,S,C2,N1,U1,PR1,,,,,,",
        "DECOM",
        "2018-01-01",
        "it is not a date written dd/mm/yyyy, such as 31/03/2018",
    ),
    (
        "2,31/02/2018,S,C2,N1,U1,PR1,,,,,,",
        "DECOM",
        "31/02/2018",
        "there is no such day",
    ),
    (
        "2,02/01/2018,S,C2,N1,U1,PR1,01/01/2018,X1,,,,",
        "DEC",
        "01/01/2018",
        "it is before DECOM (02/01/2018)",
    ),
    (
        "2,01/01/2018,X,C2,N1,U1,PR1,,,,,,",
        "RNE",
        "X",
        "it is not a reason for a new episode",
    ),
    (
        "2,01/01/2018,,C2,N1,U1,PR1,,,,,,",
        "RNE",
        "",
        "it is blank: a reason for a new episode is needed",
    ),
    (
        "2,01/01/2018,S,c2,N1,U1,PR1,,,,,,",
        "LS",
        "c2",
        "it is not a legal status code (nearest: C2)",
    ),
    (
        "2,01/01/2018,S,C2,N1,U9,PR1,,,,,,",
        "PLACE",
        "U9",
        "it is not a placement code (nearest: U1)",
    ),
    (
        "2,01/01/2018,S,C2,N1,U1,PR1,02/01/2018,E4C,,,,",
        "REC",
        "E4C",
        "it is not a reason for the end of an episode (nearest: E41)",
    ),
    (
        "2,01/01/2018,S,C2",
        "",
        "",
        "the row has 4 fields, the header 13",
    ),
];

#[test]
fn every_fault_of_a_row_is_refused_with_where_what_and_the_nearest_code() {
    for (row, column, value, reason) in FAULTS {
        let (reading, refused) = a_return(&format!("{GOOD}{row}\n{GOOD}"), "", &[]);
        let want = RefusedRow {
            file: "episodes.csv".into(),
            line: 3,
            column: column.into(),
            value: value.into(),
            reason: reason.into(),
        };
        assert_eq!(refused, [want], "{row}");
        assert_eq!(reading.refused, refused);
        assert_eq!(reading.tables[0].rows, 3);
    }
}

#[test]
fn codes_are_read_without_the_spaces_around_them() {
    let workers = format!("{WORKERS}1,,SW1,01/01/2018,,\"PCCHAN \"\n");
    let (reading, refused) = a_return(GOOD, "", &[("sw_episodes.csv", workers.as_bytes())]);
    assert_eq!(refused, []);
    assert!(reading.supplies.contains(&"involvement"));
    let entries = reading.children.entries(&"1".into(), "ssda903", DAY);
    let held = entries
        .iter()
        .find(|e| e.fact.kind() == "involvement")
        .unwrap();
    assert_eq!(held.key, "2018-01-01 SW1");
    assert!(
        matches!(&held.fact, Fact::Involvement { change_reason: Some(r), .. } if r == "PCCHAN")
    );
}

#[test]
fn an_end_reason_without_an_end_has_ended_nothing_but_a_death_is_believed() {
    let rows = "1,01/01/2018,S,C2,N1,U1,PR1,,X1,,,,\n2,01/01/2018,S,C2,N1,U1,PR1,,E2,,,,\n";
    let (reading, _) = a_return(rows, "", &[]);
    let reason =
        |child: &str| match &reading.children.entries(&child.into(), "ssda903", DAY)[0].fact {
            Fact::CareEpisode { end_reason, .. } => end_reason.clone(),
            other => panic!("{other:?}"),
        };
    assert_eq!(reason("1"), None);
    assert_eq!(reason("2").as_deref(), Some("E2"));
}

#[test]
fn a_row_of_a_child_whose_episodes_were_refused_is_set_aside_for_that_reason() {
    let (reading, _) = a_return(
        &format!("{GOOD}2,01/01/2018,S,C9,N1,U1,PR1,,,,,,\n"),
        "2,,01/02/2018,PN1\n3,,01/02/2018,PN1\n3,,01/05/2018,PN1\n",
        &[],
    );
    let want = [
        counted("no care episode for this child", 2, 1),
        counted("this child's care episodes were refused", 1, 1),
    ];
    assert_eq!(reading.set_aside, want);
    assert!(reading.unsure.contains("2"));
}

#[test]
fn a_file_cut_short_is_noted_and_what_it_lacks_is_not_gone() {
    let (reading, refused) = a_return(GOOD, "1,,01/02/2018,PN1\n1,,01/0", &[]);
    assert_eq!(refused[0].line, 3);
    assert!(
        refused[0].reason.contains("may be cut short"),
        "{}",
        refused[0].reason
    );
    assert_eq!(told(&reading), ["care_episode"]);
    assert!(
        reading
            .notes
            .iter()
            .any(|n| n.starts_with("reviews.csv may be cut short")),
        "{:?}",
        reading.notes
    );
}

#[test]
fn a_further_file_with_mostly_bad_rows_is_not_used_and_the_rest_is() {
    let missing = format!("{MISSING}1,,M,01/01/2018,\n1,,Q,02/01/2018,\n1,,Q,03/01/2018,\n");
    let (reading, _) = a_return(
        GOOD,
        "1,,01/02/2018,PN1\n",
        &[("missing.csv", missing.as_bytes())],
    );
    assert_eq!(told(&reading), ["care_episode", "looked_after_review"]);
    assert_eq!(reading.supplies, told(&reading));
    assert!(
        reading.notes[0].starts_with("missing.csv: 2 of 3 rows were refused"),
        "{:?}",
        reading.notes
    );
    assert_eq!(
        reading.children.entries(&"1".into(), "ssda903", DAY).len(),
        2
    );
}

#[test]
fn a_file_that_is_no_table_is_refused_by_name_and_place() {
    let refused = |name: &str, content: &[u8]| {
        let good = (EPISODES.to_owned() + GOOD, REVIEWS.to_owned());
        let files = [
            ("episodes.csv", good.0.as_bytes()),
            ("reviews.csv", good.1.as_bytes()),
            (name, content),
        ];
        ssda903(folder(&files).path(), &mut Seen::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused("reviews.csv", b"CHILD,DOB,REVIEW_DATE,REVIEW_CODE\n"),
        "reviews.csv could not be read: column REVIEW is missing: the first line has CHILD, DOB, REVIEW_DATE, \
         REVIEW_CODE (nearest: REVIEW_DATE); rename the column or export the file with it"
    );
    assert!(refused("episodes.csv", b"").contains("episodes.csv could not be read: it is empty"));
    assert!(refused("episodes.csv", b"PK\x03\x04....").contains("it is a spreadsheet"));
    let windows_1252 = [
        EPISODES.as_bytes(),
        b"1,01/01/2018,S,C2,N1,U1,PR1,,,,Caf\xE9,,\n",
    ]
    .concat();
    let error = refused("episodes.csv", &windows_1252);
    assert!(
        error.contains(
            "line 2, byte 129 of the file, is not UTF-8 text: save the file as \"CSV UTF-8\""
        ),
        "{error}"
    );
}

#[test]
fn columns_that_nobody_knows_are_noted_and_those_of_the_return_are_not() {
    let episodes = format!("NOTES,{EPISODES}x,{GOOD}");
    let files: [(&str, &[u8]); 2] = [
        ("episodes.csv", episodes.as_bytes()),
        ("reviews.csv", REVIEWS.as_bytes()),
    ];
    let reading = ssda903(folder(&files).path(), &mut Seen::default()).unwrap();
    assert_eq!(
        reading.notes[0],
        "episodes.csv: a column not known to Evenkeel and not read: NOTES."
    );
    assert_eq!(
        reading.notes[1],
        "Not in this snapshot, so what they said before stands: missing.csv, sw_episodes.csv."
    );
}

#[test]
fn the_content_and_what_is_said_do_not_depend_on_how_files_were_saved_or_sorted() {
    let rows = [
        "1,,01/02/2018,PN1",
        "1,,02/02/2018,PN1",
        "1,,02/02/2018,PN2",
    ];
    let said = |order: [usize; 3], end: &str| {
        let text = order.map(|n| rows[n]).join(end);
        let (reading, _) = a_return(GOOD, &text, &[]);
        (
            reading.children.entries(&"1".into(), "ssda903", DAY),
            reading.children.digest("1"),
        )
    };
    assert_eq!(said([0, 1, 2], "\n"), said([2, 0, 1], "\r\n"));
}

#[test]
fn allocations_say_who_holds_and_in_which_role() {
    let rows = "1,A1,T1,case_holder,2018-01-01,\n1,A2,,reviewer,01/02/2018,2018-03-01\n1,,T2,other,2018-01-01,\n\
                1,,,other,2018-01-01,\n1,A1,,holder,2018-01-01,\n1,A1,,reviewer,2018-01-01,2017-12-31\n";
    let folder = folder(&[("held.csv", format!("{HELD}{rows}").as_bytes())]);
    let mut seen = Seen::default();
    let source = named("allocations").unwrap();
    let reading = read(source, &folder.path().join("held.csv"), terms(), &mut seen).unwrap();
    let keys: Vec<_> = reading
        .children
        .entries(&"1".into(), "allocations", DAY)
        .into_iter()
        .map(|e| e.key)
        .collect();
    assert_eq!(
        keys,
        [
            "2018-01-01 A1",
            "2018-01-01 T2 other",
            "2018-02-01 A2 reviewer"
        ]
    );
    let refused: Vec<_> = seen
        .refused
        .iter()
        .map(|r| (r.line, r.column.as_str(), r.reason.as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            (
                5,
                "staff_id",
                "staff_id and team_id are both blank: say who holds, or which team does"
            ),
            (
                6,
                "role",
                "it is not case_holder, reviewer, conference_chair or other (nearest: case_holder)"
            ),
            (7, "end_date", "it is before start_date (01/01/2018)"),
        ]
    );
    assert_eq!(seen.refused[0].file, "held.csv");
}

#[test]
fn progress_ends_with_the_whole_file() {
    let mut seen = Seen::default();
    let files = [
        ("episodes.csv", EPISODES.to_owned() + GOOD),
        ("reviews.csv", REVIEWS.to_owned() + "1,,01/02/2018,PN1\n"),
    ];
    let folder = folder(&files.each_ref().map(|(n, c)| (*n, c.as_bytes())));
    ssda903(folder.path(), &mut seen).unwrap();
    let want = files.map(|(name, content)| {
        (
            format!("reading {name}"),
            content.len() as u64,
            content.len() as u64,
        )
    });
    assert_eq!(seen.stages, want);
}

#[test]
fn when_refused_rows_cannot_be_written_down_nothing_is_read() {
    let episodes = format!("{EPISODES}{GOOD}bad\n");
    let files: [(&str, &[u8]); 2] = [
        ("episodes.csv", episodes.as_bytes()),
        ("reviews.csv", REVIEWS.as_bytes()),
    ];
    let mut seen = Seen {
        full: true,
        ..Seen::default()
    };
    let error = ssda903(folder(&files).path(), &mut seen)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the refused rows could not be written to a file"),
        "{error}"
    );
}
