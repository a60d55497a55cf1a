//! Conservation: what was counted when it happened, against what is there.

use contracts::{AuthorityCode, commands::Account};
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
    let mut pages = Vec::new();
    for (one, all) in PAGES {
        pages.push(match authority {
            Some(code) => db.authority(code).rows(one, vec![]).await?,
            None => db.everywhere().rows(all, vec![]).await?,
        });
    }
    add_up(&pages)
}

/// The account of all, as a transaction sees it.
pub async fn account_within(tx: &mut Tx) -> Result<Account> {
    let mut pages = Vec::new();
    for (_, all) in PAGES {
        pages.push(tx.everywhere().rows(all, vec![]).await?);
    }
    add_up(&pages)
}

/// What an account is added up from: of one authority, and of all.
const PAGES: [(&Statement, &Statement); 4] = [
    (&STATES, &STATES_EVERYWHERE),
    (&TALLIES, &TALLIES_EVERYWHERE),
    (&SIGNALS, &SIGNALS_EVERYWHERE),
    (&NOBODY, &NOBODY_EVERYWHERE),
];

fn add_up(pages: &[Vec<Row>]) -> Result<Account> {
    let mut account = Account::default();
    for row in pages.iter().flatten() {
        let n = row.count("n")?;
        match row.text("what")?.as_str() {
            "pending" => account.pending = n,
            "sent" => account.sent = n,
            "suppressed" => account.suppressed = n,
            "stood_down" => account.stood_down = n,
            "failed" => account.failed = n,
            "steps" => account.created = n,
            "signals" => account.signals = n,
            "answered" => account.signals_answered = n,
            "nobody" => account.nobody = n,
            _ => {}
        }
    }
    Ok(account)
}

/// True when every step made is in exactly one state.
pub fn is_balanced(account: &Account) -> bool {
    let Account {
        pending,
        sent,
        suppressed,
        stood_down,
        failed,
        ..
    } = account;
    pending + sent + suppressed + stood_down + failed == account.created
}

pub(super) const TALLY: Insert = Insert {
    name: "tally.add",
    into: "tally (authority, what, n)",
    columns: 3,
    then: "ON CONFLICT (authority, what) DO UPDATE SET n = tally.n + excluded.n",
};
pub(super) const STATES: Statement = Statement::new(
    "step.states",
    "SELECT state AS what, count(*) AS n FROM step WHERE authority = $1 GROUP BY state",
);
pub(super) const STATES_EVERYWHERE: Statement = Statement::new(
    "step.states-everywhere",
    "SELECT state AS what, count(*) AS n FROM step GROUP BY state",
);
pub(super) const TALLIES: Statement =
    Statement::new("tally.of", "SELECT what, n FROM tally WHERE authority = $1");
pub(super) const TALLIES_EVERYWHERE: Statement = Statement::new(
    "tally.everywhere",
    "SELECT what, CAST(sum(n) AS BIGINT) AS n FROM tally GROUP BY what",
);
pub(super) const SIGNALS: Statement = Statement::new(
    "signal.answered",
    "SELECT 'answered' AS what, count(answer) AS n FROM signal WHERE authority = $1",
);
pub(super) const SIGNALS_EVERYWHERE: Statement = Statement::new(
    "signal.answered-everywhere",
    "SELECT 'answered' AS what, count(answer) AS n FROM signal",
);
pub(super) const NOBODY: Statement = Statement::new(
    "matter.nobody",
    "SELECT 'nobody' AS what, count(*) AS n FROM matter WHERE authority = $1 AND nobody = 1",
);
pub(super) const NOBODY_EVERYWHERE: Statement = Statement::new(
    "matter.nobody-everywhere",
    "SELECT 'nobody' AS what, count(*) AS n FROM matter WHERE nobody = 1",
);
