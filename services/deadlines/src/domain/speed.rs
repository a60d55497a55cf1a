//! How fast children are worked out, on one core.

use std::time::Instant;

use calendar::Calendar;
use contracts::Entry;
use jiff::ToSpan;

use super::{
    decide::{Circumstances, Established, decide},
    overrides::Overrides,
    running::Running,
    testing::{chronology, day, facts, rules_here, whole_authority},
};

/// A child known for three years: a referral, an assessment, an enquiry, a plan, then care. Sixty entries.
fn child() -> Vec<Entry> {
    let mut notes = String::from(
        "referral r 2022-06-01 decided; assessment a 2022-06-06..2022-07-20 of=r; section47 s 2022-07-04 of=r; \
         conference c 2022-07-22 of=s; cp p 2022-07-22..2023-03-01 conference=c; cin n 2023-03-01..2023-06-05; \
         cp-review q 2022-10-14 of=p; care k 2023-06-05..2024-02-05 place=U3; care l 2024-02-05 reason=P place=U4; \
         health h 2023-06-28; health i 2024-06-20; age x 2014-01-20 0-4; age y 2019-01-20 5-15; \
         age z 2030-01-20 16-17; reviewer i 2023-06-07; holder w 2022-06-01; \
         review a 2023-06-30; review b 2023-09-25; review c 2024-03-20; review d 2024-09-16;",
    );
    let first = day("2022-07-27");
    for n in 0..40 {
        let on = first.saturating_add((n * 20).days());
        notes.push_str(&["visit v", &n.to_string(), " ", &on.to_string(), ";"].concat());
    }
    facts(&notes)
}

#[expect(clippy::print_stderr, reason = "a measurement says what it found")]
#[test]
fn soak_children_are_worked_out_by_the_thousand() {
    let (rules, calendar) = (rules_here(), Calendar::england_and_wales());
    let (authority, overrides) = (whole_authority(), Overrides::default());
    let today = day("2024-11-04");
    let running = Running::of(&rules, &authority, today).with(&overrides);
    let at = Circumstances {
        running: &running,
        calendar: &calendar,
        established: &Established::default(),
        today,
    };
    let chronology = chronology(child());
    assert_eq!(chronology.entries.len(), 60);
    let known = decide(&[], &chronology, at).list;
    for (what, prior) in [("anew", &[][..]), ("again", &known)] {
        const TIMES: u32 = 4000;
        let begun = Instant::now();
        for _ in 0..TIMES {
            assert_eq!(decide(prior, &chronology, at).list.len(), known.len());
        }
        let rate = f64::from(TIMES) / begun.elapsed().as_secs_f64();
        eprintln!(
            "{rate:.0} children a second {what}, {} obligations each",
            known.len()
        );
        assert!(cfg!(debug_assertions) || rate > 5_000.0, "{rate} {what}");
    }
}
