//! After a missing child's return.

use contracts::{Fact, chronology::ReturnInterview};

use super::desk::{Desk, Start, Unmet};
use crate::domain::{
    history::History,
    reckon::Met,
    rules::{Rule, Step},
};

/// Each return has its own interview; an offer ends it, and where none is needed it stands down.
pub(super) fn interviews<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) {
    for episode in &history.missing {
        let Fact::MissingEpisode {
            code,
            returned_at,
            interview,
        } = &episode.fact
        else {
            continue;
        };
        let Some(returned) = history.end(episode).filter(|_| code != "A") else {
            continue;
        };
        let mut start = Start::on(episode, returned, Step::Usual);
        start.at = *returned_at;
        match interview {
            ReturnInterview::Offered => start.met = Some(Met::undated(episode)),
            ReturnInterview::NotNeeded => start.unmet = Some(Unmet::NoLongerStarted),
            ReturnInterview::NotRecorded | ReturnInterview::NotOffered => {}
        }
        desk.put(rule, start);
    }
}
