//! The children as tables of a return, written as authorities write them.

use jiff::civil::Date;

use super::children::Child;
use crate::sample::{
    allocations::Allocation,
    files::{SampleFile, csv},
};

pub(super) fn episodes(children: &[Child]) -> SampleFile {
    let header = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN";
    csv(
        "ssda903/episodes.csv",
        header,
        children.iter().flat_map(care),
    )
}

/// One row from the start of care, or two with a move between them.
fn care(child: &Child) -> Vec<Vec<String>> {
    let row = |from: Date, why: &str, place: &str, to: Option<(Date, &str)>| {
        let (end, code) = to
            .map(|(day, code)| (slashed(day), code))
            .unwrap_or_default();
        [
            &child.id,
            &slashed(from),
            why,
            child.legal_status,
            "N1",
            place,
            "PR1",
            &end,
            code,
            "",
            "",
            "",
            "",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let began = child.past.began;
    match child.moved {
        None => vec![row(began, "S", child.placement, child.left)],
        Some((day, place)) => vec![
            row(began, "S", child.placement, Some((day, "X1"))),
            row(day, "P", place, child.left),
        ],
    }
}

pub(super) fn reviews(children: &[Child]) -> SampleFile {
    let rows = children.iter().flat_map(|child| {
        child.past.held.iter().map(|day| {
            vec![
                child.id.clone(),
                String::new(),
                slashed(*day),
                "PN1".to_owned(),
            ]
        })
    });
    csv("ssda903/reviews.csv", "CHILD,DOB,REVIEW,REVIEW_CODE", rows)
}

pub(super) fn missing(children: &[Child]) -> SampleFile {
    let rows = children.iter().filter_map(|child| {
        let (from, to) = child.missing?;
        Some(vec![
            child.id.clone(),
            String::new(),
            "M".to_owned(),
            slashed(from),
            slashed(to),
        ])
    });
    csv(
        "ssda903/missing.csv",
        "CHILD,DOB,MISSING,MIS_START,MIS_END",
        rows,
    )
}

pub(super) fn allocations(children: &[Child]) -> Vec<Allocation> {
    children
        .iter()
        .flat_map(|c| c.allocations.clone())
        .collect()
}

fn slashed(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}
