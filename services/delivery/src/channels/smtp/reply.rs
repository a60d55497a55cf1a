//! What a server answers, read without trusting it.

/// One reply: its code, and its lines without the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

/// More than this is not a reply.
const LONGEST_LINE: usize = 4096;
const MOST_LINES: usize = 256;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nonsense;

impl Reply {
    /// Takes one whole reply off the front of `input`; none while more must be read.
    pub(super) fn take(input: &mut Vec<u8>) -> Result<Option<Self>, Nonsense> {
        let mut lines = Vec::new();
        let mut from = 0;
        loop {
            let Some(length) = input[from..].iter().position(|&b| b == b'\n') else {
                return if input.len() - from > LONGEST_LINE || lines.len() > MOST_LINES {
                    Err(Nonsense)
                } else {
                    Ok(None)
                };
            };
            let (code, more, text) = line(&input[from..from + length])?;
            from += length + 1;
            lines.push(text);
            if !more {
                input.drain(..from);
                return Ok(Some(Self { code, lines }));
            }
        }
    }

    pub(super) fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    /// The server's words for people: one line, not long, addresses taken out.
    pub(super) fn words(&self) -> String {
        let mut words = self.code.to_string();
        for word in self.lines.iter().flat_map(|l| l.split_whitespace()) {
            let plain: String = word.chars().filter(|c| !c.is_control()).collect();
            words.push(' ');
            words.push_str(if plain.contains('@') {
                "(address)"
            } else {
                &plain
            });
            if words.chars().count() > 200 {
                words = words.chars().take(199).chain(['…']).collect();
                break;
            }
        }
        words
    }
}

/// `250-SIZE 1000` gives 250, more to come, `SIZE 1000`.
fn line(bytes: &[u8]) -> Result<(u16, bool, String), Nonsense> {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let (code, rest) = bytes.split_at_checked(3).ok_or(Nonsense)?;
    let code = std::str::from_utf8(code)
        .ok()
        .and_then(|c| c.parse().ok())
        .filter(|c| (200..600).contains(c))
        .ok_or(Nonsense)?;
    let (more, text) = match rest.split_first() {
        None => (false, rest),
        Some((b' ', text)) => (false, text),
        Some((b'-', text)) => (true, text),
        Some(_) => return Err(Nonsense),
    };
    Ok((code, more, String::from_utf8_lossy(text).into_owned()))
}

/// What an EHLO reply offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) pipelining: bool,
    pub(super) starttls: bool,
    pub(super) smtputf8: bool,
    /// Largest mail in bytes; zero for no stated limit.
    pub(super) size: Option<usize>,
    /// The way of signing in that we like best.
    pub(super) auth: Option<Auth>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Auth {
    Login,
    Plain,
}

impl Offers {
    pub(super) fn read(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.lines.iter().skip(1) {
            // Some old servers write AUTH=PLAIN.
            let line = line.to_ascii_uppercase().replace('=', " ");
            let mut words = line.split_whitespace();
            match words.next() {
                Some("PIPELINING") => offers.pipelining = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("SIZE") => {
                    offers.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0));
                }
                Some("AUTH") => {
                    for way in words {
                        let way = match way {
                            "PLAIN" => Some(Auth::Plain),
                            "LOGIN" => Some(Auth::Login),
                            _ => None,
                        };
                        offers.auth = offers.auth.max(way);
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn take(text: &str) -> Result<Option<Reply>, Nonsense> {
        Reply::take(&mut text.as_bytes().to_vec())
    }

    #[test]
    fn a_reply_is_read_when_it_is_whole() {
        assert_eq!(take("250-a\r\n250"), Ok(None));
        let mut input = b"250-one\r\n250 two\r\n354 go\r\n".to_vec();
        let first = Reply::take(&mut input).unwrap().unwrap();
        assert_eq!(
            (first.code, first.lines),
            (250, vec!["one".into(), "two".into()])
        );
        assert_eq!(input, b"354 go\r\n");
    }

    #[test]
    fn what_is_no_reply_is_nonsense() {
        for text in [
            "HTTP/1.1 400 Bad Request\r\n",
            "\r\n",
            "999 x\r\n",
            "25\n",
            "250x\r\n",
        ] {
            assert_eq!(take(text), Err(Nonsense), "{text:?}");
        }
        assert_eq!(take(&"2".repeat(LONGEST_LINE + 1)), Err(Nonsense));
    }

    #[test]
    fn words_for_people_hold_no_address() {
        let reply = take("550 5.1.1 <ada@la.example>: no such user\r\n")
            .unwrap()
            .unwrap();
        assert_eq!(reply.words(), "550 5.1.1 (address) no such user");
    }

    #[test]
    fn offers_are_read_however_they_are_written() {
        let reply = take(
            "250-x greets\r\n250-pipelining\r\n250-SIZE 1000\r\n250-AUTH=LOGIN PLAIN\r\n250 STARTTLS\r\n",
        );
        let offers = Offers::read(&reply.unwrap().unwrap());
        let all = Offers {
            pipelining: true,
            starttls: true,
            smtputf8: false,
            size: Some(1000),
            auth: Some(Auth::Plain),
        };
        assert_eq!(offers, all);
    }

    proptest! {
        #[test]
        fn no_bytes_from_a_server_are_too_strange(mut bytes: Vec<u8>) {
            let before = bytes.len();
            let taken = Reply::take(&mut bytes);
            prop_assert_eq!(matches!(taken, Ok(Some(_))), bytes.len() < before);
        }
    }
}
