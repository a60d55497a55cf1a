//! Conservation: what was counted when it happened, against what is there.

use contracts::{AuthorityCode, commands::Account, notice::StepState};
use store::{Db, Insert, Result, Row, Statement, Tx, values};

/// Counted when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    Signals,
    Steps,
}

impl Tally {
    fn as_str(self) -> &'static str {
        match self {
            Self::Signals => "signals",
            Self::Steps => "steps",
        }
    }
}

pub async fn add(tx: &mut Tx, authority: &AuthorityCode, what: Tally, n: usize) -> Result<()> {
    if n == 0 {
        return Ok(());
    }
    tx.authority(authority)
        .insert(&TALLY, vec![values![what.as_str(), n]])
        .await
        .map(|_| ())
}

/// The account of one authority, or of all.
pub async fn account(db: &Db, authority: Option<&AuthorityCode>) -> Result<Account> {
    let mut account = Account::default();
    for row in ask(db, authority, &STATES, &STATES_EVERYWHERE).await? {
        let (state, n) = (row.text("state")?, row.count("n")?);
        match StepState::ALL.into_iter().find(|s| s.as_str() == state) {
            Some(StepState::Pending) => account.pending = n,
            Some(StepState::Sent) => account.sent = n,
            Some(StepState::Suppressed) => account.suppressed = n,
            Some(StepState::StoodDown) => account.stood_down = n,
            Some(StepState::Failed) => account.failed = n,
            None => {}
        }
    }
    for row in ask(db, authority, &TALLIES, &TALLIES_EVERYWHERE).await? {
        let (what, n) = (row.text("what")?, row.count("n")?);
        if what == Tally::Steps.as_str() {
            account.created = n;
        } else if what == Tally::Signals.as_str() {
            account.signals = n;
        }
    }
    if let Some(row) = ask(db, authority, &SIGNALS, &SIGNALS_EVERYWHERE)
        .await?
        .first()
    {
        account.signals_answered = row.count("answered")?;
    }
    if let Some(row) = ask(db, authority, &NOBODY, &NOBODY_EVERYWHERE)
        .await?
        .first()
    {
        account.nobody = row.count("n")?;
    }
    Ok(account)
}

async fn ask(
    db: &Db,
    authority: Option<&AuthorityCode>,
    one: &Statement,
    all: &Statement,
) -> Result<Vec<Row>> {
    match authority {
        Some(code) => db.authority(code).rows(one, vec![]).await,
        None => db.everywhere().rows(all, vec![]).await,
    }
}

pub(super) const TALLY: Insert = Insert {
    name: "tally.add",
    into: "tally (authority, what, n)",
    columns: 3,
    then: "ON CONFLICT (authority, what) DO UPDATE SET n = tally.n + excluded.n",
};
pub(super) const STATES: Statement = Statement::new(
    "step.states",
    "SELECT state, count(*) AS n FROM step WHERE authority = $1 GROUP BY state",
);
pub(super) const STATES_EVERYWHERE: Statement = Statement::new(
    "step.states-everywhere",
    "SELECT state, count(*) AS n FROM step GROUP BY state",
);
pub(super) const TALLIES: Statement =
    Statement::new("tally.of", "SELECT what, n FROM tally WHERE authority = $1");
pub(super) const TALLIES_EVERYWHERE: Statement = Statement::new(
    "tally.everywhere",
    "SELECT what, CAST(sum(n) AS BIGINT) AS n FROM tally GROUP BY what",
);
pub(super) const SIGNALS: Statement = Statement::new(
    "signal.answered",
    "SELECT count(answer) AS answered FROM signal WHERE authority = $1",
);
pub(super) const SIGNALS_EVERYWHERE: Statement = Statement::new(
    "signal.answered-everywhere",
    "SELECT count(answer) AS answered FROM signal",
);
pub(super) const NOBODY: Statement = Statement::new(
    "matter.nobody",
    "SELECT count(*) AS n FROM matter WHERE authority = $1 AND nobody = 1",
);
pub(super) const NOBODY_EVERYWHERE: Statement = Statement::new(
    "matter.nobody-everywhere",
    "SELECT count(*) AS n FROM matter WHERE nobody = 1",
);
