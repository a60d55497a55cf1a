//! `dead-letters`: what a service could not handle, to look at and to try again.

use std::io::Write;

use anyhow::{Context as _, bail};
use bus::Bus;
use contracts::commands::{DeadLetter, DeadLetterAsk, DeadLetterReply, dead_letter_subject};
use uuid::Uuid;

use crate::{Place, cli::DeadLetterAction, output::columns, reach::Reach};

pub(crate) async fn run(
    place: &Place,
    action: &DeadLetterAction,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let done = act(&reach, action, out).await;
    out.flush()?;
    let closed = reach.close().await;
    done.and(closed)
}

async fn act(reach: &Reach, action: &DeadLetterAction, out: &mut impl Write) -> anyhow::Result<()> {
    let letters = all(reach).await?;
    match action {
        DeadLetterAction::List => list(out, &letters)?,
        DeadLetterAction::Show { id } => {
            let asked = DeadLetterAsk::Show(*id);
            if let DeadLetterReply::Shown(letter, body) =
                to_owner(reach.bus(), &letters, *id, &asked).await?
            {
                writeln!(
                    out,
                    "{} of {}, {}",
                    letter.event_type, letter.service, letter.at
                )?;
                writeln!(
                    out,
                    "consumer {}, subject {}",
                    letter.consumer, letter.subject
                )?;
                writeln!(out, "{}\n\n{body}", letter.reason)?;
            }
        }
        DeadLetterAction::Replay { id } => {
            to_owner(reach.bus(), &letters, *id, &DeadLetterAsk::Replay(*id)).await?;
            writeln!(out, "Handed to its service again.")?;
        }
    }
    Ok(())
}

async fn all(reach: &Reach) -> anyhow::Result<Vec<DeadLetter>> {
    let mut letters = Vec::new();
    for service in reach.services() {
        if let DeadLetterReply::List(more) = ask(reach.bus(), service, &DeadLetterAsk::List).await?
        {
            letters.extend(more);
        }
    }
    letters.sort_by_key(|letter| std::cmp::Reverse(letter.at));
    Ok(letters)
}

async fn ask(bus: &Bus, service: &str, asked: &DeadLetterAsk) -> anyhow::Result<DeadLetterReply> {
    bus.ask_subject(&dead_letter_subject(service), asked).await
}

async fn to_owner(
    bus: &Bus,
    letters: &[DeadLetter],
    id: Uuid,
    asked: &DeadLetterAsk,
) -> anyhow::Result<DeadLetterReply> {
    let Some(letter) = letters.iter().find(|l| l.id == id) else {
        bail!("there is no dead letter {id}: `evenkeel dead-letters list` shows which there are");
    };
    ask(bus, &letter.service, asked)
        .await
        .with_context(|| format!("dead letter {id} of {}", letter.service))
}

fn list(out: &mut dyn Write, letters: &[DeadLetter]) -> std::io::Result<()> {
    if letters.is_empty() {
        return writeln!(out, "No dead letters.");
    }
    let cells = |l: &DeadLetter| {
        vec![
            l.id.to_string(),
            l.at.to_string(),
            l.service.clone(),
            l.event_type.clone(),
            l.reason.clone(),
        ]
    };
    let rows: Vec<_> = letters.iter().map(cells).collect();
    columns::write(out, &["id", "at", "service", "event", "reason"], &rows)
}
