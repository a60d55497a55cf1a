//! Gather, last: where it goes.

use contracts::message::Recipient;

use crate::domain::{notice::Who, scene::Scene};

/// The address of somebody who can be reached today, or of a team's mailbox.
pub fn address(scene: &Scene<'_>, to: &Who) -> Option<Recipient> {
    match to {
        Who::Person(id) => {
            let person = scene
                .organisation
                .person(id)
                .filter(|p| p.is_reachable(scene.today))?;
            Some(Recipient::Person {
                staff_id: id.clone(),
                name: person.name.clone(),
                email: person.email.clone(),
            })
        }
        Who::Mailbox(id) => {
            let team = scene.organisation.team(id)?;
            let email = team.mailbox.clone()?;
            Some(Recipient::TeamMailbox {
                team: id.clone(),
                name: team.name.clone(),
                email,
            })
        }
    }
}
