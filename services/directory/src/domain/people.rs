//! The people file: one person a row, or several rows for one person with several absences.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    AuthorityCode, Person, StaffId, TeamId, commands::RefusedRow, organisation::Absence,
};

use super::{fields, row::RowReader, table::Table};

/// What a people file says.
#[derive(Debug, Default)]
pub struct PeopleRead {
    /// Revisions are zero: this is what is said, not yet what is known.
    pub people: BTreeMap<StaffId, Person>,
    /// People whose row was refused and who have no sound one: they stay as they were.
    pub unreadable: BTreeSet<StaffId>,
    pub rows_read: u64,
    pub refused_rows: u64,
    pub refused: Vec<RefusedRow>,
}

pub fn read(authority: &AuthorityCode, table: &Table) -> PeopleRead {
    let mut read = PeopleRead::default();
    let mut first_lines = BTreeMap::new();
    for row in &table.rows {
        read.rows_read += 1;
        let mut reader = RowReader::new(table, row);
        let person = person(authority, &mut reader);
        let id = person.staff_id.clone();
        if let Some(known) = read.people.get(&id) {
            let line = first_lines.get(&id).copied().unwrap_or_default();
            check_agreement(known, &person, line, &mut reader);
        } else if person.name.is_empty() {
            reader.fault("name", "a person needs a name");
        }
        if reader.is_sound() {
            let line = reader.line();
            first_lines.entry(id.clone()).or_insert(line);
            match read.people.get_mut(&id) {
                Some(known) => merge(known, person),
                None => {
                    read.people.insert(id, person);
                }
            }
        } else {
            read.refused_rows += 1;
            if !id.as_str().is_empty() {
                read.unreadable.insert(id);
            }
        }
        read.refused.extend(reader.into_faults());
    }
    read.unreadable.retain(|id| !read.people.contains_key(id));
    for person in read.people.values_mut() {
        person.absences.sort_unstable();
        person.absences.dedup();
    }
    read
}

fn person(authority: &AuthorityCode, row: &mut RowReader<'_>) -> Person {
    let staff = |row: &mut RowReader<'_>, column| row.maybe(column, fields::id).map(StaffId::new);
    let staff_id = staff(row, "staff_id");
    if row.text("staff_id").is_empty() {
        row.fault("staff_id", "a person needs a staff_id");
    }
    let person = Person {
        authority: authority.clone(),
        staff_id: staff_id.unwrap_or_else(|| StaffId::new("")),
        revision: 0,
        removed: false,
        name: row.maybe("name", fields::line).unwrap_or_default(),
        email: row.maybe("email", fields::email).unwrap_or_default(),
        role: row.maybe("role", fields::line).unwrap_or_default(),
        team_id: row.maybe("team_id", fields::id).map(TeamId::new),
        manager_id: staff(row, "manager_id"),
        deputy_id: staff(row, "deputy_id"),
        fte_hundredths: row.maybe("fte", fields::fte),
        start_date: row.maybe("start_date", fields::date),
        leave_date: row.maybe("leave_date", fields::date),
        absences: absence(row).into_iter().collect(),
        working_days: row
            .maybe("working_days", fields::working_days)
            .unwrap_or_default(),
        first_year_until: row.maybe("first_year_until", fields::date),
    };
    if let (Some(start), Some(leave)) = (person.start_date, person.leave_date)
        && leave < start
    {
        row.fault("leave_date", format!("it is before the start_date {start}"));
    }
    person
}

fn absence(row: &mut RowReader<'_>) -> Option<Absence> {
    let from = row.maybe("absent_from", fields::date);
    let to = row.maybe("absent_to", fields::date);
    match (from, to) {
        (Some(from), Some(to)) if to < from => {
            row.fault("absent_to", format!("it is before absent_from {from}"));
            None
        }
        (Some(from), to) => Some(Absence { from, to }),
        (None, Some(_)) if row.text("absent_from").is_empty() => {
            row.fault(
                "absent_to",
                "an absence needs its first day in absent_from too",
            );
            None
        }
        (None, _) => None,
    }
}

/// A further row for a person may leave columns blank; what it does say must agree.
fn check_agreement(known: &Person, other: &Person, line: u64, row: &mut RowReader<'_>) {
    let reason = |column: &str| format!("line {line} says otherwise: keep one {column} a person");
    macro_rules! agree {
        ($($field:ident: $column:literal),*) => {$(
            if !row.text($column).is_empty() && !is_blank(&known.$field) && known.$field != other.$field {
                row.fault($column, reason($column));
            }
        )*};
    }
    agree!(
        name: "name", email: "email", role: "role", team_id: "team_id", manager_id: "manager_id",
        deputy_id: "deputy_id", fte_hundredths: "fte", start_date: "start_date", leave_date: "leave_date",
        working_days: "working_days", first_year_until: "first_year_until"
    );
}

fn merge(known: &mut Person, other: Person) {
    macro_rules! fill {
        ($($field:ident),*) => {$(
            if is_blank(&known.$field) {
                known.$field = other.$field;
            }
        )*};
    }
    fill!(
        name,
        email,
        role,
        team_id,
        manager_id,
        deputy_id,
        fte_hundredths,
        start_date,
        leave_date,
        working_days,
        first_year_until
    );
    known.absences.extend(other.absences);
}

fn is_blank<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn people(csv: &str) -> PeopleRead {
        let table = Table::read("people.csv", csv.as_bytes()).unwrap();
        read(&"westshire".parse().unwrap(), &table)
    }

    #[test]
    fn a_full_row_is_a_person() {
        let read = people(
            "staff_id,name,email,role,team_id,manager_id,deputy_id,fte,start_date,leave_date,absent_from,absent_to,working_days,first_year_until\n\
             W1,Ana Okoro,ana@example.org,social worker,T1,M1,W2,0.6,01/02/2020,2027-01-31,2025-03-01,,Mon-Wed,2021-02-01\n",
        );
        assert_eq!(read.refused, []);
        let ana = &read.people[&StaffId::new("W1")];
        assert_eq!(ana.name, "Ana Okoro");
        assert_eq!(ana.fte_hundredths, Some(60));
        assert_eq!(ana.start_date, Some(date(2020, 2, 1)));
        assert_eq!(ana.working_days, [1, 2, 3]);
        assert_eq!(ana.deputy_id, Some(StaffId::new("W2")));
        let away = Absence {
            from: date(2025, 3, 1),
            to: None,
        };
        assert_eq!(ana.absences, [away]);
    }

    #[test]
    fn several_absences_are_several_rows() {
        let read = people(
            "staff_id,name,email,absent_from,absent_to\n\
             W1,Ana,ana@example.org,2025-06-01,2025-06-05\n\
             W1,,,2025-03-01,2025-03-10\n\
             W1,Ana,ana@example.org,2025-06-01,2025-06-05\n",
        );
        assert_eq!(read.refused, []);
        assert_eq!(read.rows_read, 3);
        let starts: Vec<_> = read.people[&StaffId::new("W1")]
            .absences
            .iter()
            .map(|a| a.from)
            .collect();
        assert_eq!(starts, [date(2025, 3, 1), date(2025, 6, 1)]);
    }

    #[test]
    fn a_row_that_contradicts_an_earlier_one_is_refused_with_both_lines() {
        let read = people(
            "staff_id,name,email\nW1,Ana,ana@example.org\nW2,Bo,bo@example.org\nW1,Ana,other@example.org\n",
        );
        assert_eq!(read.refused_rows, 1);
        let fault = &read.refused[0];
        assert_eq!((fault.line, fault.column.as_str()), (4, "email"));
        assert_eq!(fault.value, "other@example.org");
        assert!(fault.reason.contains("line 2"), "{}", fault.reason);
        assert_eq!(read.people[&StaffId::new("W1")].email, "ana@example.org");
        assert!(read.unreadable.is_empty());
    }

    #[test]
    fn every_fault_of_a_row_is_named_and_the_person_is_known_to_be_in_the_file() {
        let read = people(
            "staff_id,name,email,fte,absent_from,absent_to\n\
             W1,Ana,ana(at)example.org,60%,2025-03-10,2025-03-01\n\
             ,Bo,bo@example.org,1,,\n\
             W3,,c@example.org,1,,\n\
             W4,Di,d@example.org,1,,2025-03-01\n\
             W5,Ed,e@exam",
        );
        let found: Vec<_> = read
            .refused
            .iter()
            .map(|f| (f.line, f.column.as_str(), f.value.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (2, "email", "ana(at)example.org"),
                (2, "fte", "60%"),
                (2, "absent_to", "2025-03-01"),
                (3, "staff_id", ""),
                (4, "name", ""),
                (5, "absent_to", "2025-03-01"),
                (6, "", ""),
                (6, "email", "e@exam"),
            ]
        );
        assert_eq!(read.refused_rows, 5);
        assert!(read.people.is_empty());
        assert_eq!(read.unreadable.len(), 4);
    }

    #[test]
    fn the_order_of_columns_is_free() {
        let read = people("Email,NAME,Staff_Id\nana@example.org,Ana,W1\n");
        assert_eq!(read.people[&StaffId::new("W1")].email, "ana@example.org");
    }

    #[test]
    fn an_unclosed_quotation_mark_is_refused_where_it_opens() {
        let read = people(
            "staff_id,name,email\nW1,Ana,ana@example.org\nW2,\"Bo,bo@example.org\nW3,Cy,c@example.org\n",
        );
        assert_eq!(read.people.len(), 1);
        assert_eq!(read.refused[0].line, 3);
        assert!(read.refused[0].reason.contains("quotation mark"));
    }
}
