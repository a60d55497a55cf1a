//! The pages of the built program in a real browser: on a phone, by keyboard alone, and without scripts.

mod chromium;

use std::collections::BTreeSet;

pub(crate) use chromium::{Chromium, Key};

use crate::program::Program;

/// The program with its sample authority, and a browser that has opened its link.
pub(crate) async fn signed_in(program: &mut Program) -> Chromium {
    program.up().await;
    let link = program.link().await;
    program.settle().await;
    opened(&link).await
}

/// A browser that has opened a link to sign in.
pub(crate) async fn opened(link: &str) -> Chromium {
    let mut browser = Chromium::start();
    sign_in(&mut browser, link).await;
    browser
}

async fn sign_in(browser: &mut Chromium, link: &str) {
    browser.open(link).await;
    let home = "location.pathname === '/' && document.readyState === 'complete'";
    browser.until("the first page", home).await;
}

pub(crate) async fn open(browser: &mut Chromium, path: &str) {
    let origin = browser.text("location.origin");
    browser.open(&format!("{origin}{path}")).await;
}

/// Where the links of a page lead.
fn links(browser: &mut Chromium, within: &str) -> Vec<String> {
    let found = format!(
        "[...document.querySelectorAll('{within} a[href^=\"/\"]')].map(a => a.getAttribute('href'))"
    );
    browser.texts(&found)
}

/// Every page one comes to by links, one of a kind: the board, a team, a mail, and so on.
async fn pages(browser: &mut Chromium) -> Vec<String> {
    let mut kinds = BTreeSet::new();
    let mut pages = vec!["/".to_owned()];
    let mut next = 0;
    while let Some(path) = pages.get(next).cloned() {
        next += 1;
        open(browser, &path).await;
        for link in links(browser, "body") {
            let kind: Vec<_> = link
                .split(['?', '/'])
                .filter(|part| is_a_word(part))
                .collect();
            if kinds.insert((link.matches('/').count(), kind.join("/"))) {
                pages.push(link);
            }
        }
    }
    pages
}

/// Part of the site's own addresses, as opposed to a code or an id.
fn is_a_word(part: &str) -> bool {
    [
        "a", "board", "team", "rules", "my-day", "people", "mailbox", "status",
    ]
    .contains(&part)
}

/// Who holds the child of the first row that is late.
pub(crate) fn holder(program: &Program) -> String {
    let listed = program.say(&["deadlines", "--authority", "sample", "--format", "csv"]);
    let late = listed.lines().filter(|row| row.contains(",overdue,"));
    let owners = late.filter_map(|row| row.rsplit(',').next());
    let owner = owners.into_iter().find(|owner| !owner.is_empty());
    owner.expect("somebody holds a child").to_owned()
}

/// From the page of people.
async fn manager(browser: &mut Chromium) -> String {
    open_people(browser).await;
    browser.text("[...document.querySelectorAll('.ek-people button')].find(b => b.innerText.includes('team manager')).value")
}

async fn open_people(browser: &mut Chromium) {
    open(browser, "/").await;
    let people = links(browser, "main");
    let people = people.iter().find(|link| link.ends_with("/people"));
    open(browser, people.unwrap()).await;
}

pub(crate) async fn look_as(browser: &mut Chromium, person: &str) {
    open_people(browser).await;
    browser.value(&format!(
        "document.querySelector('button[value=\"{person}\"]').click()"
    ));
    browser.until("the page as that person", LOOKING).await;
}

const LOOKING: &str =
    "document.querySelector('.ek-looks-as') && document.readyState === 'complete'";

/// Again the operator's own page.
pub(crate) async fn stop_looking(browser: &mut Chromium) {
    browser.value("document.querySelector('.ek-looks-as button').click()");
    browser.until("the page as oneself", AS_ONESELF).await;
}

const AS_ONESELF: &str =
    "!document.querySelector('.ek-looks-as') && document.readyState === 'complete'";

const WIDEST: &str = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)";

async fn assert_nothing_is_wider(browser: &mut Chromium, path: &str, width: u32) {
    open(browser, path).await;
    let widest = browser.value(WIDEST).as_u64().unwrap();
    assert!(
        widest <= u64::from(width),
        "{path} is {widest} wide on a phone of {width}: {}",
        browser.text(
            "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 120)).slice(0, 5).join('\\n')"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_no_page_scrolls_sideways() {
    let mut program = Program::new(None);
    let mut browser = signed_in(&mut program).await;
    let operators = pages(&mut browser).await;
    for kind in ["/board", "/team/", "/people", "/mailbox/", "/status"] {
        let seen = operators.iter().any(|path| path.contains(kind));
        assert!(seen, "no page {kind} among {operators:?}");
    }
    for width in [320, 390] {
        browser.be_a_phone(width);
        for path in &operators {
            assert_nothing_is_wider(&mut browser, path, width).await;
            if path.starts_with("/mailbox/") {
                let html = format!("{path}/html");
                assert_nothing_is_wider(&mut browser, &html, width).await;
            }
        }
    }
    let people = [holder(&program), manager(&mut browser).await];
    browser.be_a_phone(320);
    for person in people {
        look_as(&mut browser, &person).await;
        let theirs = pages(&mut browser).await;
        assert!(
            theirs.iter().any(|path| path.ends_with("/my-day")),
            "{theirs:?}"
        );
        for path in theirs {
            assert_nothing_is_wider(&mut browser, &path, 320).await;
        }
        stop_looking(&mut browser).await;
    }
    browser.value("document.querySelector('main').append(Object.assign(document.createElement('pre'), {innerText: 'x'.repeat(400), style: 'overflow-wrap: normal'}))");
    assert!(
        browser.value(WIDEST).as_u64().unwrap() > 320,
        "this measure sees what is too wide"
    );
}

/// What one can come to by the keyboard, in the order of the page.
const STOPS: &str = "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]')]
    .filter(e => e.checkVisibility())";

/// What has the focus, whether it is on the screen, and whether it looks otherwise than without.
const FOCUS: &str = "(() => {
    const at = document.activeElement;
    const look = () => { const s = getComputedStyle(at); return [s.outline, s.boxShadow, s.backgroundColor, s.borderColor].join() };
    const on = look();
    const box = at.getBoundingClientRect();
    const shown = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
    at.blur();
    const off = look();
    at.focus({preventScroll: true, focusVisible: true});
    return [String(STOPS.indexOf(at)), shown ? 'shown' : 'hidden', on === off ? 'unmarked' : 'marked', at.innerText || at.outerHTML.slice(0, 80)];
})()";

/// Takes the marks of the focus away.
const UNMARKED: &str = "document.styleSheets[1].insertRule('.ek-body *:focus-visible { all: unset !important }', document.styleSheets[1].cssRules.length)";

/// Goes through the whole page by Tab: in order, always seen, and nothing left out.
fn assert_reached_by_tab(browser: &mut Chromium, path: &str) -> Vec<String> {
    let stops = browser.value(&format!("{STOPS}.length")).as_u64().unwrap();
    let mut texts = Vec::new();
    for stop in 0..stops {
        tab_on(browser);
        let focus = browser.texts(&FOCUS.replace("STOPS", STOPS));
        assert_eq!(
            focus[..3],
            [stop.to_string(), "shown".to_owned(), "marked".to_owned()],
            "{path}: the {stop}th of {stops} stops is {:?}",
            focus[3]
        );
        texts.push(focus[3].split_whitespace().collect::<Vec<_>>().join(" "));
    }
    texts
}

/// Tab until something else has the focus: a date field has a stop for each of its parts.
fn tab_on(browser: &mut Chromium) {
    let at = format!("String({STOPS}.indexOf(document.activeElement))");
    let before = browser.text(&at);
    for _ in 0..5 {
        browser.press(Key::Tab);
        if browser.text(&at) != before {
            return;
        }
    }
}

fn assert_an_unmarked_focus_is_seen(browser: &mut Chromium) {
    browser.value(UNMARKED);
    browser.press(Key::Tab);
    let focus = browser.texts(&FOCUS.replace("STOPS", STOPS));
    assert_eq!(
        focus[2], "unmarked",
        "this look sees a focus without a mark"
    );
}

/// From wherever the focus is, on to what says `words`, and Enter.
fn choose(browser: &mut Chromium, words: &str) {
    for _ in 0..200 {
        browser.press(Key::Tab);
        if browser
            .text("document.activeElement.innerText || ''")
            .starts_with(words)
        {
            browser.press(Key::Enter);
            return;
        }
    }
    panic!("two hundred Tabs do not come to {words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_keyboard_alone_one_reaches_everything_and_sees_where_one_is() {
    let mut program = Program::new(None);
    let mut browser = signed_in(&mut program).await;

    let stops = assert_reached_by_tab(&mut browser, "/");
    assert_eq!(
        stops[..5],
        [
            "Skip to the page",
            "Evenkeel",
            "Authorities",
            "Mailbox",
            "Status"
        ]
    );
    assert!(
        stops.contains(&"Westshire (sample)".to_owned()),
        "{stops:?}"
    );

    assert_an_unmarked_focus_is_seen(&mut browser);

    open(&mut browser, "/").await;
    choose(&mut browser, "Skip to the page");
    assert_eq!(browser.text("document.activeElement.id"), "main");
    choose(&mut browser, "Westshire (sample)");
    browser
        .until("the board", "document.querySelector('.ek-table')")
        .await;
    let board = browser.text("location.pathname");
    assert_reached_by_tab(&mut browser, &board);

    open(&mut browser, &board).await;
    choose(&mut browser, "Look as");
    browser
        .until("the people", "document.querySelector('.ek-people')")
        .await;
    let worker = format!(
        "document.querySelector('button[value=\"{}\"]').innerText",
        holder(&program)
    );
    let worker = browser.text(&worker);
    choose(&mut browser, &worker);
    browser.until("the page as that person", LOOKING).await;
    choose(&mut browser, "My day");
    browser
        .until("their day", "document.querySelector('.ek-clock summary')")
        .await;
    let day = browser.text("location.pathname");
    assert_reached_by_tab(&mut browser, &day);
    open(&mut browser, &day).await;
    choose(&mut browser, "How this date is worked out");
    assert!(
        browser.seen().contains("Arithmetic"),
        "Enter shows the arithmetic: {}",
        browser.seen()
    );
    open(&mut browser, &day).await;
    choose(&mut browser, "Stop looking as this person");
    browser.until("the page as oneself", AS_ONESELF).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_every_page_says_the_same_and_offers_to_be_loaded_again() {
    let mut program = Program::new(None);
    let mut browser = signed_in(&mut program).await;
    let paths = pages(&mut browser).await;
    let mut scripted = Vec::new();
    for path in &paths {
        open(&mut browser, path).await;
        scripted.push(browser.text(MAIN));
    }

    let mut plain = Chromium::start();
    plain.refuse_scripts();
    let said = program.say(&["link"]);
    let link = said
        .split_whitespace()
        .find(|word| word.starts_with("http"));
    sign_in(&mut plain, link.unwrap()).await;
    for (path, with_scripts) in paths.iter().zip(scripted) {
        open(&mut plain, path).await;
        assert_eq!(plain.text(MAIN), with_scripts, "{path}");
        let footer = plain.text("document.querySelector('footer').innerText");
        assert!(
            !footer.contains("keeps itself up to date"),
            "{path}: scripts are not refused"
        );
        let live = plain.value("!!document.getElementById('live')");
        assert_eq!(
            live,
            footer.contains("shows the moment it was loaded"),
            "{path}"
        );
        assert_eq!(live, footer.contains("Reload"), "{path}");
    }
    look_as(&mut plain, &holder(&program)).await;
    assert!(plain.seen().contains("You are looking as"));
}

const MAIN: &str = "document.querySelector('main').innerText";
