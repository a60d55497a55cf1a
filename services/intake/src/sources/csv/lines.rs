//! A file's lines as text, however it was saved, with exact line and byte numbers for what cannot be read.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

/// Longer lines are not rows of a table; it bounds the memory a broken file can take.
const LONGEST: usize = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadText {
    #[error(
        "line {line}, byte {byte} of the file, is not UTF-8 text: save the file as \"CSV UTF-8\" and import it again"
    )]
    NotUtf8 { line: u64, byte: u64 },
    #[error(
        "it is a spreadsheet, not a CSV file: open it, save it as \"CSV UTF-8\" and import that"
    )]
    Spreadsheet,
    #[error(
        "line {line} holds zero bytes, so it is not plain text (perhaps UTF-16 without its mark): save it as \"CSV UTF-8\""
    )]
    Zeros { line: u64 },
    #[error(
        "its UTF-16 text is broken after line {line}: save it as \"CSV UTF-8\" and import it again"
    )]
    BrokenUtf16 { line: u64 },
    #[error("line {line} is longer than {LONGEST} bytes: it is not a table of rows")]
    TooLong { line: u64 },
    #[error(
        "its lines end the way Macs wrote them long ago: save it as \"CSV UTF-8\" and import it again"
    )]
    OldMac,
    #[error("it could not be read to its end, after line {line}")]
    Disk {
        line: u64,
        #[source]
        source: io::Error,
    },
}

/// One line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'b> {
    /// As an editor counts: the first is 1.
    pub number: u64,
    pub text: &'b str,
    /// False for a last line that just stops.
    pub ended: bool,
}

pub(crate) struct Lines<R> {
    input: BufReader<Decoded<R>>,
    number: u64,
    /// Bytes of text before the current line, counted from the file's beginning when it is UTF-8.
    before: u64,
    buffer: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// Looks at the first bytes to learn how the file was saved.
    pub(crate) fn open(mut input: R) -> Result<Self, BadText> {
        let head = head(&mut input).map_err(|source| BadText::Disk { line: 0, source })?;
        let utf16 = match head.as_slice() {
            [0xFF, 0xFE, ..] => Some(UTF_16LE),
            [0xFE, 0xFF, ..] => Some(UTF_16BE),
            [b'P', b'K', 3, 4] | [0xD0, 0xCF, 0x11, 0xE0] => return Err(BadText::Spreadsheet),
            _ => None,
        };
        let mark = match (utf16, head.as_slice()) {
            (Some(_), _) => 2,
            (None, [0xEF, 0xBB, 0xBF, ..]) => 3,
            _ => 0,
        };
        let rest = Cursor::new(head[mark..].to_vec()).chain(input);
        let decoded = match utf16 {
            Some(encoding) => Decoded::Utf16(Box::new(Utf16::new(
                rest,
                encoding.new_decoder_without_bom_handling(),
            ))),
            None => Decoded::AsIs(rest),
        };
        Ok(Self {
            input: BufReader::with_capacity(64 * 1024, decoded),
            number: 0,
            before: mark as u64,
            buffer: Vec::new(),
        })
    }

    /// The next line; none after the last.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line<'_>>, BadText> {
        self.before += self.buffer.len() as u64;
        self.buffer.clear();
        let read = (&mut self.input)
            .take(LONGEST as u64)
            .read_until(b'\n', &mut self.buffer);
        match read {
            Ok(0) => return Ok(None),
            Ok(_) => self.number += 1,
            Err(source) if source.kind() == io::ErrorKind::InvalidData => {
                return Err(BadText::BrokenUtf16 { line: self.number });
            }
            Err(source) => {
                return Err(BadText::Disk {
                    line: self.number,
                    source,
                });
            }
        }
        let line = self.number;
        if self.buffer.len() == LONGEST && !self.buffer.ends_with(b"\n") {
            return Err(BadText::TooLong { line });
        }
        let text = std::str::from_utf8(&self.buffer).map_err(|e| BadText::NotUtf8 {
            line,
            byte: self.before + e.valid_up_to() as u64 + 1,
        })?;
        if text.contains('\0') {
            return Err(BadText::Zeros { line });
        }
        let ended = text.ends_with('\n');
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.contains('\r') {
            return Err(BadText::OldMac);
        }
        Ok(Some(Line {
            number: line,
            text,
            ended,
        }))
    }
}

fn head(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(4);
    input.take(4).read_to_end(&mut head)?;
    Ok(head)
}

type Rest<R> = io::Chain<Cursor<Vec<u8>>, R>;

enum Decoded<R> {
    AsIs(Rest<R>),
    Utf16(Box<Utf16<Rest<R>>>),
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::AsIs(input) => input.read(buffer),
            Self::Utf16(input) => input.read(buffer),
        }
    }
}

/// UTF-16 read as UTF-8.
struct Utf16<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Decoded and not yet handed out, from `out`.
    text: Vec<u8>,
    out: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    fn new(input: R, decoder: Decoder) -> Self {
        Self {
            input,
            decoder,
            raw: vec![0; 16 * 1024],
            text: Vec::new(),
            out: 0,
            ended: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let n = self.input.read(&mut self.raw)?;
        self.ended = n == 0;
        // Two bytes of UTF-16 are at most three of UTF-8.
        self.text.resize(n * 3 + 16, 0);
        self.out = 0;
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.raw[..n],
            &mut self.text,
            self.ended,
        );
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.out == self.text.len() && !self.ended {
            self.decode_more()?;
        }
        let n = (&self.text[self.out..]).read(buffer)?;
        self.out += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<(u64, String, bool)>, BadText> {
        let mut lines = Lines::open(bytes)?;
        let mut seen = Vec::new();
        while let Some(line) = lines.next_line()? {
            seen.push((line.number, line.text.to_owned(), line.ended));
        }
        Ok(seen)
    }

    fn utf16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter()
            .chain(text.encode_utf16().flat_map(bytes))
            .collect()
    }

    #[test]
    fn the_same_text_is_read_however_it_was_saved() {
        let text = "CHILD,DOB\r\n1,é😀\r\n\r\n2,z";
        let want = vec![
            (1, "CHILD,DOB".to_owned(), true),
            (2, "1,é😀".to_owned(), true),
            (3, String::new(), true),
            (4, "2,z".to_owned(), false),
        ];
        let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for (how, bytes) in [
            ("utf-8", text.as_bytes().to_vec()),
            ("utf-8, lf", text.replace("\r\n", "\n").into_bytes()),
            ("utf-8 with mark", with_mark),
            ("utf-16 le", utf16(text, [0xFF, 0xFE], u16::to_le_bytes)),
            ("utf-16 be", utf16(text, [0xFE, 0xFF], u16::to_be_bytes)),
        ] {
            assert_eq!(all(&bytes).unwrap(), want, "{how}");
        }
        assert_eq!(all(b"").unwrap(), vec![]);
        assert_eq!(all(b"\xEF\xBB\xBF").unwrap(), vec![]);
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_found_by_line_and_byte() {
        let error = all(b"\xEF\xBB\xBFCHILD\n12\n3\xA34\n").unwrap_err();
        assert!(
            matches!(error, BadText::NotUtf8 { line: 3, byte: 14 }),
            "{error:?}"
        );
    }

    #[test]
    fn what_is_no_text_is_refused_by_what_it_is() {
        assert!(matches!(all(b"PK\x03\x04rest"), Err(BadText::Spreadsheet)));
        assert!(matches!(all(b"C\0H\0"), Err(BadText::Zeros { line: 1 })));
        assert!(matches!(all(b"CHILD\r1\r2"), Err(BadText::OldMac)));
        assert!(matches!(
            all(&vec![b'x'; LONGEST + 1]),
            Err(BadText::TooLong { line: 1 })
        ));
        let broken = [0xFF, 0xFE, b'a', 0, b'\n', 0, 0x00, 0xD8, b'b', 0];
        assert!(matches!(all(&broken), Err(BadText::BrokenUtf16 { .. })));
    }
}
