//! A file that cannot be meant is not taken: nothing in it, or too many people gone at once.

use contracts::commands::RefusedRow;

use super::Arrived;
use crate::domain::Refusal;

pub fn refuse_empty(file: &str, sound: usize, refused: &[RefusedRow]) -> Result<(), Refusal> {
    match (sound, refused.first()) {
        (0, Some(first)) => Err(Refusal(format!(
            "no row of {file} could be used. The first: line {}, column `{}`, value \"{}\": {}",
            first.line, first.column, first.value, first.reason
        ))),
        (0, None) => Err(Refusal(format!(
            "{file} has a header and no rows: export the directory again and import the new file"
        ))),
        _ => Ok(()),
    }
}

pub fn refuse_lost<K>(
    arrived: &Arrived<'_>,
    what: &str,
    counted_on: &[&K],
    is_there: impl Fn(&K) -> bool,
) -> Result<(), Refusal> {
    let before = counted_on.len();
    let lost = counted_on.iter().filter(|id| !is_there(id)).count();
    let percent = (lost * 100).div_ceil(before.max(1));
    let allowed = usize::try_from(arrived.max_lost_percent).unwrap_or(usize::MAX);
    if lost * 100 > before * allowed {
        return Err(Refusal(format!(
            "{} is not taken: it has no usable row for {lost} of the {before} {what} in the directory ({percent} %; at most {allowed} % may go at once). Nothing was changed. If the file is cut short, export it again; if they have truly gone, {}raise max_lost_percent under [directory] in the settings",
            arrived.table.file,
            if what == "people" {
                "give them a leave_date for one import, or "
            } else {
                ""
            }
        )));
    }
    Ok(())
}
