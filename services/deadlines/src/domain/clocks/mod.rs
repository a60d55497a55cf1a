//! How clocks start, what meets them and what ends them: the part of a rule that is code, a file a family.

mod adoption;
mod approval;
mod care;
mod desk;
mod drift;
mod health;
mod leavers;
mod missing;
mod need;
mod protection;
mod record;
mod referral;
mod steps;
#[cfg(test)]
mod tests;
mod visits;

use serde::Deserialize;

use super::{
    history::History,
    rules::{Rule, Step},
};
pub use desk::Desk;
pub use visits::counts;

/// The code behind a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    ReferralDecided,
    AssessmentAuthorised,
    EnquiryToConference,
    TransferIn,
    CoreGroup,
    ProtectionReview,
    NeedReview,
    // Visits, the most particular first: of two that are due on one day the first stays.
    VisitAdoption,
    VisitParentInterim,
    VisitParentUnassessed,
    VisitParentOrder,
    VisitProtection,
    VisitLongTerm,
    VisitCare,
    VisitShortBreak,
    VisitNeed,
    BecomesLookedAfter,
    ReviewHeld,
    ShortBreakReview,
    ReviewerNamed,
    ReviewerTold,
    ReviewDecisions,
    ReviewRecord,
    Health,
    EducationPlan,
    PlacementNotice,
    ReturnInterview,
    PathwayPlan,
    LeaverContact,
    LeaverVisit,
    PrivateFostering,
    CareApplication,
    CarerApproval,
    AdoptionReview,
    // Of the people who work there: see `workers`.
    WorkerFirstYear,
    WorkerSupervision,
    // What is found without anything being due.
    LongPlan,
    ThirdPlan,
    SecondEnquiry,
    Placements,
    SeenBlank,
    PlacementBlank,
    LegalStatusBlank,
    WorkerReviews,
}

impl Clock {
    /// The steps that have a limit, in order.
    pub fn steps(self) -> &'static [Step] {
        match self {
            Self::CoreGroup
            | Self::ProtectionReview
            | Self::NeedReview
            | Self::VisitAdoption
            | Self::VisitParentInterim
            | Self::VisitParentUnassessed
            | Self::VisitParentOrder
            | Self::ReviewHeld
            | Self::ShortBreakReview
            | Self::EducationPlan
            | Self::PathwayPlan => &[Step::First, Step::Usual],
            Self::VisitCare => &[Step::First, Step::Settled, Step::Usual],
            Self::Health => &[Step::First, Step::UnderFive, Step::Usual],
            Self::PrivateFostering => &[Step::First, Step::YearOne, Step::Usual],
            Self::AdoptionReview | Self::LeaverVisit => &[Step::First, Step::Second, Step::Usual],
            Self::WorkerFirstYear => &[Step::SixWeeks, Step::SixMonths, Step::Usual],
            Self::WorkerReviews => &[],
            _ => &[Step::Usual],
        }
    }

    /// One clock follows the other.
    pub fn goes_on(self) -> bool {
        self.is_visit()
            || matches!(
                self,
                Self::CoreGroup
                    | Self::ProtectionReview
                    | Self::NeedReview
                    | Self::ReviewHeld
                    | Self::ShortBreakReview
                    | Self::Health
                    | Self::EducationPlan
                    | Self::PathwayPlan
                    | Self::LeaverContact
                    | Self::LeaverVisit
                    | Self::PrivateFostering
                    | Self::AdoptionReview
                    | Self::WorkerFirstYear
                    | Self::WorkerSupervision
            )
    }

    /// It finds something without anything being due.
    pub fn finds(self) -> bool {
        self >= Self::LongPlan
    }

    /// Its limit is what was agreed for each child.
    pub fn is_by_agreement(self) -> bool {
        self == Self::VisitShortBreak
    }

    /// About a person who works there, not about a child.
    pub fn is_of_worker(self) -> bool {
        matches!(
            self,
            Self::WorkerFirstYear | Self::WorkerSupervision | Self::WorkerReviews
        )
    }

    /// Of these a child has one at a time.
    pub fn is_visit(self) -> bool {
        (Self::VisitAdoption..=Self::VisitNeed).contains(&self)
    }
}

/// Puts the clocks of every rule that runs on the desk.
pub fn all<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rules: &[&'c Rule]) {
    for rule in rules {
        one(desk, history, rule);
    }
    visits::visits(desk, history, rules);
}

fn one<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    match rule.clock {
        Clock::ReferralDecided => referral::decided(desk, history, rule),
        Clock::AssessmentAuthorised => referral::assessments(desk, history, rule),
        Clock::EnquiryToConference => protection::conferences(desk, history, rule),
        Clock::TransferIn => protection::transfers(desk, history, rule),
        Clock::CoreGroup => protection::core_groups(desk, history, rule),
        Clock::ProtectionReview => protection::reviews(desk, history, rule),
        Clock::NeedReview => need::reviews(desk, history, rule),
        Clock::BecomesLookedAfter => care::first_review(desk, history, rule),
        Clock::ReviewHeld => care::next_reviews(desk, history, rule),
        Clock::ShortBreakReview => care::short_breaks(desk, history, rule),
        Clock::ReviewerNamed => care::reviewer_named(desk, history, rule),
        Clock::ReviewerTold => care::reviewer_told(desk, history, rule),
        Clock::ReviewDecisions | Clock::ReviewRecord => care::after_reviews(desk, history, rule),
        Clock::Health => health::assessments(desk, history, rule),
        Clock::EducationPlan => health::education_plans(desk, history, rule),
        Clock::ReturnInterview => missing::interviews(desk, history, rule),
        Clock::PathwayPlan => leavers::pathway_plans(desk, history, rule),
        Clock::LeaverContact => leavers::contacts(desk, history, rule),
        Clock::LeaverVisit => leavers::visits(desk, history, rule),
        Clock::PlacementNotice => steps::placement_notices(desk, history, rule),
        Clock::PrivateFostering => steps::private_fostering(desk, history, rule),
        Clock::CareApplication => steps::care_applications(desk, history, rule),
        Clock::CarerApproval => approval::carers(desk, history, rule),
        Clock::AdoptionReview => adoption::reviews(desk, history, rule),
        Clock::LongPlan => drift::long_plans(desk, history, rule),
        Clock::ThirdPlan => drift::third_plans(desk, history, rule),
        Clock::SecondEnquiry => drift::second_enquiries(desk, history, rule),
        Clock::Placements => drift::placements(desk, history, rule),
        Clock::SeenBlank => record::seen(desk, history, rule),
        Clock::PlacementBlank => record::placement(desk, history, rule),
        Clock::LegalStatusBlank => record::legal_status(desk, history, rule),
        Clock::VisitAdoption
        | Clock::VisitParentInterim
        | Clock::VisitParentUnassessed
        | Clock::VisitParentOrder
        | Clock::VisitProtection
        | Clock::VisitLongTerm
        | Clock::VisitCare
        | Clock::VisitShortBreak
        | Clock::VisitNeed
        | Clock::WorkerFirstYear
        | Clock::WorkerSupervision
        | Clock::WorkerReviews => {}
    }
}
