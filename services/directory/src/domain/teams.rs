//! The teams file: one team a row.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{AuthorityCode, StaffId, Team, TeamId, commands::RefusedRow};

use super::{fields, row::RowReader, table::Table};

/// What a teams file says.
#[derive(Debug, Default)]
pub struct TeamsRead {
    /// Revisions are zero: this is what is said, not yet what is known.
    pub teams: BTreeMap<TeamId, Team>,
    /// Teams whose row was refused and that have no sound one: they stay as they were.
    pub unreadable: BTreeSet<TeamId>,
    pub rows_read: u64,
    pub refused_rows: u64,
    pub refused: Vec<RefusedRow>,
}

pub fn read(authority: &AuthorityCode, table: &Table) -> TeamsRead {
    let mut read = TeamsRead::default();
    let mut first_lines = BTreeMap::new();
    for row in &table.rows {
        read.rows_read += 1;
        let mut reader = RowReader::new(table, row);
        let team = team(authority, &mut reader);
        let id = team.team_id.clone();
        if let (Some(known), Some(line)) = (read.teams.get(&id), first_lines.get(&id))
            && *known != team
        {
            reader.fault(
                "team_id",
                format!("line {line} says otherwise: keep one row a team"),
            );
        }
        if reader.is_sound() {
            let line = reader.line();
            first_lines.entry(id.clone()).or_insert(line);
            read.teams.entry(id).or_insert(team);
        } else {
            read.refused_rows += 1;
            if !id.as_str().is_empty() {
                read.unreadable.insert(id);
            }
        }
        read.refused.extend(reader.into_faults());
    }
    read.unreadable.retain(|id| !read.teams.contains_key(id));
    read
}

fn team(authority: &AuthorityCode, row: &mut RowReader<'_>) -> Team {
    for column in ["team_id", "name"] {
        if row.text(column).is_empty() {
            row.fault(column, format!("a team needs a {column}"));
        }
    }
    Team {
        authority: authority.clone(),
        team_id: TeamId::new(row.maybe("team_id", fields::id).unwrap_or_default()),
        revision: 0,
        removed: false,
        name: row.maybe("name", fields::line).unwrap_or_default(),
        parent_id: row.maybe("parent_id", fields::id).map(TeamId::new),
        manager_id: row.maybe("manager_id", fields::id).map(StaffId::new),
        mailbox: row.maybe("mailbox", fields::email),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn teams(csv: &str) -> TeamsRead {
        let table = Table::read("teams.csv", csv.as_bytes()).unwrap();
        read(&"westshire".parse().unwrap(), &table)
    }

    #[test]
    fn a_row_is_a_team() {
        let read = teams(
            "team_id,name,parent_id,manager_id,mailbox\nT1,North,SVC,M1,north@example.org\nSVC,Service,,,\n",
        );
        assert_eq!(read.refused, []);
        let north = &read.teams[&TeamId::new("T1")];
        assert_eq!(north.parent_id, Some(TeamId::new("SVC")));
        assert_eq!(north.mailbox.as_deref(), Some("north@example.org"));
        assert_eq!(read.teams[&TeamId::new("SVC")].mailbox, None);
    }

    #[test]
    fn the_same_row_twice_is_one_team_and_another_is_refused() {
        let read = teams("team_id,name\nT1,North\nT1,North\nT1,South\nT2,\n");
        assert_eq!(read.teams.len(), 1);
        let found: Vec<_> = read.refused.iter().map(|f| (f.line, &f.column)).collect();
        assert_eq!(found, [(4, &"team_id".to_owned()), (5, &"name".to_owned())]);
        assert_eq!(read.unreadable, BTreeSet::from([TeamId::new("T2")]));
    }
}
