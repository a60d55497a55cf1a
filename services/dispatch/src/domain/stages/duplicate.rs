//! Gate: what somebody has been told is not told again to whoever covers for them.

use super::{Candidate, Verdict};
use crate::domain::scene::Scene;

pub fn gate(_scene: &Scene<'_>, candidate: &Candidate<'_>) -> Verdict {
    if candidate.owner_was_told {
        return Verdict::Suppress {
            why: "told before the absence, to the person whose it is".to_owned(),
        };
    }
    Verdict::Send
}
