//! The columns of the lists under the many headers that authorities give them.

/// A column, as Ofsted names it, and the words that its header has in this order; any of several such rows will do.
struct Named {
    column: &'static str,
    words: &'static [&'static [&'static str]],
}

pub(super) const CHILD: &str = "Child Unique ID";
pub(super) const TEAM: &str = "Allocated Team";
pub(super) const WORKER: &str = "Allocated Worker";
pub(super) const REFERRED: &str = "Date of referral";
pub(super) const NO_FURTHER_ACTION: &str = "Referral NFA?";
pub(super) const ASSESSMENT_STARTED: &str = "Continuous Assessment Start Date";
pub(super) const ASSESSMENT_SEEN: &str = "Child Seen During Continuous Assessment";
pub(super) const ASSESSMENT_AUTHORISED: &str = "Continuous Assessment Date of Authorisation";
pub(super) const STRATEGY: &str = "Strategy discussion initiating Section 47 Enquiry Start Date";
pub(super) const NO_CONFERENCE: &str =
    "Was an Initial Child Protection Conference deemed unnecessary?";
pub(super) const CONFERENCE: &str = "Date of Initial Child Protection Conference";
pub(super) const CONFERENCE_PLAN: &str =
    "Did the Initial Child Protection Conference Result in a Child Protection Plan";
pub(super) const NEED_STARTED: &str = "CIN Start Date";
pub(super) const LAST_SEEN: &str = "Date Child Was Last Seen";
pub(super) const PLAN_STARTED: &str = "Child Protection Plan Start Date";
pub(super) const PLAN_ENDED: &str = "Child Protection Plan End Date";
pub(super) const PROTECTION_VISIT: &str = "Date of the Last Statutory Visit";
pub(super) const SEEN_ALONE: &str = "Was the Child Seen Alone?";
pub(super) const REVIEW_CONFERENCE: &str = "Date of latest review conference";
pub(super) const CARE_STARTED: &str = "Date Started to be Looked After";
pub(super) const CARE_ENDED: &str = "Date Ceased to be Looked After";
pub(super) const STATUS_STARTED: &str = "Start date of current legal status";
pub(super) const STATUS: &str = "Child's Legal Status";
pub(super) const CARE_REVIEW: &str = "Date of Latest Statutory Review";
pub(super) const CARE_VISIT: &str = "Date of Last Social Work Visit";
pub(super) const HEALTH: &str = "Date of Last Health Assessment";
pub(super) const PLACEMENT_STARTED: &str = "Start Date of Most Recent Placement";
pub(super) const PLACEMENT: &str = "Placement Type";
pub(super) const ELIGIBILITY: &str = "Eligibility Category";
pub(super) const PATHWAY_PLAN: &str = "Latest Pathway Plan Review Date";
pub(super) const CONTACT: &str = "Latest Date of Contact";
pub(super) const ADOPTION_PLACED: &str = "Date Placed for Adoption";
pub(super) const ADOPTION_ORDER: &str = "Date of Adoption Order";

const NAMES: [Named; 33] = [
    named(
        CHILD,
        &[
            &["child", "id"],
            &["id", "child"],
            &["child", "identifier"],
            &["identifier", "child"],
        ],
    ),
    named(TEAM, &[&["allocated", "team"]]),
    named(WORKER, &[&["allocated", "worker"]]),
    named(REFERRED, &[&["date", "of", "referral"]]),
    named(NO_FURTHER_ACTION, &[&["referral", "nfa"]]),
    named(
        ASSESSMENT_STARTED,
        &[&["continuous", "assessment", "start", "date"]],
    ),
    named(
        ASSESSMENT_SEEN,
        &[&["child", "seen", "during", "assessment"]],
    ),
    named(
        ASSESSMENT_AUTHORISED,
        &[&["continuous", "assessment", "authorisation"]],
    ),
    named(STRATEGY, &[&["strategy", "discussion", "date"]]),
    named(NO_CONFERENCE, &[&["conference", "unnecessary"]]),
    named(
        CONFERENCE,
        &[&["date", "initial", "child", "protection", "conference"]],
    ),
    named(
        CONFERENCE_PLAN,
        &[&[
            "initial",
            "child",
            "protection",
            "conference",
            "result",
            "plan",
        ]],
    ),
    named(NEED_STARTED, &[&["cin", "start", "date"]]),
    named(LAST_SEEN, &[&["date", "child", "last", "seen"]]),
    named(
        PLAN_STARTED,
        &[&["child", "protection", "plan", "start", "date"]],
    ),
    named(
        PLAN_ENDED,
        &[&["child", "protection", "plan", "end", "date"]],
    ),
    named(PROTECTION_VISIT, &[&["date", "last", "statutory", "visit"]]),
    named(SEEN_ALONE, &[&["child", "seen", "alone"]]),
    named(
        REVIEW_CONFERENCE,
        &[&["date", "latest", "review", "conference"]],
    ),
    named(CARE_STARTED, &[&["date", "started", "looked", "after"]]),
    named(CARE_ENDED, &[&["date", "ceased", "looked", "after"]]),
    named(STATUS_STARTED, &[&["start", "date", "legal", "status"]]),
    named(STATUS, &[&["child", "legal", "status"]]),
    named(CARE_REVIEW, &[&["date", "latest", "statutory", "review"]]),
    named(CARE_VISIT, &[&["date", "last", "social", "work", "visit"]]),
    named(HEALTH, &[&["date", "last", "health", "assessment"]]),
    named(
        PLACEMENT_STARTED,
        &[&["start", "date", "recent", "placement"]],
    ),
    named(PLACEMENT, &[&["placement", "type"]]),
    named(ELIGIBILITY, &[&["eligibility", "category"]]),
    named(PATHWAY_PLAN, &[&["pathway", "plan", "review", "date"]]),
    named(CONTACT, &[&["latest", "date", "contact"]]),
    named(ADOPTION_PLACED, &[&["date", "placed", "for", "adoption"]]),
    named(ADOPTION_ORDER, &[&["date", "adoption", "order"]]),
];

const fn named(column: &'static str, words: &'static [&'static [&'static str]]) -> Named {
    Named { column, words }
}

/// The column that a header means; of several whose words it has, the one of which it has most.
pub(super) fn column(header: &str) -> Option<&'static str> {
    let lower = header
        .to_lowercase()
        .replace(['\'', '\u{2019}', '\u{2018}'], "");
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let fitting = NAMES.iter().filter_map(|named| {
        let fits = named
            .words
            .iter()
            .filter(|wanted| has_in_order(&words, wanted));
        fits.map(|wanted| wanted.len())
            .max()
            .map(|most| (most, named.column))
    });
    // Of two that fit equally the one named first is meant.
    fitting
        .rev()
        .max_by_key(|(most, _)| *most)
        .map(|(_, column)| column)
}

/// A child's and the child are the same word.
fn has_in_order(words: &[&str], wanted: &[&str]) -> bool {
    let mut words = words.iter();
    let same = |word: &str, wanted: &str| word == wanted || word.strip_suffix('s') == Some(wanted);
    wanted
        .iter()
        .all(|wanted| words.any(|word| same(word, wanted)))
}

/// Holds dates, which spreadsheets keep as numbers.
pub(super) fn is_date(column: &str) -> bool {
    column.to_lowercase().split(' ').any(|word| word == "date")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_under_its_own_name_and_under_those_it_drifts_to() {
        for named in &NAMES {
            assert_eq!(column(named.column), Some(named.column));
        }
        for (header, want) in [
            ("Child Unique ID", CHILD),
            ("CHILD\u{2019}S IDENTIFIER", CHILD),
            ("Unique id of the child", CHILD),
            ("Child\u{2019}s Legal Status", STATUS),
            (
                "Date of the Last Statutory Visit (dd/mm/yyyy)",
                PROTECTION_VISIT,
            ),
            (" Was the Child Seen Alone? (Y/N))", SEEN_ALONE),
            ("Date of Referral (effective)", REFERRED),
        ] {
            assert_eq!(column(header), Some(want), "{header}");
        }
        for header in [
            "Gender",
            "Date of Birth",
            "Age",
            "Primary Need Code",
            "Latest Category of Abuse",
            "",
            "Number of Referrals in Last 12 Months",
            "Child's Category of Need",
            "Placement postcode",
            "Date of Last Dental Check",
            "Number of Placements in the Last 12 months",
        ] {
            assert_eq!(column(header), None, "{header}");
        }
    }

    #[test]
    fn every_column_is_one_of_the_published_lists() {
        let Some(schema) = crate::sources::shared("data/annex_a/Annex_A_schema.yml") else {
            return;
        };
        let text = std::fs::read_to_string(schema).unwrap();
        for named in &NAMES {
            let line = format!("{}:", named.column);
            let mut names = text
                .lines()
                .map(|l| l.trim().trim_start_matches(['\'', '"']));
            let quoted = named.column.to_owned() + "\":";
            assert!(
                names.any(|l| l.starts_with(&line) || l.starts_with(&quoted)),
                "{}",
                named.column
            );
        }
    }
}
