use super::*;
use crate::domain::testing::{
    self, Care, authority, cancelled, episode, held_by, looked_after_authority, review,
};

fn words(entries: Vec<Entry>, authority: &Authority, today: &str) -> Vec<String> {
    let (rules, calendar) = (Rules::built_in(), Calendar::england_and_wales());
    let chronology = testing::chronology(entries);
    explain(
        &chronology,
        authority,
        (&rules, &Overrides::default()),
        &calendar,
        testing::day(today),
    )
}

#[test]
fn a_deadline_shows_its_arithmetic_and_its_evidence() {
    let entries = vec![
        episode("e1", "2025-05-03", None, Care::starts()),
        review("r1", "2025-06-04"),
        held_by("w1", "2025-05-06", None),
        review("r2", "2025-12-01"),
    ];
    let mut lines = words(entries, &looked_after_authority(), "2025-09-08");
    lines.retain(|line| !line.contains("do not run here"));
    assert_eq!(
        lines,
        [
            "Child 1001 of Testshire, as at Mon 8 Sep 2025.",
            "Read from ssda903 as at Mon 2 Jun 2025.",
            "Held by w1 since Tue 6 May 2025.",
            "In care since Sat 3 May 2025: became looked after that day.",
            "1 fact dated after that day does not count yet.",
            "First review, due Tue 3 Jun 2025: recorded.",
            "  Became looked after on Sat 3 May 2025 (record e1 of ssda903, there since the data of Sat 3 May 2025).",
            "  20 working days from Sat 3 May 2025, skipping the bank holidays of 5 and 26 May: due Tue 3 Jun 2025.",
            "  The review is dated Wed 4 Jun 2025, after the due date (record r1 of ssda903, there since the data of Wed 4 Jun 2025).",
            "  By Care Planning, Placement and Case Review (England) Regulations 2010, reg. 33(1) (rule en.cla.first-review, version 1).",
            "Review, due Thu 4 Sep 2025: late, not recorded.",
            "  The review before was held on Wed 4 Jun 2025 (record r1 of ssda903, there since the data of Wed 4 Jun 2025).",
            "  3 months from Wed 4 Jun 2025: due Thu 4 Sep 2025.",
            "  Late, not recorded: no review after that is on record by Mon 8 Sep 2025.",
            "  By Care Planning, Placement and Case Review (England) Regulations 2010, reg. 33(2) (rule en.cla.next-review, version 1).",
        ]
    );
}

#[test]
fn what_takes_no_part_is_said() {
    let entries = vec![
        episode("e1", "2025-01-06", Some("2025-02-03"), Care::goes_on()),
        episode("e2", "2025-03-03", None, Care::starts().status("V3")),
        review("r1", "2025-01-05"),
        cancelled("r2", "2025-01-07"),
        cancelled("r3", "2025-01-08"),
    ];
    let words = words(entries, &authority(&["care_episode"]), "2025-06-02");
    for line in [
        "No case-holder is recorded.",
        "1 row of a short break does not count here.",
        "2 cancelled reviews do not count.",
        "1 review outside of a period of care does not count.",
        "40 of 41 rules do not run here, and of them nothing is counted: `evenkeel rules --authority testshire` says which, and why.",
    ] {
        assert!(words.iter().any(|w| w == line), "{line}\n{words:#?}");
    }
    let unknown = words.iter().find(|w| w.starts_with("In care from"));
    assert!(
        unknown.is_some_and(|w| w.contains("is not recorded")),
        "{unknown:?}"
    );
}

#[test]
fn a_clock_that_stood_down_says_why() {
    let ended = |reason| {
        let care = Care::starts().ended(reason);
        words(
            vec![episode("e1", "2025-05-03", Some("2025-05-20"), care)],
            &looked_after_authority(),
            "2025-06-02",
        )
    };
    let said =
        |words: Vec<String>, line: &str| assert!(words.iter().any(|w| w == line), "{words:#?}");
    said(
        ended("E4A"),
        "  No longer needed: the period of care ended on Tue 20 May 2025.",
    );
    said(ended("E2"), "  Nothing is due: the child has died.");
    said(ended("E2"), "The child has died: nothing is due.");
}

#[test]
fn evidence_that_went_missing_is_marked() {
    let mut gone = review("r1", "2025-05-30");
    gone.missing_since = Some(testing::day("2025-06-01"));
    let entries = vec![episode("e1", "2025-05-03", None, Care::starts()), gone];
    let words = words(entries, &looked_after_authority(), "2025-06-02");
    let marked = "gone from the data since Sun 1 Jun 2025, counted until the next ones confirm it";
    assert!(words.iter().any(|w| w.contains(marked)), "{words:#?}");
}

#[test]
fn every_kind_of_clock_has_its_own_words() {
    let notes = "referral r 2025-06-02 decided; section47 s 2025-06-02 of=r; cp p 2025-01-06; cp-review q 2025-04-01; \
                 cp-review n 2025-09-29 planned; visit v 2025-05-30; visit w 2025-06-10 unseen; \
                 missing m 2025-06-07..2025-06-08 at=15:30; adoption a 2025-06-03; cin i 2025-05-01";
    let said = "1001 en.adoption.visit set_aside recorded_elsewhere w9 2025-06-12 2025-06-30";
    let rules = testing::rules_here();
    let overrides = testing::overrides(said, &rules);
    let chronology = testing::chronology(testing::facts(notes));
    let lines = explain(
        &chronology,
        &testing::whole_authority(),
        (&rules, &overrides),
        &Calendar::england_and_wales(),
        testing::day("2025-06-16"),
    );
    for line in [
        "en.adoption.visit is set aside (recorded elsewhere), says w9, from Thu 12 Jun 2025 to Mon 30 Jun 2025: in force.",
        "1 visit at which the child was not seen does not count.",
        "  The decision is recorded, its day is not (record r of ssd, there since the data of Mon 2 Jun 2025).",
        "Return interview, due Wed 11 Jun 2025 at 15:30: late, not recorded.",
        "  The child returned on Sun 8 Jun 2025 at 15:30 (record m of ssd, there since the data of Sat 7 Jun 2025).",
        "  72 hours from Sun 8 Jun 2025 at 15:30: due Wed 11 Jun 2025 at 15:30; it counts as late from the day after.",
        "  Late, not recorded: no interview after that is on record by Mon 16 Jun 2025.",
        "Protection visit, due Fri 13 Jun 2025: late, not recorded.",
        "  The visit before was made on Fri 30 May 2025 (record v of ssd, there since the data of Fri 30 May 2025).",
        "  The visit on Tue 10 Jun 2025 does not count: the child was not seen.",
        "Review conference, due Wed 1 Oct 2025: coming up.",
        "  Your system gives Mon 29 Sep 2025 as the due date: reminders go by the earlier of the two.",
        "  No longer needed: set aside for this child.",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line}\n{lines:#?}");
    }
    assert!(
        !lines.iter().any(|l| l.contains("do not run")),
        "{lines:#?}"
    );
}
