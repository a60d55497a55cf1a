//! What is recorded about a child, prepared once for every clock: the facts known on a day by kind, each kind by start
//! and key, so that the order in which they came has no influence.

use contracts::{
    Chronology, Entry, Fact,
    chronology::{AgeBand, InvolvementRole, Step},
};
use jiff::civil::Date;

use super::{
    care::{self, Period},
    placements::{self, Stay},
};

/// A child's facts as they are known on `today`. A fact takes no part before its start; what is planned (a conference or
/// a review not held yet) does from the day it was first said; ages are known ahead.
#[derive(Clone, Debug)]
pub struct History<'c> {
    pub chronology: &'c Chronology,
    pub today: Date,
    pub died: bool,
    pub referrals: Vec<&'c Entry>,
    pub assessments: Vec<&'c Entry>,
    pub enquiries: Vec<&'c Entry>,
    /// Planned ones too.
    pub conferences: Vec<&'c Entry>,
    pub need_plans: Vec<&'c Entry>,
    /// Those of other authorities too.
    pub protection_plans: Vec<&'c Entry>,
    pub protection_reviews: Vec<&'c Entry>,
    pub planned_protection_reviews: Vec<&'c Entry>,
    pub visits: Vec<&'c Entry>,
    /// Rows of care, without short breaks.
    pub care_rows: Vec<&'c Entry>,
    /// Rows of short breaks.
    pub breaks: Vec<&'c Entry>,
    pub statuses: Vec<&'c Entry>,
    pub placements: Vec<&'c Entry>,
    /// Held, one a day.
    pub reviews: Vec<&'c Entry>,
    pub planned_reviews: Vec<&'c Entry>,
    pub health: Vec<&'c Entry>,
    pub missing: Vec<&'c Entry>,
    pub leaver: Vec<&'c Entry>,
    pub pathway_plans: Vec<&'c Entry>,
    pub leaver_contacts: Vec<&'c Entry>,
    pub adoptions: Vec<&'c Entry>,
    pub reviewers: Vec<&'c Entry>,
    pub ages: Vec<&'c Entry>,
    pub steps: Vec<(Step, &'c Entry)>,
    /// Unbroken periods of care.
    pub periods: Vec<Period<'c>>,
    /// Placements within them.
    pub stays: Vec<Stay<'c>>,
}

impl<'c> History<'c> {
    pub fn of(chronology: &'c Chronology, today: Date) -> Self {
        let mut history = Self::empty(chronology, today);
        for entry in &chronology.entries {
            history.sort_in(entry);
        }
        history.put_in_order();
        let rows = history.care_rows.iter().copied();
        let (breaks, care): (Vec<&Entry>, Vec<&Entry>) =
            rows.partition(|row| history.status_of(row).is_some_and(care::is_short_break));
        (history.breaks, history.care_rows) = (breaks, care);
        history.periods = care::periods(&history);
        history.stays = placements::stays(&history);
        history
    }

    fn empty(chronology: &'c Chronology, today: Date) -> Self {
        Self {
            chronology,
            today,
            died: chronology.died(today),
            referrals: Vec::new(),
            assessments: Vec::new(),
            enquiries: Vec::new(),
            conferences: Vec::new(),
            need_plans: Vec::new(),
            protection_plans: Vec::new(),
            protection_reviews: Vec::new(),
            planned_protection_reviews: Vec::new(),
            visits: Vec::new(),
            care_rows: Vec::new(),
            breaks: Vec::new(),
            statuses: Vec::new(),
            placements: Vec::new(),
            reviews: Vec::new(),
            planned_reviews: Vec::new(),
            health: Vec::new(),
            missing: Vec::new(),
            leaver: Vec::new(),
            pathway_plans: Vec::new(),
            leaver_contacts: Vec::new(),
            adoptions: Vec::new(),
            reviewers: Vec::new(),
            ages: Vec::new(),
            steps: Vec::new(),
            periods: Vec::new(),
            stays: Vec::new(),
        }
    }

    fn sort_in(&mut self, entry: &'c Entry) {
        let known = if is_planned(entry) {
            entry.known_from
        } else {
            entry.start
        };
        if known > self.today && !matches!(entry.fact, Fact::AgeBand { .. }) {
            return;
        }
        let kind = match &entry.fact {
            Fact::Referral { .. } => &mut self.referrals,
            Fact::Assessment { .. } => &mut self.assessments,
            Fact::Section47 { .. } => &mut self.enquiries,
            Fact::InitialConference { .. } => &mut self.conferences,
            Fact::ChildInNeedPlan { .. } => &mut self.need_plans,
            Fact::ProtectionPlan { .. } => &mut self.protection_plans,
            Fact::ProtectionReview { held: true, .. } => &mut self.protection_reviews,
            Fact::ProtectionReview { .. } => &mut self.planned_protection_reviews,
            Fact::Visit { .. } => &mut self.visits,
            Fact::CareEpisode { .. } => &mut self.care_rows,
            Fact::LegalStatus { .. } => &mut self.statuses,
            Fact::Placement { .. } => &mut self.placements,
            Fact::LookedAfterReview { planned: true, .. } => &mut self.planned_reviews,
            Fact::LookedAfterReview {
                cancelled: false, ..
            } => &mut self.reviews,
            Fact::HealthAssessment => &mut self.health,
            Fact::MissingEpisode { .. } => &mut self.missing,
            Fact::CareLeaver { .. } => &mut self.leaver,
            Fact::PathwayPlan => &mut self.pathway_plans,
            Fact::CareLeaverContact => &mut self.leaver_contacts,
            Fact::PlacedForAdoption => &mut self.adoptions,
            Fact::Involvement {
                role: InvolvementRole::Reviewer,
                ..
            } => &mut self.reviewers,
            Fact::AgeBand { .. } => &mut self.ages,
            Fact::Step { step } => return self.steps.push((*step, entry)),
            Fact::LookedAfterReview { .. }
            | Fact::Involvement { .. }
            | Fact::Family { .. }
            | Fact::Death => return,
        };
        kind.push(entry);
    }

    fn put_in_order(&mut self) {
        for kind in [
            &mut self.referrals,
            &mut self.assessments,
            &mut self.enquiries,
            &mut self.conferences,
            &mut self.need_plans,
            &mut self.protection_plans,
            &mut self.protection_reviews,
            &mut self.planned_protection_reviews,
            &mut self.visits,
            &mut self.care_rows,
            &mut self.statuses,
            &mut self.placements,
            &mut self.reviews,
            &mut self.planned_reviews,
            &mut self.health,
            &mut self.missing,
            &mut self.leaver,
            &mut self.pathway_plans,
            &mut self.leaver_contacts,
            &mut self.adoptions,
            &mut self.reviewers,
            &mut self.ages,
        ] {
            kind.sort_by(|a, b| (a.start, &a.key).cmp(&(b.start, &b.key)));
        }
        self.steps
            .sort_by(|a, b| (a.1.start, &a.1.key).cmp(&(b.1.start, &b.1.key)));
        for once_a_day in [
            &mut self.reviews,
            &mut self.protection_reviews,
            &mut self.health,
            &mut self.pathway_plans,
            &mut self.leaver_contacts,
        ] {
            once_a_day.dedup_by_key(|e| e.start);
        }
    }

    /// Steps of one kind, one a day, in order.
    pub fn steps(&self, step: Step) -> Vec<&'c Entry> {
        let of = self.steps.iter().filter(|(s, _)| *s == step);
        let mut of: Vec<_> = of.map(|(_, entry)| *entry).collect();
        of.dedup_by_key(|e| e.start);
        of
    }

    /// The end of an entry, if it has come.
    pub fn end(&self, entry: &Entry) -> Option<Date> {
        entry.end.filter(|end| *end <= self.today)
    }

    /// The period of care that a day is in.
    pub fn period_on(&self, day: Date) -> Option<&Period<'c>> {
        let begun = self.periods.partition_point(|p| p.start <= day);
        let period = self.periods.get(begun.checked_sub(1)?)?;
        period.end.is_none_or(|end| end > day).then_some(period)
    }

    /// The age band on a day, when a source gives one.
    pub fn age_on(&self, day: Date) -> Option<AgeBand> {
        let begun = self.ages.partition_point(|e| e.start <= day);
        match &self.ages.get(begun.checked_sub(1)?)?.fact {
            Fact::AgeBand { band } => Some(*band),
            _ => None,
        }
    }

    /// Not born yet on that day.
    pub fn unborn_on(&self, day: Date) -> bool {
        let first = self.ages.first();
        first.is_some_and(|e| {
            e.start > day
                && e.fact
                    == Fact::AgeBand {
                        band: AgeBand::UnderFive,
                    }
        })
    }

    /// The legal status of a row of care: its own, else the one on its first day.
    pub fn status_of(&self, row: &'c Entry) -> Option<&'c str> {
        care::own_status(row).or_else(|| code_on(&self.statuses, row.start))
    }

    /// The legal status on a day: that of the row of care, where it has one.
    pub fn status_on(&self, day: Date) -> Option<&'c str> {
        let row = latest_on(&self.care_rows, day).and_then(care::own_status);
        row.or_else(|| code_on(&self.statuses, day))
    }
}

/// Not held yet: it is known from the day it was first said.
pub fn is_planned(entry: &Entry) -> bool {
    matches!(
        entry.fact,
        Fact::InitialConference { held: false, .. }
            | Fact::ProtectionReview { held: false, .. }
            | Fact::LookedAfterReview { planned: true, .. }
    )
}

/// Is the entry open on a day? On the day it ends it no longer is.
pub fn is_open_on(entry: &Entry, day: Date) -> bool {
    entry.start <= day && entry.end.is_none_or(|end| end > day)
}

/// Of entries by start, the latest open on a day.
pub fn latest_on<'c>(entries: &[&'c Entry], day: Date) -> Option<&'c Entry> {
    let begun = entries.partition_point(|e| e.start <= day);
    let mut begun = entries[..begun].iter().rev();
    begun.find(|e| is_open_on(e, day)).copied()
}

/// The code of the latest status or placement of its own on a day.
pub fn code_on<'c>(entries: &[&'c Entry], day: Date) -> Option<&'c str> {
    match &latest_on(entries, day)?.fact {
        Fact::LegalStatus { code } | Fact::Placement { code, .. } => Some(code),
        _ => None,
    }
}
