//! Which of the three files this is, from its header.

use super::{Refusal, table::Table, words};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    People,
    Teams,
    Supervision,
}

pub const PEOPLE_COLUMNS: [&str; 14] = [
    "staff_id",
    "name",
    "email",
    "role",
    "team_id",
    "manager_id",
    "deputy_id",
    "fte",
    "start_date",
    "leave_date",
    "absent_from",
    "absent_to",
    "working_days",
    "first_year_until",
];

pub const SUPERVISION_COLUMNS: [&str; 4] = ["staff_id", "held_on", "id", "supervisor_id"];

/// What every supervision file may leave out without a word.
const OPTIONAL: [&str; 2] = ["id", "supervisor_id"];

pub const TEAM_COLUMNS: [&str; 5] = ["team_id", "name", "parent_id", "manager_id", "mailbox"];

impl FileKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Teams => "teams",
            Self::Supervision => "supervision",
        }
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::People => &PEOPLE_COLUMNS,
            Self::Teams => &TEAM_COLUMNS,
            Self::Supervision => &SUPERVISION_COLUMNS,
        }
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Self::People => &PEOPLE_COLUMNS[..3],
            Self::Teams => &TEAM_COLUMNS[..2],
            Self::Supervision => &SUPERVISION_COLUMNS[..2],
        }
    }

    /// Refuses a header that is none of them, or lacks what every row needs.
    pub fn of(table: &Table) -> Result<Self, Refusal> {
        let kind = if table.has("held_on") {
            Self::Supervision
        } else if table.has("staff_id") {
            Self::People
        } else if table.has("team_id") {
            Self::Teams
        } else {
            return Err(Refusal(format!(
                "{}, line 1: the header has neither `staff_id` (people) nor `team_id` (teams) nor `held_on` (supervision). It reads: {}. Expected for people: {}. Expected for teams: {}. Expected for supervision: {}",
                table.file,
                table.columns.join(","),
                PEOPLE_COLUMNS.join(","),
                TEAM_COLUMNS.join(","),
                SUPERVISION_COLUMNS.join(","),
            )));
        };
        let absent: Vec<_> = kind
            .required()
            .iter()
            .filter(|c| !table.has(c))
            .map(|c| format!("`{c}`"))
            .collect();
        if absent.is_empty() {
            Ok(kind)
        } else {
            Err(Refusal(format!(
                "{}, line 1: the header of a {} file needs {}. It reads: {}",
                table.file,
                kind.as_str(),
                absent.join(" and "),
                table.columns.join(","),
            )))
        }
    }

    /// What the header lacks or has too much of, said once.
    pub fn header_notes(self, table: &Table) -> Vec<String> {
        let known = self.columns();
        let may_lack = |c: &&&str| self == Self::Supervision && OPTIONAL.contains(c);
        let absent = known.iter().filter(|c| !table.has(c) && !may_lack(c));
        let absent: Vec<_> = absent.collect();
        let unused: Vec<_> = table
            .columns
            .iter()
            .filter(|c| !c.is_empty() && !known.contains(&c.as_str()))
            .collect();
        let mut notes = Vec::new();
        if !absent.is_empty() {
            notes.push(format!(
                "{} has no column {}: read as blank",
                table.file,
                words::listed(&absent)
            ));
        }
        if !unused.is_empty() {
            notes.push(format!(
                "{}: not used: {}",
                table.file,
                words::listed(&unused)
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(header: &str) -> Result<FileKind, Refusal> {
        FileKind::of(&Table::read("f.csv", header.as_bytes()).unwrap())
    }

    #[test]
    fn the_header_says_which_file_it_is() {
        assert_eq!(kind("NAME,Staff_ID,email"), Ok(FileKind::People));
        assert_eq!(kind("team_id,name"), Ok(FileKind::Teams));
        assert_eq!(kind("Staff ID,Held on"), Ok(FileKind::Supervision));
    }

    #[test]
    fn a_header_that_is_neither_is_refused_with_what_was_expected() {
        let refusal = kind("id,full name").unwrap_err();
        assert!(refusal.0.contains("id,full_name"), "{refusal}");
        assert!(refusal.0.contains("staff_id,name,email"), "{refusal}");
        let refusal = kind("held_on,notes").unwrap_err();
        assert!(refusal.0.contains("`staff_id`"), "{refusal}");
        let refusal = kind("staff_id,role").unwrap_err();
        assert!(refusal.0.contains("`name` and `email`"), "{refusal}");
    }

    #[test]
    fn a_column_too_many_or_too_few_is_said() {
        let table = Table::read("f.csv", b"team_id,name,parent_id,manager_id,phone").unwrap();
        let notes = FileKind::Teams.header_notes(&table);
        assert_eq!(
            notes,
            [
                "f.csv has no column mailbox: read as blank",
                "f.csv: not used: phone"
            ]
        );
    }
}
