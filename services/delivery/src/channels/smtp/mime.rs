//! A mail as it travels. Headers are lettre's work; bodies of plain ASCII, which is most of them, are copied as they
//! are, since that is ten times quicker.

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use lettre::{
    Address,
    message::{
        Body, Mailbox, Mailboxes,
        header::{self, ContentTransferEncoding, Header, Headers},
    },
};

use crate::render::Mail;

/// A mail ready to be written: `data` is dot-stuffed and ends with the final dot.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) from: String,
    pub(super) to: String,
    /// An address has letters beyond ASCII.
    pub(super) utf8: bool,
    pub(super) data: Vec<u8>,
}

/// Whom the mails are from.
#[derive(Debug)]
pub(super) struct Sender {
    address: Address,
    header: String,
}

/// No line of a mail may be longer; RFC 5322 says 998 bytes.
const LONGEST_LINE: usize = 900;

impl Sender {
    pub(super) fn try_new(from: &str) -> anyhow::Result<Self> {
        let mailbox: Mailbox = from.parse().map_err(|_| {
            anyhow::anyhow!(
                "[delivery.smtp] from is {from:?}; write \"Name <name@domain>\" or just the address"
            )
        })?;
        Ok(Self {
            address: mailbox.email.clone(),
            header: one(header::From::from(Mailboxes::from(mailbox))),
        })
    }

    /// Puts a mail on the wire, or says why it cannot be.
    pub(super) fn wire(&self, mail: &Mail) -> Result<Wire, &'static str> {
        let to = address(&mail.to).ok_or("the directory's email address is not one")?;
        let (from, to_text) = (self.address.to_string(), to.to_string());
        Ok(Wire {
            utf8: !(from.is_ascii() && to_text.is_ascii()),
            data: self.data(mail, to),
            from,
            to: to_text,
        })
    }

    fn data(&self, mail: &Mail, to: Address) -> Vec<u8> {
        let mut out = String::with_capacity(1024 + (mail.text.len() + mail.html.len()) * 9 / 8);
        let boundary = format!("=_evenkeel_{}", mail.message.simple());
        let name = Some(one_line(&mail.to_name)).filter(|n| !n.is_empty());
        out.push_str(&self.header);
        out.push_str(&one(header::To::from(Mailboxes::from(Mailbox::new(
            name, to,
        )))));
        out.push_str(&one(header::Subject::from(one_line(&mail.subject))));
        for (header, value) in [
            ("Date", date(mail.at).as_str()),
            ("Message-ID", &mail.message_id),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("Content-Language", "en-GB"),
            ("MIME-Version", "1.0"),
        ] {
            for part in [header, ": ", value, "\r\n"] {
                out.push_str(part);
            }
        }
        out.push_str("Content-Type: multipart/alternative; boundary=\"");
        out.push_str(&boundary);
        out.push_str("\"\r\n\r\n");
        for (kind, text) in [("plain", &mail.text), ("html", &mail.html)] {
            for part in ["--", &boundary, "\r\nContent-Type: text/", kind] {
                out.push_str(part);
            }
            out.push_str("; charset=utf-8\r\n");
            body(&mut out, text);
        }
        for part in ["--", &boundary, "--\r\n.\r\n"] {
            out.push_str(part);
        }
        out.into_bytes()
    }
}

/// The domain of an address such as `Evenkeel <evenkeel@la.example>`.
pub(crate) fn domain_of(from: &str) -> Option<String> {
    let mailbox: Mailbox = from.parse().ok()?;
    Some(mailbox.email.domain().to_owned())
}

fn address(text: &str) -> Option<Address> {
    let plain = !text.chars().any(|c| c.is_control() || c == '<' || c == '>');
    text.trim().parse().ok().filter(|_| plain)
}

/// Without control characters, at some of which lettre panics, and with single spaces, of which it loses some.
fn one_line(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn one(header: impl Header) -> String {
    let mut headers = Headers::with_capacity(1);
    headers.set(header);
    headers.to_string()
}

fn date(at: Timestamp) -> String {
    rfc2822::to_string(&at.to_zoned(TimeZone::UTC)).unwrap_or_default()
}

fn body(out: &mut String, text: &str) {
    let plain = text
        .bytes()
        .all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\t'))
        && text.split('\n').all(|line| line.len() <= LONGEST_LINE);
    if plain {
        out.push_str("Content-Transfer-Encoding: 7bit\r\n\r\n");
        lines(out, text);
        return;
    }
    let mut travelling = String::with_capacity(text.len() * 17 / 16);
    for line in text.lines() {
        travelling.push_str(line);
        travelling.push_str("\r\n");
    }
    let encoded = Body::new_with_encoding(travelling, ContentTransferEncoding::QuotedPrintable)
        .map(Body::into_vec)
        .expect("any text can be quoted-printable");
    out.push_str("Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    lines(out, &String::from_utf8_lossy(&encoded));
}

/// Lines as they travel: CRLF at each end, and a dot before a dot at the beginning.
fn lines(out: &mut String, text: &str) {
    for line in text.lines() {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
        out.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn sender() -> Sender {
        Sender::try_new("Evenkeel <evenkeel@la.example>").unwrap()
    }

    fn mail(text: &str, html: &str) -> Mail {
        Mail {
            message: Uuid::from_u128(7),
            authority: "westshire".parse().unwrap(),
            to_name: "Zoë, \"Ada\" Okafor".into(),
            to: "ada@la.example".into(),
            subject: "Reviews due – this week".into(),
            message_id: "<7@la.example>".into(),
            text: text.into(),
            html: html.into(),
            gathered_at: "2025-05-07T08:00:00Z".parse().unwrap(),
            at: "2025-05-07T08:00:00Z".parse().unwrap(),
        }
    }

    /// What a server keeps: without the final dot and the stuffed ones.
    fn received(wire: &Wire) -> Vec<u8> {
        let text = std::str::from_utf8(&wire.data).unwrap();
        let text = text.strip_suffix("\r\n.\r\n").unwrap();
        let lines = text.split("\r\n").map(|l| l.strip_prefix('.').unwrap_or(l));
        (lines.collect::<Vec<_>>().join("\r\n") + "\r\n").into_bytes()
    }

    #[test]
    fn a_mail_says_who_when_and_that_a_machine_wrote_it() {
        let wire = sender().wire(&mail("Hello", "<p>Hello</p>")).unwrap();
        let bytes = received(&wire);
        let read = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(read.subject(), Some("Reviews due – this week"));
        let to = read.to().unwrap().first().unwrap();
        assert_eq!(to.name(), Some("Zoë, \"Ada\" Okafor"));
        assert_eq!(to.address(), Some("ada@la.example"));
        assert_eq!(
            read.from().unwrap().first().unwrap().name(),
            Some("Evenkeel")
        );
        assert_eq!(read.message_id(), Some("7@la.example"));
        assert_eq!(read.date().unwrap().to_rfc3339(), "2025-05-07T08:00:00Z");
        let header = |name| read.header(name).and_then(|h| h.as_text());
        assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(header("X-Auto-Response-Suppress"), Some("All"));
        assert!(read.content_type().unwrap().subtype() == Some("alternative"));
    }

    #[test]
    fn an_address_that_is_none_is_not_written_to() {
        for bad in [
            "",
            "ada",
            "ada@la.example\r\nRCPT TO:<b@x>",
            "a@b>\r\n",
            "<a@b.example>",
        ] {
            let mail = Mail {
                to: bad.into(),
                ..mail("x", "x")
            };
            assert!(sender().wire(&mail).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_in_a_name_or_subject_becomes_a_header() {
        let mail = Mail {
            to_name: "Ada\r\nBcc: b@x.example".into(),
            subject: "Due\r\nBcc: b@x.example\r\n\r\nHello".into(),
            ..mail("x", "x")
        };
        let bytes = received(&sender().wire(&mail).unwrap());
        let read = MessageParser::default().parse(&bytes).unwrap();
        assert!(read.bcc().is_none());
        assert_eq!(read.body_text(0).unwrap().trim(), "x");
    }

    proptest! {
        #[test]
        fn any_name_and_subject_arrive_as_they_were(name in "[ -~]{0,30}\\PC{0,30}", subject in "\\PC{0,30}[ -~]{0,90}") {
            let mail = Mail { to_name: name.clone(), subject: subject.clone(), ..mail("x", "x") };
            let wire = sender().wire(&mail).unwrap();
            prop_assert!(std::str::from_utf8(&wire.data).unwrap().split("\r\n").all(|l| l.is_ascii() && l.len() <= 998));
            let bytes = received(&wire);
            let read = MessageParser::default().parse(&bytes).unwrap();
            let spaced = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(spaced(read.subject().unwrap_or_default()), spaced(&subject));
            let to = read.to().unwrap().first().unwrap();
            prop_assert_eq!(to.address(), Some("ada@la.example"));
            prop_assert_eq!(spaced(to.name().unwrap_or_default()), spaced(&name));
        }

        #[test]
        fn no_characters_make_a_mail_that_cannot_be_read(name: String, subject: String, text: String) {
            let mail = Mail { to_name: name, subject, ..mail(&text, "x") };
            let bytes = received(&sender().wire(&mail).unwrap());
            let read = MessageParser::default().parse(&bytes).unwrap();
            prop_assert_eq!(read.to().unwrap().first().unwrap().address(), Some("ada@la.example"));
            prop_assert_eq!(read.message_id(), Some("7@la.example"));
            prop_assert!(read.bcc().is_none());
        }
    }

    fn letters() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[ -~]{0,60}",
            2 => "\\PC{0,40}",
            1 => Just("\n".to_owned()),
            1 => Just("\n.".to_owned()),
            1 => Just("\n.\n".to_owned()),
            1 => "[a-z ]{900,1100}",
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn any_text_arrives_as_it_was(text in letters()) {
            let wire = sender().wire(&mail(&text, "<p>x</p>")).unwrap();
            let data = std::str::from_utf8(&wire.data).unwrap();
            prop_assert!(data.is_ascii());
            prop_assert_eq!(data.matches("\r\n.\r\n").count(), 1);
            prop_assert!(data.split("\r\n").all(|l| l.len() <= 998 && !l.contains(['\r', '\n'])));
            let bytes = received(&wire);
            let read = MessageParser::default().parse(&bytes).unwrap();
            let body = read.body_text(0).unwrap().into_owned();
            let lines = |t: &str| t.lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>().join("\n").trim_end().to_owned();
            prop_assert_eq!(lines(&body), lines(&text));
        }
    }
}
