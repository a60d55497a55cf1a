//! The Standard Safeguarding Dataset (1.4): a folder with a CSV file a table, any subset of them. What these tables name
//! is all that is read; the dataset has far more.

mod care_leavers;
pub(super) mod cells;
mod cin_assessments;
mod cin_episodes;
mod cin_plans;
mod cin_visits;
mod cla_episodes;
mod cla_health;
mod cla_placement;
mod cla_reviews;
mod cla_visits;
mod cp_plans;
mod cp_reviews;
mod cp_visits;
mod department;
mod family;
mod initial_cp_conference;
mod involvements;
mod legal_status;
mod missing;
mod permanence;
mod person;
mod professionals;
mod s47_enquiry;
mod visit;

use super::{Gap, Shape, Source};
use crate::domain::window::Window;

/// Tables that explain others come before them.
pub(super) static SOURCE: Source = Source {
    name: "ssd",
    shape: Shape::Folder,
    window: Window::Years,
    tables: &[
        professionals::TABLE,
        department::TABLE,
        person::TABLE,
        cin_episodes::TABLE,
        cin_assessments::TABLE,
        s47_enquiry::TABLE,
        initial_cp_conference::TABLE,
        cin_plans::TABLE,
        cp_plans::TABLE,
        cp_reviews::TABLE,
        cla_episodes::TABLE,
        cla_placement::TABLE,
        cla_reviews::TABLE,
        cla_health::TABLE,
        legal_status::TABLE,
        missing::TABLE,
        care_leavers::TABLE,
        permanence::TABLE,
        family::TABLE,
        cp_visits::TABLE,
        cla_visits::TABLE,
        cin_visits::TABLE,
        involvements::TABLE,
    ],
    gaps: &[
        visits("ssd_cp_plans.csv", "ssd_cp_visits.csv"),
        visits("ssd_cla_episodes.csv", "ssd_cla_visits.csv"),
        visits("ssd_cin_plans.csv", "ssd_cin_visits.csv"),
    ],
};

const fn visits(table: &'static str, needs: &'static str) -> Gap {
    Gap {
        table,
        needs,
        kind: "visit",
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
