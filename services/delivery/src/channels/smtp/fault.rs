//! What can go wrong with a server, in words, and whose trouble it is.

use std::{io, time::Duration};

use super::reply::Reply;
use crate::channels::{Trouble, Verdict};

/// How far a conversation had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    Greeting,
    Hello,
    Starttls,
    Auth,
    Mail,
    Recipient,
    Data,
    /// Text and final dot not fully handed over yet.
    Body,
    /// The final dot is out: until the answer nobody knows.
    Accept,
}

#[derive(Debug)]
pub(super) struct Fault {
    pub(super) step: Step,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Io(io::Error),
    Closed,
    Silent(Duration),
    Answered(Reply),
    Nonsense,
    Tls(io::Error),
    NoStarttls,
    NoAuth,
    /// The password would have travelled unencrypted.
    PlainPassword,
    /// This mail cannot go to this server: said before anything was sent.
    Unfit(&'static str),
}

impl Step {
    pub(super) fn because(self, kind: Kind) -> Fault {
        Fault { step: self, kind }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Connect => "the connection",
            Self::Greeting => "its greeting",
            Self::Hello => "our EHLO",
            Self::Starttls => "STARTTLS",
            Self::Auth => "our signing in",
            Self::Mail => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Body | Self::Accept => "the mail itself",
        }
    }
}

impl Fault {
    /// Is the conversation still in step after this, so that RSET can clear the table?
    pub(super) fn leaves_in_step(&self) -> bool {
        match &self.kind {
            Kind::Answered(reply) => reply.code != 421 && self.step as u8 >= Step::Mail as u8,
            Kind::Unfit(_) => true,
            _ => false,
        }
    }

    /// On a connection that had been idle this only means that the server had let go of it.
    pub(super) fn is_stale(&self) -> bool {
        self.step == Step::Mail
            && match &self.kind {
                Kind::Closed | Kind::Io(_) => true,
                Kind::Answered(reply) => reply.code == 421,
                _ => false,
            }
    }

    pub(super) fn verdict(&self, at: &str) -> Verdict {
        let reason = self.words(at);
        match (&self.kind, self.step) {
            (Kind::Unfit(_), _) => Verdict::Refused { reason },
            (Kind::Answered(reply), step) => answered(reply.code, step, reason),
            (_, Step::Accept) => Verdict::InDoubt { reason },
            _ => Verdict::Retry {
                reason,
                trouble: Trouble::Channel,
            },
        }
    }

    /// What, where, and what to do.
    pub(super) fn words(&self, at: &str) -> String {
        let step = self.step.words();
        match &self.kind {
            Kind::Io(e) if self.step == Step::Connect => unreachable(at, e),
            Kind::Io(e) => format!("the connection to the mail server {at} broke at {step} ({e})"),
            Kind::Closed => format!("the mail server {at} closed the connection at {step}"),
            Kind::Silent(after) => format!(
                "the mail server {at} did not answer {step} within {} s: is it overloaded, or a firewall in the way?",
                after.as_secs_f32()
            ),
            Kind::Answered(reply) => refused(at, self.step, reply),
            Kind::Nonsense => format!(
                "what answers at {at} does not speak SMTP: check [delivery.smtp] host and port (Evenkeel starts plain and asks for STARTTLS)"
            ),
            Kind::Tls(e) => format!(
                "no encrypted connection to the mail server {at} ({e}): its certificate must be valid and name the host; name a private certificate authority in [delivery.smtp] ca_file"
            ),
            Kind::NoStarttls => format!(
                "the mail server {at} offers no STARTTLS, and mail does not leave unencrypted: switch it on there, or set [delivery.smtp] allow_plaintext = true if nobody else can read that network"
            ),
            Kind::NoAuth => format!(
                "the mail server {at} offers no way of signing in that we know (PLAIN, LOGIN): use its submission port, usually 587, or leave [delivery.smtp] username blank"
            ),
            Kind::PlainPassword => format!(
                "signing in to the mail server {at} would send the password unencrypted: switch STARTTLS on there, or set [delivery.smtp] allow_plaintext = true"
            ),
            Kind::Unfit(why) => format!("{why} ({at})"),
        }
    }
}

/// A refusal of our sender or our credentials is about the settings: no message is to blame.
fn answered(code: u16, step: Step, reason: String) -> Verdict {
    let ours = match step {
        Step::Mail => code == 421 || (code >= 500 && code != 552),
        Step::Recipient | Step::Data | Step::Accept => {
            matches!(code, 421 | 530 | 534 | 535 | 538)
        }
        _ => true,
    };
    match code {
        _ if ours => Verdict::Retry {
            reason,
            trouble: Trouble::Channel,
        },
        500.. => Verdict::Refused { reason },
        _ => Verdict::Retry {
            reason,
            trouble: Trouble::Message,
        },
    }
}

fn unreachable(at: &str, e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::ConnectionRefused => format!(
            "nothing listens at {at}: is the mail server running, and are [delivery.smtp] host and port right?"
        ),
        _ => format!(
            "the mail server {at} cannot be reached ({e}): check [delivery.smtp] host and port, name lookup and firewall"
        ),
    }
}

fn refused(at: &str, step: Step, reply: &Reply) -> String {
    let words = reply.words();
    match step {
        Step::Auth => format!(
            "the mail server {at} refused our user name or password ({words}): check [delivery.smtp] username and password"
        ),
        Step::Mail if reply.code >= 500 => format!(
            "the mail server {at} accepts no mail from us ({words}): check [delivery.smtp] from and username"
        ),
        _ => format!(
            "the mail server {at} answered {} with: {words}",
            step.words()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16) -> Kind {
        Kind::Answered(Reply {
            code,
            lines: vec!["x".into()],
        })
    }

    fn verdict(step: Step, kind: Kind) -> &'static str {
        match step.because(kind).verdict("mail.example:25") {
            Verdict::Sent => "sent",
            Verdict::Retry {
                trouble: Trouble::Channel,
                ..
            } => "channel",
            Verdict::Retry { .. } => "again",
            Verdict::Refused { .. } => "never",
            Verdict::InDoubt { .. } => "doubt",
        }
    }

    #[test]
    fn what_ails_the_server_is_not_held_against_a_message() {
        use Step::*;
        let cases = [
            (Connect, Kind::Silent(Duration::ZERO), "channel"),
            (Greeting, reply(421), "channel"),
            (Greeting, reply(554), "channel"),
            (Starttls, Kind::NoStarttls, "channel"),
            (Auth, reply(535), "channel"),
            (Mail, reply(451), "again"),
            (Mail, reply(530), "channel"),
            (Mail, reply(550), "channel"),
            (Mail, reply(552), "never"),
            (Recipient, reply(450), "again"),
            (Recipient, reply(550), "never"),
            (Recipient, reply(421), "channel"),
            (Data, Kind::Closed, "channel"),
            (Body, Kind::Closed, "channel"),
            (Accept, Kind::Closed, "doubt"),
            (Accept, Kind::Silent(Duration::ZERO), "doubt"),
            (Accept, Kind::Nonsense, "doubt"),
            (Accept, reply(451), "again"),
            (Accept, reply(554), "never"),
            (Accept, reply(421), "channel"),
            (Mail, Kind::Unfit("too large"), "never"),
        ];
        for (step, kind, expected) in cases {
            let shown = format!("{step:?} {kind:?}");
            assert_eq!(verdict(step, kind), expected, "{shown}");
        }
    }
}
