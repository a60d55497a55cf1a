//! What a newcomer meets: one command, an address, a page full of deadlines, and a mailbox full of mail.

use std::path::Path;

use crate::{
    browser::{self, Chromium},
    program::Program,
};

fn number(text: &str) -> usize {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits
        .parse()
        .unwrap_or_else(|_| panic!("{text:?} is no number"))
}

/// Late, soon and later of the numbers on top of a page or card.
pub(crate) fn numbers(browser: &mut Chromium, within: &str) -> [usize; 3] {
    ["late", "soon", "later"].map(|kind| {
        let of = format!("document.querySelector('{within} .ek-number--{kind} dd').innerText");
        number(&browser.text(&of))
    })
}

fn rows(program: &Program, state: &str) -> usize {
    let listed = program.say(&["deadlines", "--authority", "sample", "--format", "csv"]);
    let of_state = format!(",{state},");
    listed.lines().filter(|row| row.contains(&of_state)).count()
}

async fn follow(browser: &mut Chromium, link: &str) {
    let href = browser.text(&format!("document.querySelector('{link}').href"));
    browser.open(&href).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_ends_in_a_page_of_live_deadlines_and_a_filled_mailbox() {
    let mut program = Program::new(None);
    let mut browser = browser::signed_in(&mut program).await;
    let printed = program.printed();
    for words in [
        "Making the sample authority",
        "it is kept in the mailbox on the page",
        "/sign-in?key=",
    ] {
        assert!(printed.contains(words), "{words:?}: {printed}");
    }

    let home = browser.seen();
    assert!(home.contains("Westshire (sample)"), "{home}");
    assert!(home.contains("Invented data"), "{home}");
    let [late, soon, later] = numbers(&mut browser, ".ek-card");
    assert_eq!(
        (late, soon + later),
        (rows(&program, "overdue"), rows(&program, "open"))
    );
    assert!(late > 0 && soon > 0 && later > 0, "{home}");

    follow(&mut browser, ".ek-card h2 a").await;
    assert_eq!(numbers(&mut browser, "main"), [late, soon, later]);
    let teams = browser.texts(
        "[...document.querySelectorAll('.ek-table [data-label=Late]')].map(c => c.innerText)",
    );
    assert!(teams.len() >= 3, "{teams:?}");
    assert_eq!(teams.iter().map(|n| number(n)).sum::<usize>(), late);

    a_worker_sees_what_is_due_and_why(&mut browser, &program).await;
    the_mailbox_is_full(&mut browser, &program).await;
}

async fn a_worker_sees_what_is_due_and_why(browser: &mut Chromium, program: &Program) {
    browser::look_as(browser, &browser::holder(program)).await;
    follow(browser, "a[href$=\"/my-day\"]").await;
    let day = browser.seen();
    assert!(day.contains("My day") && day.contains("Due "), "{day}");
    let why = browser.text("document.querySelector('.ek-why dd').textContent");
    assert!(
        why.contains("working days from") || why.contains("months"),
        "{why}"
    );
    browser::stop_looking(browser).await;
}

async fn the_mailbox_is_full(browser: &mut Chromium, program: &Program) {
    follow(browser, "a[href=\"/mailbox\"]").await;
    let total = number(&browser.text("document.querySelector('h1 .ek-caption').innerText"));
    let status = program.say(&["status"]);
    assert!(
        status.contains(&format!(" {total} accepted")),
        "{total}: {status}"
    );
    assert!(
        total >= 10,
        "most workers and their managers have mail: {total}"
    );
    follow(browser, ".ek-mails a").await;
    let mail = browser.text("document.querySelector('pre').innerText");
    assert!(mail.contains("Child ") && mail.contains("due "), "{mail}");
}

fn write_return(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let episodes = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n\
        1,03/03/2025,S,C2,N1,U1,PR1,,,,,,\n\
        2,02/12/2024,S,C2,N1,U1,PR1,15/01/2025,E4A,,,,\n";
    std::fs::write(folder.join("episodes.csv"), episodes).unwrap();
    std::fs::write(
        folder.join("reviews.csv"),
        "CHILD,DOB,REVIEW,REVIEW_CODE\n2,01/01/2014,05/01/2025,PN1\n",
    )
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_shows_what_is_imported_without_being_loaded_again() {
    let mut program = Program::new(None).without_sample();
    let mut browser = browser::signed_in(&mut program).await;
    let nothing = browser.seen();
    assert!(nothing.contains("Nothing is loaded yet"), "{nothing}");
    browser
        .until(
            "the live page",
            "document.getElementById('live').innerText.includes('keeps itself')",
        )
        .await;
    browser.value("window.loadedOnce = true");

    let folder = program.data().join("return");
    write_return(&folder);
    let folder = folder.display().to_string();
    let import = [
        "import",
        "ssda903",
        &folder,
        "--authority",
        "newshire",
        "--name",
        "Newshire",
    ];
    program.say(&[&import[..], &["--as-at", "2025-03-24"]].concat());

    browser
        .until(
            "the new authority",
            "document.querySelector('.ek-card').innerText.includes('Newshire')",
        )
        .await;
    let open = "document.querySelector('.ek-number--soon dd').innerText === '1'";
    browser.until("its deadline, due on 31 March", open).await;
    assert_eq!(browser.value("window.loadedOnce"), true);
}
