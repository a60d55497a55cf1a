//! `status`: how delivery stands, what became of every notice, and whether all work is done.

use std::{collections::BTreeSet, io::Write, time::Duration};

use bus::NotThere;
use contracts::commands::{Account, AskAccount, AskDelivery, DeliveryStatus, Standing};

use crate::{
    Place,
    output::{columns, number},
    reach::Reach,
    rest,
};

/// With `within`, first waits so long for all work to be done, and fails when it is not; how it stands is told anyway.
pub(crate) async fn run(
    place: &Place,
    within: Option<Duration>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let waited = match within {
        Some(within) => rest::wait_within(reach.bus(), &reach.services(), within).await,
        None => Ok(()),
    };
    let told = tell(place, &reach, out).await;
    out.flush()?;
    let closed = if waited.is_ok() {
        reach.close().await
    } else {
        reach.leave().await
    };
    waited.and(told).and(closed)
}

async fn tell(place: &Place, reach: &Reach, out: &mut impl Write) -> anyhow::Result<()> {
    let bus = &place.settings.bus;
    if bus.is_elsewhere() {
        writeln!(out, "Bus       {}", bus.url)?;
    } else {
        writeln!(out, "Data      {}", place.data.path().display())?;
    }
    match reach.instance() {
        Some(instance) => {
            writeln!(
                out,
                "Running   process {}, page {}",
                instance.pid, instance.page
            )?;
            writeln!(
                out,
                "Health    {0}/health/ready, {0}/metrics",
                instance.monitor
            )?;
        }
        None if reach.is_alone() => {
            writeln!(out, "Running   no: nothing is sent until `evenkeel up`")?;
        }
        None => {}
    }
    if !reach.is_alone()
        && let Some(delivery) = there(reach.bus().ask(&AskDelivery {}).await)?
    {
        write_delivery(out, &delivery)?;
    }
    if let Some(account) = there(reach.bus().ask(&AskAccount { authority: None }).await)? {
        write_account(out, &account)?;
    }
    write_rest(out, reach).await
}

/// None where the service does not run: the table of services says so.
fn there<T>(answer: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
    match answer {
        Err(error) if error.is::<NotThere>() => Ok(None),
        answer => answer.map(Some),
    }
}

fn write_delivery(out: &mut dyn Write, status: &DeliveryStatus) -> anyhow::Result<()> {
    writeln!(
        out,
        "Delivery  {}: {} accepted, {} waiting, {} failed, {} stood down, {} in doubt",
        status.channel,
        number(status.accepted),
        number(status.waiting),
        number(status.failed),
        number(status.stood_down),
        number(status.in_doubt)
    )?;
    if let Some(trouble) = &status.trouble {
        writeln!(out, "          trouble now: {trouble}")?;
    }
    for shown in &status.shown {
        writeln!(
            out,
            "          {} to {}: {} ({})",
            shown.authority, shown.to, shown.what, shown.at
        )?;
    }
    Ok(())
}

fn write_account(out: &mut dyn Write, account: &Account) -> std::io::Result<()> {
    let sum =
        account.pending + account.sent + account.suppressed + account.stood_down + account.failed;
    writeln!(
        out,
        "Notices   {} created = {} pending + {} sent + {} suppressed + {} stood down + {} failed{}",
        number(account.created),
        number(account.pending),
        number(account.sent),
        number(account.suppressed),
        number(account.stood_down),
        number(account.failed),
        if sum == account.created {
            ""
        } else {
            "  (THIS DOES NOT ADD UP)"
        }
    )?;
    writeln!(
        out,
        "Signals   {}, of which {} answered by a notice or a recorded \"nobody\" ({})",
        number(account.signals),
        number(account.signals_answered),
        number(account.nobody)
    )
}

async fn write_rest(out: &mut impl Write, reach: &Reach) -> anyhow::Result<()> {
    let (mut all, mut missing) = (Vec::new(), Vec::new());
    for service in reach.services() {
        match there(rest::of(reach.bus(), service).await)? {
            Some(standing) => all.push((service, standing)),
            None => missing.push(service),
        }
    }
    write_standing(out, &all)?;
    if missing.is_empty() {
        return Ok(());
    }
    out.flush()?;
    Err(NotThere(missing.join(", ")).into())
}

fn write_standing(out: &mut dyn Write, all: &[(&str, Standing)]) -> std::io::Result<()> {
    let row = |(service, standing): &(&str, Standing)| {
        let rest = standing.rest;
        let state = if rest.is_at_rest() {
            "at rest"
        } else {
            "at work"
        };
        vec![
            (*service).to_owned(),
            state.to_owned(),
            number(rest.outbox),
            number(rest.unread),
            number(rest.due),
            number(standing.dead_letters),
        ]
    };
    let header = [
        "service",
        "",
        "to publish",
        "to read",
        "due",
        "dead letters",
    ];
    writeln!(out)?;
    columns::write(out, &header, &all.iter().map(row).collect::<Vec<_>>())?;
    if all.iter().any(|(_, standing)| standing.dead_letters > 0) {
        writeln!(
            out,
            "\nDead letters could not be handled: `evenkeel dead-letters list` shows them, `replay ID` tries one again."
        )?;
    }
    // What concerns every service of a process each of them tells.
    let mut told = BTreeSet::new();
    for (service, standing) in all {
        for trouble in &standing.troubles {
            if told.insert((&trouble.part, &trouble.what)) {
                writeln!(
                    out,
                    "\nTROUBLE   {service}, {}, since {}: {}",
                    trouble.part, trouble.since, trouble.what
                )?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use contracts::commands::{Rest, Trouble};

    use super::*;

    #[test]
    fn an_account_that_does_not_add_up_is_said() {
        let mut account = Account {
            created: 3,
            pending: 1,
            sent: 2,
            ..Account::default()
        };
        let said = |account: &Account| {
            let mut out = Vec::new();
            write_account(&mut out, account).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(!said(&account).contains("ADD UP"));
        account.sent = 1;
        assert!(said(&account).contains("DOES NOT ADD UP"));
    }

    #[test]
    fn dead_letters_and_troubles_stand_below_the_services_and_each_trouble_once() {
        let trouble = |part: &str| Trouble {
            part: part.to_owned(),
            what: "1 cannot be read".to_owned(),
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let well = Standing::default();
        let ill = Standing {
            rest: Rest {
                outbox: 1200,
                unread: 3,
                due: 0,
            },
            dead_letters: 2,
            troubles: vec![trouble("state of AUTHORITY contents")],
            commits: 9,
        };
        let both = Standing {
            rest: Rest::default(),
            dead_letters: 0,
            ..ill.clone()
        };
        let mut out = Vec::new();
        write_standing(
            &mut out,
            &[("intake", well), ("dispatch", ill), ("x", both)],
        )
        .unwrap();
        let expected = "
service            to publish  to read  due  dead letters
intake    at rest  0           0        0    0
dispatch  at work  1,200       3        0    2
x         at rest  0           0        0    0

Dead letters could not be handled: `evenkeel dead-letters list` shows them, `replay ID` tries one again.

TROUBLE   dispatch, state of AUTHORITY contents, since 1970-01-01T00:00:00Z: 1 cannot be read
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
