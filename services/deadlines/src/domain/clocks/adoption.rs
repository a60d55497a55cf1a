//! A child placed for adoption.

use contracts::Entry;
use jiff::civil::Date;

use super::{
    desk::{Desk, Series, Unmet},
    protection::during,
};
use crate::domain::{
    history::History,
    rules::{Rule, Step},
};

pub(super) fn reviews<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for placed in &history.adoptions {
        let end = ended(history, placed);
        desk.series(
            rule,
            &Series {
                first: Some((placed, placed.start)),
                held: during(&history.reviews, placed.start, end, history.today),
                planned: &[],
                step: &|n, _| if n == 0 { Step::Second } else { Step::Usual },
                unmet: end.map(Unmet::Ended),
            },
        );
    }
}

/// With the order, or with the period of care.
pub(super) fn ended(history: &History<'_>, placed: &Entry) -> Option<Date> {
    let period = history.period_on(placed.start).and_then(|p| p.end);
    [history.end(placed), period].into_iter().flatten().min()
}
