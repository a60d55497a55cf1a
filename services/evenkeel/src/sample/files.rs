//! Invented rows as the CSV files that the imports read.

use std::{fs, io, path::Path};

use jiff::civil::Date;

use super::{
    allocations::Allocation,
    staff::{Person, Staff, Team},
};

/// A file to write: where, below the folder chosen, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFile {
    pub path: &'static str,
    pub content: String,
}

/// Who works there, and in which teams.
pub(crate) const ORGANISATION: [&str; 2] = [PEOPLE, TEAMS];
/// On which days they had supervision.
pub(crate) const SUPERVISION: &str = "supervision.csv";
const PEOPLE: &str = "directory.csv";
const TEAMS: &str = "teams.csv";

/// Writes them all, each whole or not at all.
pub fn write(folder: &Path, files: &[SampleFile]) -> io::Result<()> {
    for file in files {
        let path = folder.join(file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let unfinished = path.with_extension("part");
        fs::write(&unfinished, &file.content)?;
        fs::rename(&unfinished, &path)?;
    }
    Ok(())
}

pub(super) fn people(staff: &Staff) -> SampleFile {
    let header = "staff_id,name,email,role,team_id,manager_id,deputy_id,fte,start_date,leave_date,absent_from,absent_to,working_days,first_year_until";
    csv(PEOPLE, header, staff.people.iter().map(person_row))
}

fn person_row(p: &Person) -> Vec<String> {
    let day = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    vec![
        p.id.clone(),
        p.name.clone(),
        p.email.clone(),
        p.role.to_owned(),
        p.team.clone(),
        p.manager.clone(),
        p.deputy.clone(),
        format!("{}.{:02}", p.fte / 100, p.fte % 100),
        p.start.to_string(),
        day(p.leave),
        day(p.absence.map(|a| a.0)),
        day(p.absence.map(|a| a.1)),
        p.working_days.to_owned(),
        day(p.first_year_until),
    ]
}

pub(super) fn teams(staff: &Staff) -> SampleFile {
    let row = |t: &Team| {
        vec![
            t.id.clone(),
            t.name.clone(),
            t.parent.clone(),
            t.manager.clone(),
            t.mailbox.clone(),
        ]
    };
    let header = "team_id,name,parent_id,manager_id,mailbox";
    csv(TEAMS, header, staff.teams.iter().map(row))
}

pub(super) fn allocations(rows: &[Allocation]) -> SampleFile {
    let row = |a: &Allocation| {
        vec![
            a.child.clone(),
            a.worker.clone(),
            a.team.clone(),
            "case_holder".to_owned(),
            a.start.to_string(),
            a.end.map(|d| d.to_string()).unwrap_or_default(),
        ]
    };
    let header = "child,staff_id,team_id,role,start_date,end_date";
    csv("allocations.csv", header, rows.iter().map(row))
}

pub(super) fn csv(
    path: &'static str,
    header: &str,
    rows: impl Iterator<Item = Vec<String>>,
) -> SampleFile {
    let mut content = format!("{header}\n");
    for row in rows {
        content.push_str(&row.iter().map(|c| cell(c)).collect::<Vec<_>>().join(","));
        content.push('\n');
    }
    SampleFile { path, content }
}

fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
