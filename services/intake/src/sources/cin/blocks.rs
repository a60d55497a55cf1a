//! What each block of the census says.

use contracts::Fact;
use jiff::civil::Date;

use super::key_of;
use crate::{
    domain::{
        gate::Guard,
        statements::{Key, Said},
    },
    sources::{
        Known, Table, Unused, child,
        csv::{Cells, Columns, Fault},
        dates::Format::WithTime,
        dates::{end_after, needed, optional},
        person,
        ssd::cells::truth,
    },
};

/// Whose block it is: the child's id stands in another one.
const CHILD_ID: &str = "LAchildID";

/// When the referral came that a block stands in.
const REFERRED: &str = "../CINreferralDate";

const fn columns(optional: &'static [&'static str]) -> Columns {
    Columns {
        child: CHILD_ID,
        needed: &[CHILD_ID],
        optional,
        passed_over: &[],
        null_is_blank: false,
    }
}

const fn block(
    name: &'static str,
    kinds: &'static [&'static str],
    guard: Guard,
    elements: &'static [&'static str],
    row: fn(&Cells<'_>, &mut Known) -> Result<Vec<Said>, Unused>,
) -> Table {
    Table {
        file: name,
        kinds,
        latest: &[],
        guard,
        columns: columns(elements),
        needs_first: None,
        row,
    }
}

pub(super) const CHILD: Table = block(
    "ChildIdentifiers",
    &["age_band", "death"],
    Guard::MustNotFall,
    &[
        "PersonBirthDate",
        "ExpectedPersonBirthDate",
        "PersonDeathDate",
    ],
    |cells, _| {
        let child = child(cells, CHILD_ID)?;
        let columns = person::Columns {
            born: "PersonBirthDate",
            expected: "ExpectedPersonBirthDate",
            died: "PersonDeathDate",
        };
        Ok(person::said(&child, cells, &columns)?)
    },
);

/// A conference in this block belongs to no enquiry of it, or is told again there.
pub(super) const CINDETAILS: Table = block(
    "CINdetails",
    &["referral", "initial_conference"],
    Guard::Core,
    &[
        "CINreferralDate",
        "CINclosureDate",
        "DateOfInitialCPC",
        "ReferralNFA",
        "Section47/DateOfInitialCPC",
    ],
    |cells, _| {
        let child = child(cells, CHILD_ID)?;
        let start = needed(cells, "CINreferralDate", WithTime)?;
        let end = end_after(
            cells,
            (start, "CINreferralDate"),
            "CINclosureDate",
            WithTime,
        )?;
        let no_further_action = truth(cells, "ReferralNFA")?;
        let referral = Fact::Referral {
            decided: no_further_action.is_some(),
            no_further_action,
        };
        let mut all = vec![said(&child, start, end, referral)];
        let held = optional(cells, "DateOfInitialCPC", WithTime)?;
        let told_by_an_enquiry = |held: &Date| {
            let told = cells.get("Section47/DateOfInitialCPC");
            told.split(' ').any(|day| day == held.to_string())
        };
        if let Some(held) = held.filter(|held| !told_by_an_enquiry(held)) {
            all.push(said(&child, held, None, conference(None, Some(held), None)));
        }
        Ok(all)
    },
);

pub(super) const ASSESSMENTS: Table = block(
    "Assessments",
    &["assessment"],
    Guard::MustNotFall,
    &[
        "AssessmentActualStartDate",
        "AssessmentAuthorisationDate",
        REFERRED,
    ],
    |cells, _| {
        let (child, start, end) = span(
            cells,
            "AssessmentActualStartDate",
            Some("AssessmentAuthorisationDate"),
        )?;
        let fact = Fact::Assessment {
            referral: referral(cells),
            child_seen: None,
        };
        Ok(vec![said(&child, start, end, fact)])
    },
);

pub(super) const PLANS: Table = block(
    "CINPlanDates",
    &["child_in_need_plan"],
    Guard::MustNotFall,
    &["CINPlanStartDate", "CINPlanEndDate", REFERRED],
    |cells, _| {
        let (child, start, end) = span(cells, "CINPlanStartDate", Some("CINPlanEndDate"))?;
        let fact = Fact::ChildInNeedPlan {
            referral: referral(cells),
        };
        Ok(vec![said(&child, start, end, fact)])
    },
);

/// The census does not say when an enquiry ended, only that no conference was needed.
pub(super) const SECTION47: Table = block(
    "Section47",
    &["section47", "initial_conference"],
    Guard::MustNotFall,
    &[
        "S47ActualStartDate",
        "InitialCPCtarget",
        "DateOfInitialCPC",
        "ICPCnotRequired",
        REFERRED,
    ],
    |cells, _| {
        let (child, start, _) = span(cells, "S47ActualStartDate", None)?;
        let not_required = truth(cells, "ICPCnotRequired")?;
        let held = optional(cells, "DateOfInitialCPC", WithTime)?;
        let target = optional(cells, "InitialCPCtarget", WithTime)?;
        let enquiry = Fact::Section47 {
            referral: referral(cells),
            no_further_action: not_required,
        };
        let mut all = vec![said(&child, start, None, enquiry)];
        let aimed_at = target.filter(|_| not_required != Some(true));
        if let Some(day) = held.or(aimed_at) {
            let enquiry = Some(key_of(start));
            all.push(said(&child, day, None, conference(enquiry, held, target)));
        }
        Ok(all)
    },
);

pub(super) const PROTECTION_PLANS: Table = block(
    "ChildProtectionPlans",
    &["protection_plan"],
    Guard::MustNotFall,
    &["CPPstartDate", "CPPendDate", REFERRED],
    |cells, _| {
        let (child, start, end) = span(cells, "CPPstartDate", Some("CPPendDate"))?;
        let fact = Fact::ProtectionPlan {
            referral: referral(cells),
            conference: None,
            other_authority: false,
        };
        Ok(vec![said(&child, start, end, fact)])
    },
);

pub(super) const PROTECTION_REVIEWS: Table = block(
    "CPPreviewDate",
    &["protection_review"],
    Guard::MustNotFall,
    &["CPPreviewDate", "../CPPstartDate"],
    |cells, _| {
        let child = child(cells, CHILD_ID)?;
        let held = needed(cells, "CPPreviewDate", WithTime)?;
        let plan = optional(cells, "../CPPstartDate", WithTime).ok().flatten();
        let fact = Fact::ProtectionReview {
            plan: plan.map(key_of),
            held: true,
            continues: None,
            stated_due: None,
        };
        Ok(vec![said(&child, held, None, fact)])
    },
);

fn said(child: &str, start: Date, end: Option<Date>, fact: Fact) -> Said {
    Said {
        child: child.to_owned(),
        start,
        end,
        key: Key::Start(String::new()),
        fact,
    }
}

fn conference(section47: Option<String>, held: Option<Date>, target: Option<Date>) -> Fact {
    Fact::InitialConference {
        section47,
        held: held.is_some(),
        transfer_in: false,
        plan_decided: None,
        target,
    }
}

/// The child, and from when to when.
fn span(
    cells: &Cells<'_>,
    from: &'static str,
    to: Option<&'static str>,
) -> Result<(String, Date, Option<Date>), Fault> {
    let child = child(cells, CHILD_ID)?;
    let start = needed(cells, from, WithTime)?;
    let end = to.map(|to| end_after(cells, (start, from), to, WithTime));
    Ok((child, start, end.transpose()?.flatten()))
}

/// The key of the referral a block stands in; a wrong one is refused where it stands.
fn referral(cells: &Cells<'_>) -> Option<String> {
    optional(cells, REFERRED, WithTime)
        .ok()
        .flatten()
        .map(key_of)
}
