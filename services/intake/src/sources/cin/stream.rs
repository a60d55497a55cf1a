//! A census as a stream of blocks: never more of it in memory than one child's.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{BufReader, Read},
    path::Path,
};

use jiff::civil::Date;
use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use crate::sources::{Table, Unreadable, find::open};

/// No element that is read holds more.
const LONGEST_TEXT: usize = 200;

/// One block of a child, as the row of a table.
pub(in crate::sources) struct Block<'b> {
    pub(in crate::sources) table: &'static Table,
    values: &'b Values,
}

/// What the elements of a block say, and on which line each stands.
#[derive(Default)]
struct Values {
    line: u64,
    of: BTreeMap<&'static str, (String, u64)>,
}

impl Block<'_> {
    /// In the order of the table's columns.
    pub(in crate::sources) fn cells(&self) -> Vec<Cow<'_, str>> {
        let value = |column| {
            self.values
                .of
                .get(column)
                .map_or("", |(text, _)| text.as_str())
        };
        self.table
            .columns
            .all()
            .map(|column| value(column).into())
            .collect()
    }

    /// Where an element of it stands, or the block itself.
    pub(in crate::sources) fn line(&self, column: &str) -> u64 {
        self.values
            .of
            .get(column)
            .map_or(self.values.line, |(_, line)| *line)
    }
}

/// What is wrong with the file as a whole: on which line, what, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub(in crate::sources) struct Broken {
    line: u64,
    what: String,
}

/// A census that is being read.
pub(in crate::sources) struct Census<R> {
    reader: Reader<BufReader<R>>,
    tables: &'static [Table],
    line: u64,
    /// The elements that are open, by name.
    open: Vec<String>,
    /// The blocks that are open, outermost first: their place among the open elements, and what they say so far.
    blocks: Vec<(usize, &'static Table, Values)>,
    child: String,
    text: String,
    /// On which line the innermost element began.
    began: u64,
    reference: Option<String>,
    children: bool,
}

impl<R: Read> Census<R> {
    pub(in crate::sources) fn new(input: R, tables: &'static [Table]) -> Self {
        Self {
            reader: Reader::from_reader(BufReader::new(input)),
            tables,
            line: 1,
            open: Vec::new(),
            blocks: Vec::new(),
            child: String::new(),
            text: String::new(),
            began: 1,
            reference: None,
            children: false,
        }
    }

    /// Hands out every block, inner ones before those they stand in.
    pub(in crate::sources) fn each_block(
        mut self,
        mut each: impl FnMut(&Block<'_>),
    ) -> Result<(), Broken> {
        let mut buffer = Vec::new();
        while self.step(&mut buffer, &mut each)? {}
        if self.children {
            return Ok(());
        }
        Err(self.broken("it holds no children: a census has them in Message/Children. Check that this is the census file"))
    }

    /// One event; false at the end.
    fn step(
        &mut self,
        buffer: &mut Vec<u8>,
        each: &mut impl FnMut(&Block<'_>),
    ) -> Result<bool, Broken> {
        buffer.clear();
        let event = match self.reader.read_event_into(buffer) {
            Ok(event) => event.into_owned(),
            Err(error) => {
                let what = format!(
                    "the XML is broken there ({}): export it again",
                    kind_of(&error)
                );
                return Err(self.broken(what));
            }
        };
        let lines = event.matches('\n').count() as u64;
        match event {
            Event::Start(start) => self.start(&start)?,
            Event::Empty(start) => {
                self.start(&start)?;
                self.end(each)?;
            }
            Event::Text(text) => self.more(&text),
            Event::CData(text) => self.more(&text),
            Event::GeneralRef(entity) => self.entity(&entity)?,
            Event::End(_) => self.end(each)?,
            Event::Decl(decl) => {
                let encoding = decl.encoding().and_then(Result::ok);
                let utf8 = encoding.is_none_or(|e| {
                    e.eq_ignore_ascii_case("utf-8") || e.eq_ignore_ascii_case("us-ascii")
                });
                if !utf8 {
                    return Err(self.broken("it is not written in UTF-8: save it so"));
                }
            }
            Event::DocType(_) => {
                return Err(self.broken(
                    "it has a document type declaration, which a census has not: export it again",
                ));
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof if self.open.is_empty() => return Ok(false),
            Event::Eof => {
                return Err(self.broken(
                    "the file stops there, in the middle: it may be cut short. Export it again",
                ));
            }
        }
        self.line += lines;
        Ok(true)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Broken> {
        let name = start.local_name().as_ref().to_owned();
        match self.open.len() {
            0 if name != "Message" => {
                return Err(self.broken(
                    "its first element is not Message: this is no census of children in need",
                ));
            }
            1 if name == "Children" => self.children = true,
            2 if name == "Child" && self.open[1] == "Children" => self.child.clear(),
            _ => {}
        }
        self.open.push(name);
        self.text.clear();
        self.began = self.line;
        let name = self.open.last().map_or("", String::as_str);
        let within_child = self.open.get(2).is_some_and(|e| e == "Child");
        let block = self
            .tables
            .iter()
            .find(|table| within_child && table.file == name);
        if let Some(table) = block {
            let values = Values {
                line: self.line,
                of: BTreeMap::new(),
            };
            self.blocks.push((self.open.len(), table, values));
        }
        Ok(())
    }

    fn more(&mut self, text: &str) {
        // What is longer is wrong whatever follows, and is not kept.
        let room = LONGEST_TEXT.saturating_sub(self.text.len());
        let text = if self.text.is_empty() {
            text.trim_start()
        } else {
            text
        };
        self.text.extend(text.chars().take(room));
    }

    fn entity(&mut self, entity: &BytesRef<'_>) -> Result<(), Broken> {
        let character = match entity.resolve_char_ref() {
            Ok(Some(character)) => Some(character),
            Ok(None) => match &**entity {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "apos" => Some('\''),
                "quot" => Some('"'),
                _ => None,
            },
            Err(_) => None,
        };
        let Some(character) = character else {
            return Err(
                self.broken("it has an entity that XML does not know by itself: export it again")
            );
        };
        if self.text.len() < LONGEST_TEXT {
            self.text.push(character);
        }
        Ok(())
    }

    /// The innermost element ends: what it says goes to the blocks it stands in, and a block is handed out.
    fn end(&mut self, each: &mut impl FnMut(&Block<'_>)) -> Result<(), Broken> {
        let text = day_alone(self.text.trim()).to_owned();
        self.text.clear();
        let depth = self.open.len();
        let path: Vec<&str> = self.open.iter().map(String::as_str).collect();
        match path[..] {
            ["Message", "Header", "CollectionDetails", "Collection"] if text != "CIN" => {
                return Err(
                    self.broken("Collection is not CIN: this is the file of another collection")
                );
            }
            ["Message", "Header", "CollectionDetails", "ReferenceDate"] => {
                self.reference = Some(text.clone());
            }
            [_, _, _, "ChildIdentifiers", "LAchildID"] => self.child.clone_from(&text),
            _ => {}
        }
        for (at, table, values) in &mut self.blocks {
            let within = path[*at..].join("/");
            // An element that is a block itself holds its own text.
            let name = if within.is_empty() {
                table.file
            } else {
                within.as_str()
            };
            if let Some(column) = table.columns.all().find(|column| *column == name) {
                let (said, line) = values.of.entry(column).or_default();
                if !said.is_empty() && !text.is_empty() {
                    said.push(' ');
                }
                said.push_str(&text);
                *line = self.began;
            }
        }
        if self.blocks.last().is_some_and(|(at, ..)| *at == depth) {
            self.close_block(each);
        }
        self.open.pop();
        Ok(())
    }

    /// Inner blocks know what stands before them in the one around them.
    fn close_block(&mut self, each: &mut impl FnMut(&Block<'_>)) {
        let Some((_, table, mut values)) = self.blocks.pop() else {
            return;
        };
        values
            .of
            .insert("LAchildID", (self.child.clone(), values.line));
        if let Some((_, _, around)) = self.blocks.last() {
            for column in table.columns.all() {
                let outer = column
                    .strip_prefix("../")
                    .and_then(|name| around.of.get_key_value(name));
                if let Some((_, said)) = outer {
                    values.of.insert(column, said.clone());
                }
            }
        }
        each(&Block {
            table,
            values: &values,
        });
    }

    fn broken(&self, what: impl Into<String>) -> Broken {
        Broken {
            line: self.line,
            what: what.into(),
        }
    }
}

/// A day of XML may carry a zone: `2024-03-31Z`, `2024-03-31+01:00`.
fn day_alone(text: &str) -> &str {
    let (day, zone) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_zone = zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-']));
    if is_zone && day.parse::<Date>().is_ok() {
        day
    } else {
        text
    }
}

/// What is wrong with it, without the words of the file that the error may quote.
fn kind_of(error: &quick_xml::Error) -> &'static str {
    match error {
        quick_xml::Error::Io(_) => "it could not be read on",
        quick_xml::Error::Encoding(_) => "it is not UTF-8 text",
        quick_xml::Error::Syntax(_) => "a tag is not complete",
        quick_xml::Error::IllFormed(_) => "a tag that is opened is not the one that is closed",
        quick_xml::Error::InvalidAttr(_) => "an attribute is not well-formed",
        _ => "it is not well-formed",
    }
}

/// The day a census describes: what its header says. Only the header is read.
pub(crate) fn reference_date(path: &Path) -> Result<Option<Date>, Unreadable> {
    let (file, _) = open(path)?;
    let mut census = Census::new(file, &[]);
    let mut buffer = Vec::new();
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    loop {
        let more = census.step(&mut buffer, &mut |_| {});
        let more = more.map_err(|e| Unreadable(format!("{name} could not be read: {e}")))?;
        if let Some(day) = &census.reference {
            let day = day.parse().map_err(|_| {
                Unreadable(format!(
                    "{name} line {}: ReferenceDate is no day written yyyy-mm-dd: correct it, or say the day with --as-at",
                    census.line
                ))
            })?;
            return Ok(Some(day));
        }
        if !more || census.children {
            return Ok(None);
        }
    }
}
