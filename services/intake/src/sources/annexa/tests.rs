use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use contracts::{ChildId, commands::RefusedRow};
use jiff::civil::date;

use super::SOURCE;
use crate::{
    domain::gate::Limits,
    sources::{Reading, Roles, Terms, Unreadable, Watch, read},
};

struct Silent;

impl Watch for Silent {
    fn progress(&mut self, _: &str, _: u64, _: u64) {}
    fn refused(&mut self, _: &RefusedRow) -> io::Result<()> {
        Ok(())
    }
}

fn reading(path: &Path) -> Result<Reading, Unreadable> {
    let terms = Terms {
        as_at: date(2025, 6, 30),
        limits: Limits {
            fall_percent: 20,
            refused_percent: 100,
        },
        roles: Roles::default(),
    };
    read(&SOURCE, path, terms, &mut Silent)
}

fn entries(reading: &Reading) -> Vec<String> {
    let of = |child: &Arc<str>| {
        let entries =
            (reading.children).entries(&ChildId::new(child.as_ref()), "annexa", date(2025, 6, 30));
        let shown = entries.iter().map(|e| {
            let end = e.end.map(|end| format!("..{end}")).unwrap_or_default();
            format!("{child} {} {} {}{end}", e.fact.kind(), e.key, e.start)
        });
        shown.collect::<Vec<_>>()
    };
    reading.children.ids().flat_map(of).collect()
}

fn csv(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("list.csv");
    fs::write(&path, text).unwrap();
    path
}

const LIST_8: &str = "Child Unique ID,Gender,Date of Birth,Date Started to be Looked After,Child\u{2019}s Legal Status,\
    Start date of current legal status,Date of Latest Statutory Review,Date of Last Social Work Visit,\
    Date of Last Health Assessment,Date Ceased to be Looked After,Start Date of Most Recent Placement,Placement Type,\
    Allocated Team,Allocated Worker\n";

/// Header and row of a list, and what they come to.
const LISTS: [(&str, &str, &[&str]); 8] = [
    (
        "Child Unique ID,Date of Referral,Referral Source,Referral NFA?,Allocated Team,Allocated Worker",
        "C1,11/04/2025,1A,b) No,T1,A1",
        &[
            "C1 involvement list 3 2025-04-11",
            "C1 referral 2025-04-11 2025-04-11",
        ],
    ),
    (
        "Child Unique ID,Continuous Assessment Start Date,Child Seen During Continuous Assessment,\
         Continuous Assessment Date of Authorisation",
        "C1,11/04/2025,a) Yes,#N/A",
        &["C1 assessment 2025-04-11 2025-04-11"],
    ),
    (
        "Child ID,Strategy discussion initiating Section 47 Enquiry Start Date,Date of Initial Child Protection Conference,\
         Did the Initial Child Protection Conference Result in a Child Protection Plan (Y/N))",
        "C1,11/04/2025,30/04/2025,Y",
        &[
            "C1 initial_conference 2025-04-30 2025-04-30",
            "C1 section47 2025-04-11 2025-04-11",
        ],
    ),
    (
        "Child Unique ID,CIN Start Date,Date Child Was Last Seen,Allocated Worker",
        "C1,11/04/2025,45800,A1",
        &[
            "C1 involvement list 6 2025-04-11",
            "C1 visit list 6 2025-05-23 2025-05-23",
        ],
    ),
    (
        "Child Unique ID,Child Protection Plan Start Date,Date of the Last Statutory Visit,Was the Child Seen Alone?,\
         Date of latest review conference,Child Protection Plan End Date",
        "C1,11/04/2025,01/06/2025,y,02/06/2025,",
        &[
            "C1 protection_plan 2025-04-11 2025-04-11",
            "C1 protection_review list 7 2025-06-02 2025-06-02",
            "C1 visit list 7 2025-06-01 2025-06-01",
        ],
    ),
    (
        LIST_8,
        "C1,M,01/01/2010,11/04/2025,C2 - Full care order,12/04/2025,01/05/2025,02/05/2025,03/05/2025,,13/04/2025,U1,T1,A1",
        &[
            "C1 care_episode 2025-04-11 2025-04-11",
            "C1 health_assessment list 8 2025-05-03 2025-05-03",
            "C1 involvement list 8 2025-04-11",
            "C1 legal_status 2025-04-12 2025-04-12",
            "C1 looked_after_review list 8 2025-05-01 2025-05-01",
            "C1 placement 2025-04-13 2025-04-13",
            "C1 visit list 8 2025-05-02 2025-05-02",
        ],
    ),
    (
        "Child Unique ID,Allocated Worker,Eligibility Category,Latest Pathway Plan Review Date,Latest Date of Contact",
        "C1,A1,c) Former relevant child,11/04/2025,#N/A",
        &[
            "C1 care_leaver list 9 1900-01-01",
            "C1 involvement list 9 2025-04-11",
            "C1 pathway_plan list 9 2025-04-11 2025-04-11",
        ],
    ),
    (
        "Child Unique ID,Family identifier,Date Placed for Adoption,Date of Adoption Order",
        "C1,F1,11/04/2025,12/06/2025",
        &["C1 placed_for_adoption 2025-04-11 2025-04-11..2025-06-12"],
    ),
];

#[test]
fn every_list_is_known_by_its_headers_and_says_what_is_latest() {
    let folder = tempfile::tempdir().unwrap();
    for (header, row, want) in LISTS {
        let header = header.trim_end();
        let reading = reading(&csv(folder.path(), &format!("{header}\n{row}\n"))).unwrap();
        assert_eq!(entries(&reading), want, "{header}");
        assert_eq!(reading.refused, [], "{header}");
    }
}

#[test]
fn a_wrong_cell_is_refused_with_the_line_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("Annex A List 8,,\n\n{LIST_8}C1,,,soon,,,,,,,,,,\n,,,11/04/2025,,,,,,,,,,\n");
    let reading = reading(&csv(folder.path(), &text)).unwrap();
    let seen: Vec<_> = reading
        .refused
        .iter()
        .map(|r| (r.line, r.column.as_str(), r.value.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (4, "Date Started to be Looked After", "soon"),
            (5, "Child Unique ID", "")
        ]
    );
}

#[test]
fn a_file_without_a_list_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let error = reading(&csv(folder.path(), "CHILD,DECOM\n1,2\n"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("list.csv holds none of Annex A's lists 3 to 10: its first lines have none of the headers")
            && error.contains("`evenkeel import ssda903`"),
        "{error}"
    );
    let part = csv(folder.path(), "Child Unique ID,Placement Type\n1,U1\n");
    let error = reading(&part).unwrap_err().to_string();
    assert!(
        error.contains("come nearest to list ") && error.contains("but have no column "),
        "{error}"
    );
    let path = folder.path().join("lists.xlsx");
    fs::write(&path, "no spreadsheet").unwrap();
    let error = reading(&path).unwrap_err().to_string();
    assert!(
        error.starts_with("lists.xlsx could not be read as a spreadsheet"),
        "{error}"
    );
    assert!(
        reading(folder.path())
            .unwrap_err()
            .to_string()
            .contains("is a folder")
    );
}

/// A workbook as small as one can be; cells are text, numbers where `#` leads, and errors.
fn workbook(path: &Path, sheets: &[(&str, &[&[&str]])]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let mut part = |name: &str, text: String| {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let types = "http://schemas.openxmlformats.org/package/2006";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    part(
        "[Content_Types].xml",
        format!("<Types xmlns=\"{types}/content-types\"/>"),
    );
    part(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"{types}/relationships\"><Relationship Id=\"r0\" Type=\"{office}/officeDocument\" \
             Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    let numbered = || sheets.iter().enumerate();
    let names = numbered().map(|(n, (name, _))| {
        format!(
            "<sheet name=\"{name}\" sheetId=\"{}\" r:id=\"r{n}\"/>",
            n + 1
        )
    });
    let names = names.collect::<Vec<_>>().concat();
    let links = numbered().map(|(n, _)| {
        format!("<Relationship Id=\"r{n}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")
    });
    let links = links.collect::<Vec<_>>().concat();
    for (n, (_, rows)) in numbered() {
        let rows: Vec<_> = rows
            .iter()
            .enumerate()
            .map(|(r, cells)| row_xml(r + 1, cells))
            .collect();
        let rows = rows.concat();
        part(
            &format!("xl/worksheets/sheet{n}.xml"),
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        );
    }
    part(
        "xl/workbook.xml",
        format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{names}</sheets></workbook>"
        ),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        format!("<Relationships xmlns=\"{types}/relationships\">{links}</Relationships>"),
    );
    zip.finish().unwrap();
}

fn row_xml(row: usize, cells: &[&str]) -> String {
    let cell = |(n, text): (usize, &&str)| {
        let at = format!("{}{row}", char::from(b'A' + u8::try_from(n).unwrap()));
        match text.strip_prefix('#') {
            _ if text.is_empty() => String::new(),
            Some("N/A") => format!("<c r=\"{at}\" t=\"e\"><v>#N/A</v></c>"),
            Some(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
            None => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    let cells: Vec<_> = cells.iter().enumerate().map(cell).collect();
    format!("<row r=\"{row}\">{}</row>", cells.concat())
}

#[test]
fn a_workbook_with_titles_numbers_for_dates_and_errors_in_cells_is_read_list_by_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Annex A.xlsx");
    workbook(
        &path,
        &[
            ("Notes", &[&["Prepared for inspection"]]),
            (
                "List 7",
                &[
                    &["", ""],
                    &["List 7: child protection"],
                    &[
                        "Child Unique ID",
                        "Age",
                        "Child Protection Plan Start Date",
                        "Date of the Last Statutory Visit",
                    ],
                    &["#1234", "#7", "#45758", "#45800.5"],
                    &["C2", "#N/A", "11/04/2025", "#N/A"],
                    &["C3", "#5", "#N/A", "#45800"],
                ],
            ),
            (
                "List 6",
                &[
                    &[
                        "Child Unique ID",
                        "CIN Start Date",
                        "Date Child Was Last Seen",
                    ],
                    &["C2", "#45758", "#45801"],
                ],
            ),
        ],
    );
    let reading = reading(&path).unwrap();
    assert_eq!(
        entries(&reading),
        [
            "1234 protection_plan 2025-04-11 2025-04-11",
            "1234 visit list 7 2025-05-23 2025-05-23",
            "C2 protection_plan 2025-04-11 2025-04-11",
            "C2 visit list 6 2025-05-24 2025-05-24",
        ]
    );
    let refused: Vec<_> = reading
        .refused
        .iter()
        .map(|r| (r.file.as_str(), r.line, r.column.as_str()))
        .collect();
    assert_eq!(refused, [("List 7", 6, "Child Protection Plan Start Date")]);
    assert!(
        reading
            .notes
            .iter()
            .any(|n| n == "Not part of what is read: Notes."),
        "{:?}",
        reading.notes
    );
    assert!(reading.visits_seen_unreliable);
}

/// An OpenDocument spreadsheet as small as one can be: `#` leads a number, `@` a day or moment, `*2` an empty cell that is
/// repeated, as office programs write a gap.
fn open_document(path: &Path, sheets: &[(&str, &[&[&str]])]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let mut part = |name: &str, method, text: &str| {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let media = "application/vnd.oasis.opendocument.spreadsheet";
    let (stored, packed) = (
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    );
    part("mimetype", stored, media);
    part(
        "META-INF/manifest.xml",
        packed,
        &format!(
            "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\
             <manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{media}\"/></manifest:manifest>"
        ),
    );
    let cell = |text: &&str| {
        let first = text.chars().next();
        let rest = text.get(1..).unwrap_or_default();
        match first {
            None => "<table:table-cell/>".to_owned(),
            Some('*') => format!("<table:table-cell table:number-columns-repeated=\"{rest}\"/>"),
            Some('#') if rest.parse::<f64>().is_ok() => format!(
                "<table:table-cell office:value-type=\"float\" office:value=\"{rest}\"><text:p>{rest}</text:p></table:table-cell>"
            ),
            Some('@') => format!(
                "<table:table-cell office:value-type=\"date\" office:date-value=\"{rest}\"><text:p>shown</text:p></table:table-cell>"
            ),
            _ => format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
            ),
        }
    };
    let row = |cells: &&[&str]| {
        let cells: String = cells.iter().map(cell).collect();
        format!("<table:table-row>{cells}</table:table-row>")
    };
    let table = |(name, rows): &(&str, &[&[&str]])| {
        let rows: String = rows.iter().map(row).collect();
        format!("<table:table table:name=\"{name}\">{rows}</table:table>")
    };
    let tables: String = sheets.iter().map(table).collect();
    let names = "urn:oasis:names:tc:opendocument:xmlns";
    part(
        "content.xml",
        packed,
        &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"{names}:office:1.0\" \
             xmlns:table=\"{names}:table:1.0\" xmlns:text=\"{names}:text:1.0\" office:version=\"1.2\">\
             <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
        ),
    );
    zip.finish().unwrap();
}

#[test]
fn an_open_document_workbook_is_read_as_the_other_kind_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Annex A.ods");
    open_document(
        &path,
        &[
            ("Notes", &[&["Prepared for inspection"]]),
            (
                "List 7",
                &[
                    &["*4"],
                    &["List 7: child protection"],
                    &[
                        "Child Unique ID",
                        "Age",
                        "",
                        "Child Protection Plan Start Date",
                        "Date of the Last Statutory Visit",
                    ],
                    &["#1234", "#7", "", "@2025-04-11", "@2025-05-23T14:05:00"],
                    &["C2", "*2", "11/04/2025", "#N/A"],
                    &["C3", "#5", "", "#N/A", "@2025-05-23"],
                ],
            ),
            (
                "List 6",
                &[
                    &[
                        "Child Unique ID",
                        "CIN Start Date",
                        "Date Child Was Last Seen",
                    ],
                    &["C2", "@2025-04-11", "@2025-05-24"],
                ],
            ),
        ],
    );
    let reading = reading(&path).unwrap();
    assert_eq!(
        entries(&reading),
        [
            "1234 protection_plan 2025-04-11 2025-04-11",
            "1234 visit list 7 2025-05-23 2025-05-23",
            "C2 protection_plan 2025-04-11 2025-04-11",
            "C2 visit list 6 2025-05-24 2025-05-24",
        ]
    );
    let refused: Vec<_> = reading
        .refused
        .iter()
        .map(|r| (r.file.as_str(), r.line, r.column.as_str()))
        .collect();
    assert_eq!(refused, [("List 7", 6, "Child Protection Plan Start Date")]);
}
