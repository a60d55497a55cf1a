use std::{fmt::Write as _, fs, io, path::Path};

use contracts::{ChildId, Fact, commands::RefusedRow};
use jiff::civil::{Date, date};

use super::{SOURCE, reference_date};
use crate::{
    domain::gate::Limits,
    sources::{Reading, Roles, Terms, Watch, read, shared},
};

const AS_AT: Date = date(2024, 3, 31);

#[derive(Default)]
struct Silent;

impl Watch for Silent {
    fn progress(&mut self, _: &str, _: u64, _: u64) {}
    fn refused(&mut self, _: &RefusedRow) -> io::Result<()> {
        Ok(())
    }
}

fn read_at(path: &Path, as_at: Date) -> Result<Reading, String> {
    let terms = Terms {
        as_at,
        limits: Limits {
            fall_percent: 20,
            refused_percent: 100,
        },
        roles: Roles::default(),
    };
    read(&SOURCE, path, terms, &mut Silent).map_err(|e| e.to_string())
}

fn reading(text: &str) -> Result<Reading, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("census.xml");
    fs::write(&path, text).unwrap();
    read_at(&path, AS_AT)
}

/// `kind key start..end what` of each entry of a child.
fn entries(reading: &Reading, child: &str) -> Vec<String> {
    let entries = reading.children.entries(&ChildId::new(child), "cin", AS_AT);
    entries
        .iter()
        .map(|e| {
            let end = e.end.map(|end| end.to_string()).unwrap_or_default();
            let mut fact = serde_json::to_value(&e.fact).unwrap();
            let mut text = format!("{} {} {}..{end}", e.fact.kind(), e.key, e.start);
            for (name, value) in fact.as_object_mut().unwrap() {
                if name != "kind" {
                    write!(text, " {name}={}", value.to_string().replace('"', "")).unwrap();
                }
            }
            text
        })
        .collect()
}

fn refusals(reading: &Reading) -> Vec<(u64, &str, &str, &str)> {
    reading
        .refused
        .iter()
        .map(|r| {
            (
                r.line,
                r.column.as_str(),
                r.value.as_str(),
                r.reason.as_str(),
            )
        })
        .collect()
}

/// A census of one child, with these blocks.
fn census(child: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Message>\n<Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year>\
         <ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails></Header>\n<Children>\n{child}\n</Children>\n</Message>\n"
    )
}

const WHOLE: &str = "<Child>
<ChildIdentifiers><LAchildID>A&amp;B-1</LAchildID><PersonBirthDate>2010-02-03</PersonBirthDate><Sex>1</Sex></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
<CINdetails>
<CINreferralDate>2023-05-01Z</CINreferralDate>
<ReferralSource>1A</ReferralSource>
<CINclosureDate/>
<DateOfInitialCPC>2023-06-01</DateOfInitialCPC>
<Assessments><AssessmentActualStartDate>2023-05-02</AssessmentActualStartDate><AssessmentAuthorisationDate>2023-06-20</AssessmentAuthorisationDate></Assessments>
<CINPlanDates><CINPlanStartDate>2023-07-01</CINPlanStartDate></CINPlanDates>
<Section47><S47ActualStartDate>2023-05-12</S47ActualStartDate><InitialCPCtarget>2023-06-02</InitialCPCtarget><DateOfInitialCPC>2023-06-01</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47>
<Section47><S47ActualStartDate>2024-03-01</S47ActualStartDate><InitialCPCtarget>2024-03-22</InitialCPCtarget><ICPCnotRequired>TRUE</ICPCnotRequired></Section47>
<ReferralNFA>0</ReferralNFA>
<ChildProtectionPlans><CPPstartDate>2023-06-01</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><Reviews><CPPreviewDate>2023-08-30</CPPreviewDate><CPPreviewDate>2024-02-20</CPPreviewDate></Reviews></ChildProtectionPlans>
</CINdetails>
</Child>";

#[test]
fn every_block_becomes_the_facts_it_says_and_nothing_else() {
    let reading = reading(&census(WHOLE)).unwrap();
    assert_eq!(refusals(&reading), []);
    let want = [
        "age_band 0-4 2010-02-03..2015-02-03 band=0-4",
        "age_band 16-17 2026-02-03..2028-02-03 band=16-17",
        "age_band 18+ 2028-02-03.. band=18+",
        "age_band 5-15 2015-02-03..2026-02-03 band=5-15",
        "assessment 2023-05-02 2023-05-02..2023-06-20 referral=2023-05-01",
        "child_in_need_plan 2023-07-01 2023-07-01.. referral=2023-05-01",
        "initial_conference 2023-06-01 2023-06-01.. held=true section47=2023-05-12 target=2023-06-02",
        "protection_plan 2023-06-01 2023-06-01.. referral=2023-05-01",
        "protection_review 2023-08-30 2023-08-30.. held=true plan=2023-06-01",
        "protection_review 2024-02-20 2024-02-20.. held=true plan=2023-06-01",
        "referral 2023-05-01 2023-05-01.. decided=true no_further_action=false",
        "section47 2023-05-12 2023-05-12.. no_further_action=false referral=2023-05-01",
        "section47 2024-03-01 2024-03-01.. no_further_action=true referral=2023-05-01",
    ];
    assert_eq!(entries(&reading, "A&B-1"), want);
    let mut supplies = reading.supplies.clone();
    supplies.retain(|kind| *kind != "age_band");
    assert_eq!(
        supplies,
        [
            "assessment",
            "child_in_need_plan",
            "initial_conference",
            "protection_plan",
            "protection_review",
            "referral",
            "section47"
        ]
    );
    let rows: Vec<_> = reading.tables.iter().map(|t| (t.name, t.rows)).collect();
    assert_eq!(
        rows,
        [
            ("CINdetails", 1),
            ("ChildIdentifiers", 1),
            ("Assessments", 1),
            ("CINPlanDates", 1),
            ("Section47", 2),
            ("ChildProtectionPlans", 1),
            ("CPPreviewDate", 2)
        ]
    );
}

/// What is written instead of what; and the line, element, value and reason it is refused with.
const WRONG: [(&str, &str, u64, &str, &str, &str); 7] = [
    (
        "<CINreferralDate>2023-05-01Z",
        "<CINreferralDate>soon",
        9,
        "CINreferralDate",
        "(text of 4 characters)",
        "it is not a date",
    ),
    (
        "<CINclosureDate/>",
        "<CINclosureDate>2023-04-01</CINclosureDate>",
        11,
        "CINclosureDate",
        "2023-04-01",
        "it is before CINreferralDate",
    ),
    (
        "2023-06-20",
        "2023-02-30",
        13,
        "AssessmentAuthorisationDate",
        "2023-02-30",
        "there is no such day",
    ),
    (
        "<CINPlanStartDate>2023-07-01</CINPlanStartDate>",
        "",
        14,
        "CINPlanStartDate",
        "",
        "it is blank",
    ),
    (
        "TRUE",
        "Annabel",
        16,
        "ICPCnotRequired",
        "(text of 7 characters)",
        "it is neither Y nor N",
    ),
    (
        "2024-02-20",
        "Annabel Smith",
        18,
        "CPPreviewDate",
        "(text of 13 characters)",
        "it is not a date",
    ),
    (
        "2010-02-03",
        "1066-02-03",
        6,
        "PersonBirthDate",
        "",
        "cannot be right",
    ),
];

#[test]
fn a_wrong_element_is_refused_by_line_and_kind_and_no_name_or_birth_is_kept() {
    for (from, to, line, column, value, why) in WRONG {
        let text = census(WHOLE).replace(from, to);
        assert_ne!(text, census(WHOLE), "{from}");
        let reading = reading(&text).unwrap();
        let refused = refusals(&reading);
        assert_eq!(refused.len(), 1, "{from}: {refused:?}");
        assert_eq!(
            (refused[0].0, refused[0].1, refused[0].2),
            (line, column, value),
            "{from}"
        );
        assert!(refused[0].3.contains(why), "{}", refused[0].3);
        assert!(reading.unsure.contains("A&B-1"));
        assert!(reading.refused[0].file.starts_with("census.xml ("));
    }
    let nobody = census(WHOLE).replace("<LAchildID>A&amp;B-1</LAchildID>", "");
    let reading = reading(&nobody).unwrap();
    assert_eq!(
        reading.refused_rows, 9,
        "every block of a child without an id"
    );
    assert!(
        reading.tables.iter().all(|t| !t.in_full),
        "whose they were is not known"
    );
}

#[test]
fn a_file_that_is_no_whole_census_is_refused_with_the_line_and_what_to_do() {
    let whole = census(WHOLE);
    let cut = &whole[..whole.find("</CINdetails>").unwrap()];
    for (text, why) in [
        (cut.to_owned(), "line 19: the file stops there"),
        (
            format!("{cut}</CIN"),
            "line 19: the XML is broken there (a tag is not complete)",
        ),
        (
            whole.replace("</Section47>\n<Ref", "</Section>\n<Ref"),
            "line 16: the XML is broken there (a tag that is opened is not the one that is closed)",
        ),
        (
            whole.replace("<Collection>CIN", "<Collection>CLA"),
            "line 3: Collection is not CIN",
        ),
        (
            "<Workforce/>".to_owned(),
            "line 1: its first element is not Message",
        ),
        (
            "<Message><Header/></Message>".to_owned(),
            "it holds no children",
        ),
        (whole.replace("UTF-8", "ISO-8859-1"), "not written in UTF-8"),
        (
            whole.replace("<Message>", "<!DOCTYPE x [<!ENTITY a 'b'>]><Message>"),
            "document type declaration",
        ),
        (
            whole.replace("&amp;", "&name;"),
            "an entity that XML does not know",
        ),
        (String::new(), "line 1: it holds no children"),
    ] {
        let error = reading(&text).map(drop).unwrap_err();
        assert!(
            error.starts_with("census.xml could not be read: "),
            "{error}"
        );
        assert!(error.contains(why), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let error = read_at(folder.path(), AS_AT).map(drop).unwrap_err();
    assert!(error.contains("cin is read from one XML file"), "{error}");
}

#[test]
fn the_day_is_the_reference_date_of_the_header() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("census.xml");
    let day = |text: &str| {
        fs::write(&path, text).unwrap();
        reference_date(&path).map_err(|e| e.to_string())
    };
    assert_eq!(day(&census(WHOLE)), Ok(Some(AS_AT)));
    // Only the header is read: what follows may be broken.
    assert_eq!(day(&census("<Child><x></y>")), Ok(Some(AS_AT)));
    assert_eq!(day("<Message><Children/></Message>"), Ok(None));
    let error = day(&census(WHOLE).replace("2024-03-31", "31/03/2024")).unwrap_err();
    assert!(
        error.contains("ReferenceDate is no day written yyyy-mm-dd"),
        "{error}"
    );
}

#[test]
fn the_public_samples_are_read() {
    let Some(path) = shared("data/cin/fake_CIN_data.xml") else {
        return;
    };
    assert_eq!(reference_date(&path).unwrap(), Some(date(2022, 7, 21)));
    let sample = read_at(&path, date(2022, 7, 21)).unwrap();
    assert_eq!((sample.children.len(), sample.tables[0].rows), (332, 402));
    let of = |kind: &str| {
        let children = sample.children.ids();
        let entries = children.flat_map(|c| {
            sample
                .children
                .entries(&ChildId::new(c.as_ref()), "cin", AS_AT)
        });
        entries.filter(|e| e.fact.kind() == kind).count()
    };
    let refused = usize::try_from(sample.refused_rows).unwrap();
    assert_eq!(of("referral") + refused, 402, "{:?}", refusals(&sample));
    assert_eq!(of("death"), 21);
    assert!(of("initial_conference") <= 350 && of("initial_conference") + refused >= 350);

    let path = path.with_file_name("CIN_Census_2024.xml");
    assert_eq!(reference_date(&path).unwrap(), Some(AS_AT));
    let sample = read_at(&path, AS_AT).unwrap();
    // Both assessments of it are authorised before they began, or begin after the census: one of them is refused.
    let wrong: Vec<_> = refusals(&sample)
        .into_iter()
        .map(|(line, column, ..)| (line, column))
        .collect();
    assert_eq!(wrong, [(43, "AssessmentAuthorisationDate")]);
    let first = entries(&sample, "DfEX0000001");
    assert!(
        first
            .iter()
            .any(|e| e.starts_with("protection_review 2023-02-15")),
        "{first:?}"
    );
    assert!(
        first
            .iter()
            .any(|e| e.starts_with("initial_conference 2022-06-17")),
        "{first:?}"
    );
    assert!(
        first
            .iter()
            .any(|e| e.starts_with("initial_conference 2022-12-06")),
        "{first:?}"
    );
}

/// The elements of the XSD's types, each with whether it must be there and whether it may come again.
mod schema {
    use std::{collections::BTreeMap, fs};

    use quick_xml::{
        Reader,
        events::{BytesStart, Event},
    };

    #[derive(Clone, Debug, Default)]
    pub(super) struct Element {
        pub(super) name: String,
        pub(super) of: String,
        pub(super) needed: bool,
        pub(super) again: bool,
        pub(super) inner: Vec<Element>,
    }

    /// By the name of the type.
    pub(super) type Types = BTreeMap<String, Vec<Element>>;

    fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
        let found = start.try_get_attribute(name).unwrap()?;
        Some(found.value.into_owned())
    }

    pub(super) fn types(path: &std::path::Path) -> Types {
        let text = fs::read_to_string(path).unwrap();
        let mut reader = Reader::from_str(&text);
        let (mut types, mut named) = (Types::new(), String::new());
        // Elements that are open; the outermost is the type itself.
        let mut open: Vec<Element> = Vec::new();
        loop {
            let event = reader.read_event().unwrap();
            let (start, empty) = match &event {
                Event::Start(start) => (start.clone(), false),
                Event::Empty(start) => (start.clone(), true),
                Event::End(end) => {
                    match end.local_name().as_ref() {
                        "element" => {
                            let done = open.pop().unwrap();
                            if let Some(outer) = open.last_mut() {
                                outer.inner.push(done);
                            }
                        }
                        "complexType" if open.len() == 1 => {
                            types.insert(std::mem::take(&mut named), open.pop().unwrap().inner);
                        }
                        _ => {}
                    }
                    continue;
                }
                Event::Eof => return types,
                _ => continue,
            };
            match start.local_name().as_ref() {
                "complexType" if open.is_empty() => {
                    named = attribute(&start, "name").unwrap();
                    open.push(Element::default());
                }
                "element" if !open.is_empty() => {
                    let element = Element {
                        name: attribute(&start, "name").unwrap(),
                        of: attribute(&start, "type").unwrap_or_default(),
                        needed: attribute(&start, "minOccurs").as_deref() != Some("0"),
                        again: attribute(&start, "maxOccurs").as_deref() == Some("unbounded"),
                        inner: Vec::new(),
                    };
                    if empty {
                        open.last_mut().unwrap().inner.push(element);
                    } else {
                        open.push(element);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A document as the XSD lets it be: what is optional is there or not, what may come again comes up to three times.
struct Writer<'t> {
    types: &'t schema::Types,
    chance: u64,
    text: String,
    day: Date,
    counts: std::collections::BTreeMap<String, u64>,
}

impl Writer<'_> {
    fn dice(&mut self, sides: u64) -> u64 {
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) % sides
    }

    fn elements(&mut self, of: &[schema::Element]) {
        for element in of {
            let least = u64::from(element.needed);
            let most = if element.again { 3 } else { 1 };
            let times = least + self.dice(most - least + 1);
            for _ in 0..times {
                self.element(element);
            }
        }
    }

    fn element(&mut self, element: &schema::Element) {
        *self.counts.entry(element.name.clone()).or_default() += 1;
        let space = ["", "\n  ", " "][usize::try_from(self.dice(3)).unwrap()];
        write!(self.text, "{space}<{}>", element.name).unwrap();
        let types = self.types;
        if let Some(inner) = types.get(&element.of) {
            self.elements(inner);
        } else if !element.inner.is_empty() {
            self.elements(&element.inner);
        } else {
            let value = self.value(element);
            self.text.push_str(&value);
        }
        writeln!(self.text, "</{}>", element.name).unwrap();
    }

    fn value(&mut self, element: &schema::Element) -> String {
        let zone = ["", "", "Z", "+01:00"][usize::try_from(self.dice(4)).unwrap()];
        match (element.name.as_str(), element.of.as_str()) {
            ("ReferenceDate", _) => "2024-03-31".to_owned(),
            ("Collection", _) => "CIN".to_owned(),
            ("LAchildID", _) => format!("child-{}", self.counts["LAchildID"]),
            // Days go on within a document, so that no end comes before its beginning.
            (_, "xs:date") => {
                self.day = self.day.tomorrow().unwrap_or(self.day);
                format!("{}{zone}", self.day)
            }
            (_, "yesnotype") => ["true", "false", "TRUE", "FALSE", "0", "1"]
                [usize::try_from(self.dice(6)).unwrap()]
            .to_owned(),
            _ => "1".to_owned(),
        }
    }
}

#[test]
fn whatever_the_xsd_allows_is_read_whole() {
    let Some(path) = shared("data/cin/CIN_schema_2024.xsd") else {
        return;
    };
    let types = schema::types(&path);
    for seed in 0..200 {
        let mut writer = Writer {
            types: &types,
            chance: seed,
            text: String::new(),
            day: date(2015, 1, 1),
            counts: std::collections::BTreeMap::new(),
        };
        writer.text.push_str("<Message>");
        writer.elements(&types["messagetype"].clone());
        writer.text.push_str("</Message>");
        let reading = reading(&writer.text).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(refusals(&reading), [], "seed {seed}: {}", writer.text);
        for table in &reading.tables {
            let written = writer.counts.get(table.name).copied().unwrap_or_default();
            assert_eq!(table.rows, written, "seed {seed}: {}", table.name);
        }
        let facts: Vec<Fact> = reading
            .children
            .ids()
            .flat_map(|c| {
                reading
                    .children
                    .entries(&ChildId::new(c.as_ref()), "cin", AS_AT)
            })
            .map(|e| e.fact)
            .collect();
        let of = |kind: &str| facts.iter().filter(|f| f.kind() == kind).count() as u64;
        let written = |name: &str| writer.counts.get(name).copied().unwrap_or_default();
        for (kind, name) in [
            ("referral", "CINdetails"),
            ("assessment", "Assessments"),
            ("child_in_need_plan", "CINPlanDates"),
            ("section47", "Section47"),
            ("protection_plan", "ChildProtectionPlans"),
            ("protection_review", "CPPreviewDate"),
            ("death", "PersonDeathDate"),
        ] {
            assert_eq!(of(kind), written(name), "seed {seed}: {kind}");
        }
    }
}

#[test]
fn every_element_that_is_read_is_one_the_xsd_has() {
    let Some(path) = shared("data/cin/CIN_schema_2024.xsd") else {
        return;
    };
    let types = schema::types(&path);
    assert_eq!(types["cindetailstype"].len(), 11);
    let names: Vec<String> = types
        .values()
        .flatten()
        .flat_map(|e| e.inner.iter().chain([e]))
        .map(|e| e.name.clone())
        .collect();
    for table in SOURCE.tables {
        assert!(
            table.file == "CPPreviewDate" || names.contains(&table.file.to_owned()),
            "{}",
            table.file
        );
        for column in table.columns.all() {
            let name = column.rsplit('/').next().unwrap();
            assert!(
                name == "CPPreviewDate" || names.iter().any(|n| n == name),
                "{column}"
            );
        }
    }
}
