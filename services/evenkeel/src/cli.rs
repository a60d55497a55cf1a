//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use contracts::{AuthorityCode, ChildId};
use jiff::civil::Date;
use uuid::Uuid;

/// Works out what is due for each child and brings it to the right person, once, at a good moment.
#[derive(Debug, Parser)]
#[command(name = "evenkeel", version, max_term_width = 100)]
pub struct Cli {
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        help = "Data folder [default: $EVENKEEL_DATA, else evenkeel in the user's data folder]"
    )]
    pub data: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "Settings file [default: $EVENKEEL_CONFIG, else evenkeel.toml in the data folder]"
    )]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything in one process, and print the address of the page
    Up {
        /// Where to serve the pages, on this machine only [default: 127.0.0.1:4870]
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<std::net::SocketAddr>,
    },
    /// Start one service, beside the others on one NATS server and one PostgreSQL
    Run {
        #[command(subcommand)]
        service: Service,
    },
    /// Whether the `up` or `run` with these settings can do its work: exit code 0, or 1 and why not
    Health,
    /// Read what an authority already produces
    Import {
        #[command(subcommand)]
        source: ImportSource,
    },
    /// List every deadline, or explain one child's; those of workers with --workers
    Deadlines(DeadlinesArgs),
    /// Why people were told about a child's deadlines, or were not: every decision, oldest first
    Why {
        #[arg(value_name = "CHILD", value_parser = child)]
        child: ChildId,
        /// [default: every authority that has decided something about the child]
        #[arg(long)]
        authority: Option<AuthorityCode>,
    },
    /// Show which rules run, and why others do not
    Rules {
        #[arg(long)]
        authority: Option<AuthorityCode>,
    },
    /// Invent workers for a return that has none, or a whole authority; labelled synthetic
    Sample(SampleArgs),
    /// Play an authority's nights one after the other, as fast as this machine goes; mail goes to the mailbox only
    Play(PlayArgs),
    /// List the batches that the brake holds
    Held,
    /// Let a held batch go
    Release {
        authority: AuthorityCode,
        batch: u64,
    },
    /// Messages that a service could not handle
    DeadLetters {
        #[command(subcommand)]
        action: DeadLetterAction,
    },
    /// How delivery stands, what became of every notice, and whether all work is done
    Status(StatusArgs),
    /// Print a new one-time link to the page
    Link,
}

/// A service that can run alone.
#[derive(Debug, Subcommand)]
pub enum Service {
    /// Reads what authorities produce, and publishes each child's chronology
    Intake,
    /// People, teams, absences
    Directory,
    /// Works out what is due
    Deadlines,
    /// Works out who is told what, and when
    Dispatch,
    /// Sends
    Delivery {
        /// Only these ways out
        #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
        channels: Vec<String>,
    },
    /// Pages for people, on this machine only
    Dashboard,
}

impl Command {
    /// Does it only ask what is there already?
    pub(crate) fn asks_only(&self) -> bool {
        matches!(
            self,
            Self::Deadlines(_)
                | Self::Rules { .. }
                | Self::Status(_)
                | Self::Why { .. }
                | Self::Held
                | Self::Release { .. }
                | Self::DeadLetters { .. }
                | Self::Link
        )
    }
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Wait until all work is done; exit code 3 when it is not in time
    #[arg(long)]
    pub wait: bool,
    /// How long to wait
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "wait",
        default_value_t = 1800
    )]
    pub within: u64,
}

impl StatusArgs {
    /// How long to wait, if at all.
    pub(crate) fn within(&self) -> Option<std::time::Duration> {
        self.wait
            .then(|| std::time::Duration::from_secs(self.within))
    }
}

#[derive(Debug, Subcommand)]
pub enum ImportSource {
    /// The Standard Safeguarding Dataset: a folder with a CSV file a table
    Ssd(SourceArgs),
    /// A looked-after children return: a folder of CSV files
    Ssda903(SourceArgs),
    /// The census of children in need: an XML file, as at its reference date
    Cin(SourceArgs),
    /// Ofsted's child-level lists (Annex A): a workbook, or one list as CSV
    Annexa(SourceArgs),
    #[command(
        about = "Who holds each child: a CSV file of child,staff_id,team_id,role,start_date,end_date"
    )]
    Allocations(FileArgs),
    /// People or teams: a CSV file, recognised by its header
    Directory(FileArgs),
    #[command(
        about = "On which days people had supervision: a CSV file of staff_id,held_on[,id][,supervisor_id]"
    )]
    Supervision(FileArgs),
}

#[derive(Debug, Args)]
pub struct SourceArgs {
    /// The folder or file
    pub path: PathBuf,
    #[arg(long)]
    pub authority: AuthorityCode,
    /// The authority's name, as shown on pages
    #[arg(long)]
    pub name: Option<String>,
    /// The day the data describes; it pins the authority's clock [default: today, with a real clock]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_at: Option<Date>,
    /// The data is invented: every page and message says so
    #[arg(long)]
    pub synthetic: bool,
}

#[derive(Debug, Args)]
pub struct FileArgs {
    pub file: PathBuf,
    #[arg(long)]
    pub authority: AuthorityCode,
    /// The day the file describes [default: the authority's own today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_at: Option<Date>,
}

#[derive(Debug, Args)]
pub struct DeadlinesArgs {
    #[arg(long)]
    pub authority: Option<AuthorityCode>,
    /// As of this day [default: each authority's own today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_at: Option<Date>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// What is due for the people who work there, in place of children
    #[arg(long)]
    pub workers: bool,
    /// Show the deadlines of one child, or with --workers of one person, with their arithmetic and evidence
    #[arg(long, value_name = "ID", value_parser = child)]
    pub explain: Option<ChildId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SampleArgs {
    #[command(subcommand)]
    pub whole: Option<WholeSample>,
    #[command(flatten)]
    pub cover: Option<CoverArgs>,
}

#[derive(Debug, Subcommand)]
pub enum WholeSample {
    /// An authority of any size in the shape of the Standard Safeguarding Dataset, night by night
    Ssd(SampleSsdArgs),
}

#[derive(Debug, Args)]
pub struct SampleSsdArgs {
    /// Where to write a folder for each night, and the directory
    pub folder: PathBuf,
    /// How many children the authority knows; about a fifth of them are open
    #[arg(long, default_value_t = 2_000)]
    pub children: usize,
    /// The same seed invents the same authority
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The first day on which a child may become known [default: seven years before the last night]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub from: Option<Date>,
    /// The last night [default: yesterday]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub to: Option<Date>,
    /// How many nights to write, the last ones
    #[arg(long, default_value_t = 1)]
    pub nights: usize,
}

#[derive(Debug, Args)]
pub struct PlayArgs {
    #[arg(
        help = "A folder with one for each night, named by its day, and the directory: as `sample ssd` writes it [default: an authority is invented]"
    )]
    pub folder: Option<PathBuf>,
    /// The authority that is played; it keeps a clock of its own
    #[arg(long, default_value = "play")]
    pub authority: AuthorityCode,
    /// The authority's name, as shown on pages
    #[arg(long)]
    pub name: Option<String>,
    /// The first day [default: the first night of the folder, or thirty days before the last]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub from: Option<Date>,
    /// The last day [default: the last night of the folder, or yesterday]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub to: Option<Date>,
    /// How many children to invent
    #[arg(long, default_value_t = 2_000, conflicts_with = "folder")]
    pub children: usize,
    /// The same seed invents the same authority
    #[arg(long, default_value_t = 1, conflicts_with = "folder")]
    pub seed: u64,
    /// The data is invented: every page and message says so
    #[arg(long)]
    pub synthetic: bool,
}

#[derive(Debug, Args)]
pub struct CoverArgs {
    /// The kind of return to cover
    #[arg(long, value_name = "SOURCE", required = true, value_parser = ["ssda903"])]
    pub cover: String,
    /// The folder of the return
    pub folder: PathBuf,
    /// Import what was invented into this authority; without it only files are written
    #[arg(long)]
    pub authority: Option<AuthorityCode>,
    /// The same seed invents the same people
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where to write the files [default: ./synthetic-<authority>]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// The day the return describes [default: the authority's own today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_at: Option<Date>,
}

#[derive(Debug, Subcommand)]
pub enum DeadLetterAction {
    /// List them, from every service
    List,
    /// Show one with its body
    Show {
        /// As `list` shows it
        #[arg(value_parser = letter)]
        id: Uuid,
    },
    /// Try one again
    Replay {
        /// As `list` shows it
        #[arg(value_parser = letter)]
        id: Uuid,
    },
}

fn letter(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| {
        "no dead letter has such an id: `evenkeel dead-letters list` shows those there are, each with its id"
            .to_owned()
    })
}

fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "it is not a day: write one that exists, as 2018-03-31".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "clap's parsers return results")]
fn child(text: &str) -> Result<ChildId, String> {
    Ok(ChildId::new(text))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_documented_lines_are_understood() {
        for line in [
            "evenkeel up",
            "evenkeel up --data /x --listen 127.0.0.1:0",
            "evenkeel run intake",
            "evenkeel run delivery --channels smtp",
            "evenkeel run dashboard --config /x.toml",
            "evenkeel health",
            "evenkeel import ssda903 folder --as-at 2018-03-31 --authority westshire --name West",
            "evenkeel import annexa lists.xlsx --authority westshire",
            "evenkeel import ssd folder --authority westshire --name West --synthetic",
            "evenkeel import directory people.csv --authority westshire",
            "evenkeel import allocations a.csv --authority westshire --as-at 2018-03-31",
            "evenkeel deadlines --as-at 2018-03-31 --format csv",
            "evenkeel deadlines --explain 1001 --authority westshire",
            "evenkeel why 1001",
            "evenkeel why 1001 --authority westshire",
            "evenkeel rules --authority westshire",
            "evenkeel sample --cover ssda903 folder --authority westshire --seed 7 --out x --as-at 2018-03-31",
            "evenkeel sample ssd folder",
            "evenkeel sample ssd folder --children 50000 --seed 7 --from 2018-04-01 --to 2025-03-31 --nights 30",
            "evenkeel play --from 2025-06-02 --to 2025-06-30",
            "evenkeel play nights --authority eastshire --name East --synthetic",
            "evenkeel held",
            "evenkeel release westshire 3",
            "evenkeel dead-letters list",
            "evenkeel dead-letters replay 00000000-0000-0000-0000-000000000001",
            "evenkeel status --data /x",
            "evenkeel status --wait",
            "evenkeel status --wait --within 30",
            "evenkeel link",
        ] {
            if let Err(error) = parse(line) {
                panic!("{line}: {error}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_a_usage_error() {
        for line in [
            "evenkeel",
            "evenkeel run",
            "evenkeel run postman",
            "evenkeel run intake --channels smtp",
            "evenkeel import ssda903 folder",
            "evenkeel import ssda903 folder --authority West",
            "evenkeel import ssda903 folder --authority westshire --as-at 31/03/2018",
            "evenkeel deadlines --format xml",
            "evenkeel why",
            "evenkeel sample folder",
            "evenkeel status --within 30",
            "evenkeel status --wait --within soon",
            "evenkeel sample",
            "evenkeel sample ssd",
            "evenkeel sample --cover ssda903",
            "evenkeel play nights --children 10",
            "evenkeel sample ssd folder --to 31/03/2025",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
