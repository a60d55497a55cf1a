//! `status`: how delivery stands, what became of every notice, and whether all work is done.

use std::io::Write;

use contracts::commands::{Account, AskAccount, AskDelivery, DeliveryStatus};

use crate::{
    Place,
    host::WITHOUT_EFFECTS,
    output::{columns, number},
    reach::Reach,
    rest,
};

pub(crate) async fn run(place: &Place, out: &mut impl Write) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let told = tell(place, &reach, out).await;
    out.flush()?;
    let closed = reach.close().await;
    told.and(closed)
}

async fn tell(place: &Place, reach: &Reach, out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out, "Data      {}", place.data.path().display())?;
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
            write_delivery(out, &reach.bus().ask(&AskDelivery {}).await?)?;
        }
        None => writeln!(out, "Running   no: nothing is sent until `evenkeel up`")?,
    }
    write_account(
        out,
        &reach.bus().ask(&AskAccount { authority: None }).await?,
    )?;
    write_rest(out, reach).await
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
    let mut services = WITHOUT_EFFECTS.to_vec();
    if reach.instance().is_some() {
        services.push(delivery::SERVICE);
    }
    let mut rows = Vec::new();
    for service in services {
        let rest = rest::of(reach.bus(), service).await?;
        let state = if rest.is_at_rest() {
            "at rest"
        } else {
            "at work"
        };
        rows.push(vec![
            service.to_owned(),
            state.to_owned(),
            number(rest.outbox),
            number(rest.unread),
            number(rest.due),
        ]);
    }
    writeln!(out)?;
    columns::write(out, &["service", "", "to publish", "to read", "due"], &rows)?;
    Ok(())
}

#[cfg(test)]
mod tests {
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
}
