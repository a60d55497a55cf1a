//! What the files say, counted plainly, against what is published.

use std::collections::{BTreeSet, HashMap, HashSet};

use calendar::Calendar;

use super::*;

/// Siblings share what befalls them, so that it takes many children for a share to settle.
#[test]
fn the_published_statistics_come_out_again() {
    let sample = Sample::new(&plan(CALIBRATED, 1, 1));
    assessments_and_conferences_are_as_published(&sample);
    plans_for_children_in_need_last_as_published(&sample);
    protection_plans_are_as_old_and_reviewed_as_published(&sample);
    caseloads_and_changes_of_worker_are_as_published(&sample);
}

const CALIBRATED: usize = 12_000;

fn assessments_and_conferences_are_as_published(sample: &Sample) {
    let calendar = Calendar::england_and_wales();
    let days = |row: &Row, from: &str, to: &str| {
        Some(calendar.working_days_between(day(row, from)?, day(row, to)?))
    };
    let assessments = sample.rows("ssd_cin_assessments");
    let taken: Vec<u32> = assessments
        .iter()
        .filter_map(|r| days(r, "cina_assessment_start_date", "cina_assessment_auth_date"))
        .collect();
    let in_time = taken.iter().filter(|days| **days <= 45).count();
    about(
        "assessments within 45 working days",
        share(in_time, taken.len()),
        84.5,
        3.0,
    );

    let enquiries: HashMap<String, Date> = sample
        .rows("ssd_s47_enquiry")
        .iter()
        .map(|r| {
            (
                r["s47e_s47_enquiry_id"].clone(),
                day(r, "s47e_s47_start_date").unwrap(),
            )
        })
        .collect();
    let conferences = sample.rows("ssd_initial_cp_conference");
    let waited: Vec<u32> = conferences
        .iter()
        .filter_map(|r| {
            let strategy = enquiries.get(&r["icpc_s47_enquiry_id"])?;
            Some(calendar.working_days_between(*strategy, day(r, "icpc_icpc_date")?))
        })
        .collect();
    let in_time = waited.iter().filter(|days| **days <= 15).count();
    about(
        "conferences within 15 working days",
        share(in_time, waited.len()),
        79.7,
        5.0,
    );
    about(
        "enquiries with a conference",
        share(conferences.len(), enquiries.len()),
        32.2,
        5.0,
    );
    about(
        "assessments with an enquiry",
        share(enquiries.len(), assessments.len()),
        34.9,
        5.0,
    );
}

fn plans_for_children_in_need_last_as_published(sample: &Sample) {
    let plans = sample.rows("ssd_cin_plans");
    let lasted: Vec<i32> = plans
        .iter()
        .filter_map(|r| {
            let from = day(r, "cinp_cin_plan_start_date")?;
            Some((day(r, "cinp_cin_plan_end_date")? - from).get_days())
        })
        .collect();
    let mean =
        f64::from(lasted.iter().sum::<i32>()) / f64::from(u32::try_from(lasted.len()).unwrap());
    about("days of a plan for a child in need", mean, 203.0, 25.0);
}

fn protection_plans_are_as_old_and_reviewed_as_published(sample: &Sample) {
    let calendar = Calendar::england_and_wales();
    let plans = sample.rows("ssd_cp_plans");
    let open: Vec<(&str, Date)> = plans
        .iter()
        .filter(|r| r["cppl_cp_plan_end_date"].is_empty())
        .map(|r| {
            (
                r["cppl_cp_plan_id"].as_str(),
                day(r, "cppl_cp_plan_start_date").unwrap(),
            )
        })
        .collect();
    let between = |low: u32, high: u32| {
        let aged = open.iter().filter(|(_, from)| {
            calendar.add_months(*from, low) <= TO && TO < calendar.add_months(*from, high)
        });
        share(aged.count(), open.len())
    };
    about("to 3 months", between(0, 3), 29.7, 9.0);
    about("3 to 6 months", between(3, 6), 24.7, 9.0);
    about("6 months to a year", between(6, 12), 27.1, 9.0);
    about("one to two years", between(12, 24), 16.0, 7.0);

    let mut held: HashMap<String, BTreeSet<Date>> = HashMap::new();
    for row in sample.rows("ssd_cp_reviews") {
        if let Some(day) = day(&row, "cppr_cp_review_date") {
            held.entry(row["cppr_cp_plan_id"].clone())
                .or_default()
                .insert(day);
        }
    }
    let year_ago = TO.saturating_sub(1.years());
    let due: Vec<_> = open
        .iter()
        .filter(|(_, from)| calendar.add_months(*from, 3) < TO)
        .collect();
    let in_time = due.iter().filter(|(plan, from)| {
        let mut limit = calendar.add_months(*from, 3);
        for review in held.get(*plan).into_iter().flatten() {
            if *review > limit && *review >= year_ago {
                return false;
            }
            limit = calendar.add_months(*review, 6);
        }
        limit >= TO
    });
    about(
        "plans reviewed in time",
        share(in_time.count(), due.len()),
        89.8,
        7.0,
    );
}

fn caseloads_and_changes_of_worker_are_as_published(sample: &Sample) {
    let year_ago = TO.saturating_sub(1.years());
    let (mut held, mut in_the_year) = (HashMap::<String, u32>::new(), HashMap::new());
    let mut open = HashSet::new();
    for row in sample.rows("ssd_involvements") {
        if row["invo_professional_role_id"] != "CW" {
            continue;
        }
        let (worker, child) = (&row["invo_professional_id"], &row["invo_person_id"]);
        let end = day(&row, "invo_involvement_end_date");
        if end.is_none() {
            open.insert(child.clone());
        }
        if !worker.is_empty() {
            *held.entry(worker.clone()).or_default() += u32::from(end.is_none());
            if end.is_none_or(|end| end > year_ago) {
                let workers: &mut HashSet<String> = in_the_year.entry(child.clone()).or_default();
                workers.insert(worker.clone());
            }
        }
    }
    let full_time: f64 = sample
        .rows("ssd_professionals")
        .iter()
        .filter(|r| held.get(&r["prof_professional_id"]).is_some_and(|n| *n > 0))
        .map(|r| r["prof_full_time_equivalency"].parse::<f64>().unwrap())
        .sum();
    let children = f64::from(held.values().sum::<u32>());
    about(
        "children a full-time worker holds",
        children / full_time,
        15.2,
        1.5,
    );
    about(
        "children who are open",
        share(open.len(), CALIBRATED),
        19.0,
        4.0,
    );
    let shown = usize::try_from(sample.made.children).unwrap();
    about("children shown", share(shown, CALIBRATED), 99.0, 1.0);

    let in_care = in_care(sample);
    let third = in_care
        .iter()
        .filter(|child| in_the_year.get(*child).is_some_and(|w| w.len() >= 3));
    // One leaver touches sixteen children, so authorities differ: of 151, nine in ten lay between 11 and 40 in 2024.
    about(
        "third worker in the year",
        share(third.count(), in_care.len()),
        27.0,
        13.0,
    );
}

/// Children in care on the last night, short breaks apart.
fn in_care(sample: &Sample) -> HashSet<String> {
    let short_breaks: HashSet<String> = sample
        .rows("ssd_legal_status")
        .into_iter()
        .filter(|r| r["lega_legal_status"] == "V4")
        .map(|r| r["lega_person_id"].clone())
        .collect();
    sample
        .rows("ssd_cla_episodes")
        .into_iter()
        .filter(|r| r["clae_cla_episode_ceased_date"].is_empty())
        .map(|r| r["clae_person_id"].clone())
        .filter(|child| !short_breaks.contains(child))
        .collect()
}
