use ::store::Tx;
use bus::Failure;
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{
    desk::{Desk, Place},
    store::{self, watch::Watched},
};

/// With a new day or another directory every running matter is routed again: absences begin, people come and go.
pub(super) async fn sweep(
    desk: &Desk,
    tx: &mut Tx,
    place: &Place,
    watched: &Watched,
) -> Result<usize, Failure> {
    let recorded = store::children::recorded(tx, place.code()).await?;
    let now = Watched {
        day: place.today.to_string(),
        print: format!("{} {recorded:?}", desk.print(place)),
    };
    if *watched == now {
        return Ok(0);
    }
    let matters = store::matters::due_all(tx, place.code()).await?;
    store::watch::put(tx, place.code(), &now).await?;
    tracing::info!(authority = %place.code(), day = %place.today, matters, "routing every running matter again");
    Ok(1)
}

pub(super) fn midnight_after(day: Date) -> Option<Timestamp> {
    let next = day.checked_add(1.day()).ok()?;
    calendar::london().to_timestamp(next.at(0, 0, 0, 0)).ok()
}
