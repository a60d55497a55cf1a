//! `kill -9` again and again while returns are imported and mails are sent: afterwards every obligation is published and
//! every line is told as if nothing had happened, and no mail came twice but what was in doubt.

mod returns;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use bus::Bus;
use contracts::{
    commands::{AskDelivery, ImportSummary},
    message::{Outcome, Receipts},
    obligation::ChildObligations,
    streams,
};
use jiff::{ToSpan, civil::Date};
use rand::{Rng, SeedableRng, rngs::StdRng};
use testkit::servers::{self, Smtp};
use uuid::Uuid;

use crate::program::Program;
use returns::{AS_AT, Import};

/// With one connection as many messages are attempted at once, at most.
const ATTEMPTED_AT_ONCE: u64 = 4;

/// One connection, so that mails wait; every line of a mail is listed; what was in doubt is soon tried again.
fn program(smtp: &Smtp) -> Program {
    Program::new(Some(smtp.port))
        .without_sample()
        .with("DELIVERY__SMTP__CONNECTIONS", "1")
        .with("DELIVERY__ATTEMPTS", "1000")
        .with("DELIVERY__BACKOFF_FIRST_MS", "200")
        .with("DELIVERY__BACKOFF_LONGEST_MS", "400")
        .with("DISPATCH__LINE_LIMIT", "1000")
}

async fn connect(program: &Program) -> Bus {
    Bus::connect(&program.broker()).await.unwrap()
}

/// What is published about each child; how often a list was worked out is nobody's business.
async fn published(program: &Program) -> BTreeMap<String, ChildObligations> {
    let lists = program.stream(&streams::OBLIGATIONS).await;
    let lists = lists.iter().map(|envelope| {
        let mut list: ChildObligations = envelope.decode().unwrap();
        list.revision = 0;
        (list.child.to_string(), list)
    });
    lists.collect()
}

/// A line of a mail: to whom, about what, which child.
type Line = (String, String, String);

/// In which mails each line was told, and how often each mail came.
#[derive(Default)]
struct Told {
    lines: BTreeMap<Line, BTreeSet<Uuid>>,
    times: BTreeMap<Uuid, u32>,
}

fn told(smtp: &Smtp) -> Told {
    let mut told = Told::default();
    for mail in smtp.mails() {
        let parsed = mail_parser::MessageParser::default()
            .parse(&mail.message)
            .unwrap();
        let message = parsed.message_id().unwrap().split('@').next().unwrap();
        let message: Uuid = message.parse().unwrap();
        *told.times.entry(message).or_default() += 1;
        let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
        let mut about = "";
        for line in text.lines() {
            if let Some(what) = line.strip_prefix("* ") {
                about = what;
            } else if let Some(child) = line.trim().strip_prefix("Child ") {
                let line = (mail.to[0].clone(), about.to_owned(), child.to_owned());
                told.lines.entry(line).or_default().insert(message);
            }
        }
    }
    told
}

/// How often delivery recorded of each message that it was in doubt. A start publishes the last ten minutes again, so
/// after two of them, the broker's window, the stream may hold the same event, by its id, several times.
async fn doubted(program: &Program) -> BTreeMap<Uuid, u32> {
    let mut doubted = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for envelope in program.stream(&streams::RECEIPTS).await {
        if !seen.insert(envelope.id) {
            continue;
        }
        let told: Receipts = envelope.decode().unwrap();
        for receipt in told.receipts {
            if receipt.outcome == Outcome::InDoubt {
                *doubted.entry(receipt.message).or_default() += 1;
            }
        }
    }
    doubted
}

fn deadlines(program: &Program) -> BTreeSet<String> {
    let said = program.say(&["deadlines", "--format", "csv"]);
    said.lines().map(str::to_owned).collect()
}

async fn import_all(program: &Program, imports: impl IntoIterator<Item = &Import>, day: Date) {
    let bus = connect(program).await;
    for import in imports {
        import.ask(&bus, day).await.unwrap();
    }
}

/// Two months pass: what was stored is worked out again, and there is more to tell.
async fn time_passes(program: &Program, imports: &[Import]) {
    let returns = imports.iter().filter(|import| import.completes());
    import_all(program, returns, AS_AT + 2.months()).await;
    program.settle().await;
}

/// Being killed, and what each kill found.
struct Killing {
    program: Program,
    smtp: Smtp,
    /// Not known to be imported; the first may be.
    pending: VecDeque<Import>,
    chance: StdRng,
    /// How long an undisturbed import takes, by source.
    usual: BTreeMap<&'static str, Duration>,
    /// The first of `pending` was being imported when the process was killed.
    interrupted: bool,
    imports_unfinished: u32,
    sends_unfinished: u32,
}

impl Killing {
    /// Imports the first of `pending`, as far as `most` lets it come; none when it was not answered.
    async fn import(&mut self, bus: &Bus, most: Duration) -> Option<ImportSummary> {
        let import = self.pending.front()?;
        let Ok(answer) = tokio::time::timeout(most, import.ask(bus, AS_AT)).await else {
            self.interrupted = true;
            return None;
        };
        let answer = answer.unwrap();
        // What was asked, not answered and not recorded was killed in the middle.
        let unfinished = std::mem::take(&mut self.interrupted) && !answer.already_imported;
        self.imports_unfinished += u32::from(unfinished);
        self.pending.pop_front();
        Some(answer)
    }

    /// Imports until there is something new to tell.
    async fn complete_one(&mut self, bus: &Bus) {
        loop {
            let import = self.pending.front().expect("enough authorities").clone();
            let summary = self.import(bus, Duration::MAX).await.unwrap();
            if import.completes() && !summary.already_imported {
                return;
            }
        }
    }

    /// Dies at some moment of an import of `source`.
    async fn die_importing(&mut self, source: &'static str) {
        self.program.up().await;
        let bus = connect(&self.program).await;
        while self.pending.front().is_some_and(|i| i.source != source) {
            self.import(&bus, Duration::MAX).await;
        }
        let usual = self.usual[source];
        let moment = usual.mul_f64(self.chance.random_range(0.0..1.2));
        if self.import(&bus, moment).await.is_some() {
            // The calm run was slower than this one is: the next kill comes earlier.
            self.usual.insert(source, usual / 2);
        }
        self.program.kill();
    }

    /// Dies when a mail has been taken and not answered, and others wait.
    async fn die_sending(&mut self) {
        self.program.up().await;
        let bus = connect(&self.program).await;
        self.smtp.hold();
        let before = self.smtp.mails().len();
        self.complete_one(&bus).await;
        servers::until_within(
            LONG,
            "mails that wait behind an unanswered one",
            async || {
                let waiting = bus.ask(&AskDelivery {}).await.unwrap().waiting;
                let taken = self.smtp.mails().len() > before;
                (taken && waiting > ATTEMPTED_AT_ONCE).then_some(())
            },
        )
        .await;
        self.sends_unfinished += 1;
        self.program.kill();
        self.smtp.release();
    }
}

const LONG: Duration = Duration::from_mins(3);

/// A run in which nothing goes wrong, and how long its imports took.
async fn calm(imports: &[Import], smtp: &Smtp) -> (Program, BTreeMap<&'static str, Duration>) {
    let mut calm = program(smtp);
    calm.up().await;
    let bus = connect(&calm).await;
    let mut usual = BTreeMap::<_, Duration>::new();
    for import in imports {
        let began = Instant::now();
        import.ask(&bus, AS_AT).await.unwrap();
        let took = usual.entry(import.source).or_default();
        *took = began.elapsed().max(*took);
    }
    calm.settle().await;
    time_passes(&calm, imports).await;
    (calm, usual)
}

/// Half of the kills fall into imports, half into sending.
async fn kill(
    imports: &[Import],
    kills: u32,
    seed: u64,
    usual: BTreeMap<&'static str, Duration>,
) -> Killing {
    let smtp = servers::smtp().await;
    let mut killing = Killing {
        program: program(&smtp),
        smtp,
        pending: imports.iter().cloned().collect(),
        chance: StdRng::seed_from_u64(seed),
        usual,
        interrupted: false,
        imports_unfinished: 0,
        sends_unfinished: 0,
    };
    let sources = ["ssda903", "allocations", "ssda903", "directory", "ssda903"];
    for kill in 0..kills as usize {
        if kill % 2 == 0 {
            killing
                .die_importing(sources[kill / 2 % sources.len()])
                .await;
        } else {
            killing.die_sending().await;
        }
    }
    killing.program.up().await;
    import_all(&killing.program, imports, AS_AT).await;
    killing.program.settle().await;
    time_passes(&killing.program, imports).await;
    killing
}

async fn survive(kills: u32, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    // Each kill while sending needs one, and may find that the one before it is done.
    let imports = returns::write(folder.path(), kills);
    let calm_smtp = servers::smtp().await;
    let (calm, usual) = calm(&imports, &calm_smtp).await;
    let killed = kill(&imports, kills, seed, usual).await;

    assert!(killed.imports_unfinished > 0, "no kill fell into an import");
    assert_eq!(killed.sends_unfinished, kills / 2);
    let (ours, theirs) = (published(&killed.program).await, published(&calm).await);
    assert_eq!(ours.len(), theirs.len(), "every child has a list");
    for (child, list) in &theirs {
        assert_eq!(&ours[child], list, "what is published after {kills} kills");
    }
    assert_eq!(deadlines(&killed.program), deadlines(&calm));
    assert_told_once(&killed, &told(&calm_smtp)).await;
}

async fn assert_told_once(killed: &Killing, calm: &Told) {
    let ours = told(&killed.smtp);
    let doubted = doubted(&killed.program).await;
    for (line, mails) in &calm.lines {
        let ours = ours.lines.get(line).map_or(0, BTreeSet::len);
        assert_eq!(ours, mails.len(), "mails that say {line:?}");
    }
    let invented: Vec<_> = ours
        .lines
        .keys()
        .filter(|l| !calm.lines.contains_key(l))
        .collect();
    assert!(invented.is_empty(), "told only after kills: {invented:?}");
    for (message, times) in &ours.times {
        let doubts = doubted.get(message).copied().unwrap_or_default();
        assert!(
            *times <= 1 + doubts,
            "{message} came {times} times and was in doubt {doubts} times"
        );
    }
    let doubts: u32 = doubted.values().sum();
    assert!(doubts >= killed.sends_unfinished, "{doubts} were in doubt");
    let status = killed.program.say(&["status"]);
    assert!(
        status.contains(&format!(" {doubts} in doubt")),
        "{doubts}: {status}"
    );
    assert!(!status.contains("DOES NOT ADD UP"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_twenty_kills_every_obligation_and_line_is_there_and_none_twice_but_what_was_in_doubt()
 {
    survive(20, 1).await;
}

/// Two hundred in all, fifty at a time: each has an installation of its own.
macro_rules! fifty_kills {
    ($($name:ident: $seed:literal),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                survive(50, $seed).await;
            }
        )*
    };
}

fifty_kills![
    soak_fifty_kills_lose_nothing: 100,
    soak_fifty_other_kills_lose_nothing: 101,
    soak_fifty_more_kills_lose_nothing: 102,
    soak_the_last_fifty_kills_lose_nothing: 103,
];
