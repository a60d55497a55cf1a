//! One clock in words.

use calendar::{Calendar, day};
use contracts::{Entry, Fact, ObligationState, chronology::Step as Told, obligation::Withdrawn};
use jiff::civil::{Date, Time};

use crate::domain::{
    clocks::Clock,
    reckon::{Met, Reckoned},
    rules::{Rule, Step},
};

pub(super) fn words(clock: &Reckoned<'_>, calendar: &Calendar, today: Date) -> Vec<String> {
    let rule = clock.rule;
    if let Some(says) = &clock.found {
        return found(clock, says);
    }
    let due = moment(clock.due, clock.due_time);
    let mut lines = vec![
        format!("{}, due {due}: {}.", rule.title, state(clock.state)),
        format!(
            "  {} on {} ({}).",
            started(clock),
            moment(clock.day0, clock.at),
            recorded(clock.trigger)
        ),
        format!("  {}.", arithmetic(clock, calendar)),
    ];
    if let Some(stated) = clock.stated_due {
        lines.push(format!(
            "  Your system gives {} as the due date: reminders go by the earlier of the two.",
            day(stated)
        ));
    }
    if let Some(attempted) = clock.attempted {
        lines.push(format!(
            "  The visit on {} does not count: the child was not seen.",
            day(attempted)
        ));
    }
    lines.push(format!("  {}", outcome(clock, today)));
    lines.push(law(rule));
    lines
}

/// What holds without anything being due.
fn found(clock: &Reckoned<'_>, says: &str) -> Vec<String> {
    let (title, rule, from) = (&clock.rule.title, clock.rule, day(clock.due));
    let until = match (clock.withdrawn, clock.ended) {
        (None, _) => format!("True since {from}"),
        (Some(Withdrawn::Ended), Some(end)) => format!("It was true from {from} to {}", day(end)),
        (Some(Withdrawn::Overridden), _) => format!("Set aside for this child; true since {from}"),
        (Some(_), _) => format!("No longer needed; it was true from {from}"),
    };
    vec![
        format!("{title}: {says}."),
        format!("  {until} ({}).", recorded(clock.trigger)),
        law(rule),
    ]
}

/// Where the date comes from, and under which name the rule is found again.
fn law(rule: &Rule) -> String {
    format!(
        "  By {} (rule {}, version {}).",
        rule.source, rule.id, rule.version
    )
}

pub(in crate::domain) fn state(state: ObligationState) -> &'static str {
    match state {
        ObligationState::Open => "coming up",
        ObligationState::Overdue => "late, not recorded",
        ObligationState::Met => "recorded",
        ObligationState::Withdrawn => "no longer needed",
    }
}

fn moment(date: Date, time: Option<Time>) -> String {
    match time {
        Some(time) => format!("{} at {}", day(date), time.strftime("%H:%M")),
        None => day(date),
    }
}

fn arithmetic(clock: &Reckoned<'_>, calendar: &Calendar) -> String {
    let limit = clock.limit;
    match (clock.at, clock.due_time) {
        (Some(_), Some(_)) => format!(
            "{} hours from {}: due {}; it counts as late from the day after",
            limit.n,
            moment(clock.day0, clock.at),
            moment(clock.due, clock.due_time)
        ),
        _ => calendar.explain(clock.day0, limit.n, limit.unit.into()),
    }
}

/// What happened on day 0.
fn started(clock: &Reckoned<'_>) -> &'static str {
    let of_visits = clock.rule.clock.is_visit();
    match &clock.trigger.fact {
        Fact::Referral { .. } => "The referral was received",
        Fact::Assessment { .. } => "The assessment was started",
        Fact::Section47 { .. } => "The strategy discussion was held",
        Fact::InitialConference { .. } => {
            "Reckoned back from the target, the transfer was notified"
        }
        _ if clock.rule.clock == Clock::LeaverVisit && clock.step != Step::Usual => {
            "The young person moved in"
        }
        _ if clock.rule.clock == Clock::CarerApproval => {
            "The carer was approved for the time being"
        }
        Fact::CareEpisode { .. } if clock.rule.clock.is_by_agreement() => "It was agreed",
        Fact::ProtectionPlan { .. } if of_visits => "The plan began",
        Fact::ProtectionPlan { .. } => "The plan was decided",
        Fact::ChildInNeedPlan { .. } => "The plan began",
        Fact::Visit { .. } => "The visit before was made",
        Fact::CareEpisode { .. } if of_visits => "The placement, or the order for it, began",
        Fact::CareEpisode { .. } if clock.rule.clock == Clock::ShortBreakReview => {
            "The first short break began"
        }
        Fact::CareEpisode { .. } => "Became looked after",
        Fact::LegalStatus { .. } => "The order began",
        Fact::Placement { .. } => "The placement began",
        Fact::LookedAfterReview { .. }
            if matches!(
                clock.rule.clock,
                Clock::ReviewDecisions | Clock::ReviewRecord
            ) =>
        {
            "The review was held"
        }
        Fact::LookedAfterReview { .. } | Fact::ProtectionReview { .. } => {
            "The review before was held"
        }
        Fact::HealthAssessment => "The assessment before was held",
        Fact::MissingEpisode { .. } => "The child returned",
        Fact::CareLeaver { .. } | Fact::AgeBand { .. } => "The young person became entitled",
        Fact::PathwayPlan => "The plan before was made",
        Fact::CareLeaverContact => "They were last in touch",
        Fact::PlacedForAdoption => "The child was placed for adoption",
        Fact::Step { step } => stepped(*step),
        Fact::Involvement { .. } | Fact::Family { .. } | Fact::Death => "It was recorded",
    }
}

fn stepped(step: Told) -> &'static str {
    match step {
        Told::TransferInNotified => "The transfer was notified",
        Told::CoreGroup => "The core group before was held",
        Told::ChildInNeedReview => "The review before was held",
        Told::EducationPlan => "The plan before was made",
        Told::EmergencyPlacement => "The emergency placement began",
        Told::PrivateFostering => "The arrangement was notified",
        Told::PrivateFosteringVisit => "The visit before was made",
        Told::CareApplication => "The application was issued",
        Told::PlacementNotified
        | Told::ReviewerTold
        | Told::ReviewDecisions
        | Told::ReviewRecord => "It was recorded",
    }
}

/// What meets a clock.
fn evidence(clock: Clock) -> &'static str {
    match clock {
        Clock::ReferralDecided => "decision",
        Clock::AssessmentAuthorised => "authorisation",
        Clock::WorkerFirstYear | Clock::WorkerSupervision => "supervision",
        Clock::EnquiryToConference | Clock::TransferIn => "conference",
        Clock::CoreGroup => "core group",
        Clock::ProtectionReview
        | Clock::NeedReview
        | Clock::BecomesLookedAfter
        | Clock::ReviewHeld
        | Clock::ShortBreakReview
        | Clock::AdoptionReview => "review",
        Clock::ReviewerNamed => "involvement of a reviewing officer",
        Clock::ReviewerTold => "word to the reviewing service",
        Clock::ReviewDecisions => "note of decisions",
        // What is found shows its own words.
        Clock::ReviewRecord
        | Clock::LongPlan
        | Clock::ThirdPlan
        | Clock::SecondEnquiry
        | Clock::Placements
        | Clock::SeenBlank
        | Clock::PlacementBlank
        | Clock::LegalStatusBlank
        | Clock::WorkerReviews => "record",
        Clock::Health => "assessment",
        Clock::EducationPlan | Clock::PathwayPlan => "plan",
        Clock::PlacementNotice => "notice",
        Clock::ReturnInterview => "interview",
        Clock::LeaverContact => "contact",
        Clock::CareApplication => "final order",
        Clock::CarerApproval => "approval",
        Clock::VisitAdoption
        | Clock::VisitParentInterim
        | Clock::VisitParentUnassessed
        | Clock::VisitParentOrder
        | Clock::VisitProtection
        | Clock::VisitLongTerm
        | Clock::VisitCare
        | Clock::VisitNeed
        | Clock::VisitShortBreak
        | Clock::LeaverVisit
        | Clock::PrivateFostering => "visit",
    }
}

/// What a clock belongs to.
fn whole(clock: Clock) -> &'static str {
    match clock {
        Clock::ReferralDecided | Clock::AssessmentAuthorised | Clock::EnquiryToConference => {
            "referral"
        }
        Clock::CoreGroup
        | Clock::ProtectionReview
        | Clock::NeedReview
        | Clock::VisitProtection
        | Clock::VisitNeed => "plan",
        Clock::ShortBreakReview => "series of short breaks",
        Clock::PrivateFostering => "arrangement",
        Clock::VisitShortBreak => "agreement",
        Clock::LeaverVisit => "stay",
        Clock::VisitAdoption
        | Clock::AdoptionReview
        | Clock::VisitParentInterim
        | Clock::VisitParentOrder
        | Clock::VisitParentUnassessed
        | Clock::VisitLongTerm
        | Clock::CarerApproval => "placement of this kind",
        _ => "period of care",
    }
}

fn outcome(clock: &Reckoned<'_>, today: Date) -> String {
    let evidence = evidence(clock.rule.clock);
    if let Some(met) = clock.met {
        return met_by(clock, met, evidence);
    }
    match (clock.withdrawn, clock.state) {
        (Some(Withdrawn::Died), _) => "Nothing is due: the child has died.".to_owned(),
        (Some(Withdrawn::Overridden), _) => {
            "No longer needed: set aside for this child.".to_owned()
        }
        (Some(Withdrawn::Superseded), _) if clock.rule.clock.is_visit() => {
            "No longer needed: another kind of visit to this child comes first.".to_owned()
        }
        (Some(Withdrawn::Superseded), _) => {
            "Rests while a protection plan or a period of care is open.".to_owned()
        }
        (Some(Withdrawn::Ended), _) => clock.ended.map_or_else(
            || "No longer needed.".to_owned(),
            |end| {
                format!(
                    "No longer needed: the {} ended on {}.",
                    whole(clock.rule.clock),
                    day(end)
                )
            },
        ),
        (Some(_), _) => "No longer needed.".to_owned(),
        (None, ObligationState::Overdue) => {
            format!(
                "Late, not recorded: no {evidence} after that is on record by {}.",
                day(today)
            )
        }
        (None, _) => format!("No {evidence} after that is on record by {}.", day(today)),
    }
}

fn met_by(clock: &Reckoned<'_>, met: Met<'_>, evidence: &str) -> String {
    let recorded = recorded(met.by);
    let Some(on) = met.on else {
        return format!("The {evidence} is recorded, its day is not ({recorded}).");
    };
    let when = if on <= clock.due {
        "in time"
    } else {
        "after the due date"
    };
    format!("The {evidence} is dated {}, {when} ({recorded}).", day(on))
}

/// Where a fact comes from: `record 12 of ssda903, there since the data of Sat 31 Mar 2018`.
fn recorded(entry: &Entry) -> String {
    let missing = entry.missing_since.map_or_else(String::new, |since| {
        format!(
            "; gone from the data since {}, counted until the next ones confirm it",
            day(since)
        )
    });
    format!(
        "record {} of {}, there since the data of {}{missing}",
        entry.key,
        entry.source,
        day(entry.known_from)
    )
}
