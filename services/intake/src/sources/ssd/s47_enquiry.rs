//! `ssd_s47_enquiry`: section 47 enquiries, from the strategy discussion on.

use contracts::Fact;

use super::cells::{columns, key, span, truth};
use crate::{
    domain::{gate::Guard, statements::Said},
    sources::{Known, Table, Unused, child, csv::Cells, id},
};

pub(super) const TABLE: Table = Table {
    file: "ssd_s47_enquiry.csv",
    kinds: &["section47"],
    latest: &[],
    guard: Guard::MustNotFall,
    columns: columns(
        "s47e_person_id",
        &[
            "s47e_person_id",
            "s47e_s47_enquiry_id",
            "s47e_referral_id",
            "s47e_s47_start_date",
            "s47e_s47_end_date",
            "s47e_s47_nfa",
        ],
        &[],
        &["s47e_"],
    ),
    needs_first: None,
    row,
};

fn row(cells: &Cells<'_>, _: &mut Known) -> Result<Vec<Said>, Unused> {
    let child = child(cells, "s47e_person_id")?;
    let (start, end) = span(cells, "s47e_s47_start_date", "s47e_s47_end_date")?;
    Ok(vec![Said {
        child,
        start,
        end,
        key: key(cells, "s47e_s47_enquiry_id")?,
        fact: Fact::Section47 {
            referral: id(cells, "s47e_referral_id")?,
            no_further_action: truth(cells, "s47e_s47_nfa")?,
        },
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::ssd::testing::check;

    #[test]
    fn enquiries_begin_with_the_strategy_discussion() {
        check(
            &TABLE,
            &[
                (
                    "C1,S1,R1,2025-04-11,2025-04-25,N",
                    "C1 section47 S1 2025-04-11..2025-04-25 no_further_action=false referral=R1",
                ),
                ("C1,S1,,2025-04-11 00:00:00,,", "C1 section47 S1 2025-04-11"),
                (
                    "C1,S1,R1,2025-04-11,,true",
                    "C1 section47 S1 2025-04-11 no_further_action=true referral=R1",
                ),
                (
                    "C1,S1,R1,Friday,,",
                    "refused s47e_s47_start_date Friday: it is not a date written yyyy-mm-dd or dd/mm/yyyy, such as 2018-03-31",
                ),
                (
                    "NULL,S1,R1,2025-04-11,,",
                    "refused s47e_person_id: it is blank: every row needs the child's id",
                ),
            ],
        );
    }
}
