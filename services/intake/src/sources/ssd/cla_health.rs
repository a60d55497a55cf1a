//! `ssd_cla_health`: that a health assessment was held, and when; nothing else about health.

use contracts::Fact;

use super::cells::{columns, key, needed};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_cla_health.csv",
    kinds: &["health_assessment"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "clah_person_id",
        &[
            "clah_person_id",
            "clah_health_check_id",
            "clah_health_check_type",
            "clah_health_check_date",
            "clah_health_check_status",
        ],
        &[],
        &["clah_"],
    ),
    needs_first: None,
    row,
};

/// Initial and review health assessments, as some systems write them.
const SHORT: [&str; 2] = ["iha", "rha"];

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "clah_person_id")?;
    let what = cells.get("clah_health_check_type").to_lowercase();
    let status = cells.get("clah_health_check_status");
    let is_assessment = what.contains("health assessment") || SHORT.contains(&what.as_str());
    if !is_assessment || !status.eq_ignore_ascii_case("completed") {
        return Err(Unused::Aside(
            "a health check that is no completed health assessment",
        ));
    }
    Ok(vec![Said {
        child,
        start: needed(cells, "clah_health_check_date")?,
        end: None,
        key: key(cells, "clah_health_check_id")?,
        fact: Fact::HealthAssessment,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn only_a_completed_health_assessment_counts() {
        check(
            &TABLE,
            &[
                (
                    "C1,H1,Health Assessment,2025-04-11,Completed",
                    "C1 health_assessment H1 2025-04-11",
                ),
                (
                    "C1,H1,Initial health assessment,2025-04-11,COMPLETED",
                    "C1 health_assessment H1 2025-04-11",
                ),
                (
                    "C1,H1,RHA,2025-04-11,Completed",
                    "C1 health_assessment H1 2025-04-11",
                ),
                (
                    "C1,H1,Dental Check,2025-04-11,Completed",
                    "aside: a health check that is no completed health assessment",
                ),
                (
                    "C1,H1,Health Assessment,2025-04-11,Refused",
                    "aside: a health check that is no completed health assessment",
                ),
                (
                    "C1,H1,Health Assessment,,Planned",
                    "aside: a health check that is no completed health assessment",
                ),
                (
                    "C1,H1,Health Assessment,,Completed",
                    "refused clah_health_check_date: it is blank: a date is needed, as yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
            ],
        );
    }
}
