//! Supervision from a file and from an event, through the built program to the list and the page.

use std::fs;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{browser, program::Program};

const AUTHORITY: [&str; 4] = ["--authority", "westvale", "--as-at", "2025-03-31"];
const TOKEN: &str = "0123456789abcdef0123456789abcdef-supervision";

const PEOPLE: &str = "staff_id,name,email,role,team_id,manager_id,start_date,first_year_until\n\
    M1,Synthetic Ravi Anand,m1@example.org,team manager,NORTH,,2015-09-01,\n\
    W1,Synthetic Ana Okoro,w1@example.org,social worker,NORTH,M1,2020-02-03,\n\
    W2,Synthetic Tom Birch,w2@example.org,social worker,NORTH,M1,2016-06-13,\n\
    W3,Synthetic Lena Frost,w3@example.org,social worker,NORTH,M1,2025-03-03,2026-03-02\n";
const SUPERVISION: &str = "staff_id,held_on,notes\n\
    W1,2025-02-24,a good talk\n\
    W2,2025-02-10,\n\
    W3,2025-03-25,\n";
const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n\
    1001,03/03/2025,S,C2,N1,U1,PR1,,,,,,\n";
const REVIEWS: &str = "CHILD,DOB,REVIEW,REVIEW_CODE\n1001,01/01/2015,20/03/2025,PN1\n";

async fn told(port: u16) {
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "/westvale/supervision", "type": "supervision.held",
        "data": { "authority": "westvale", "staff_id": "W2", "held_on": "2025-03-27" },
    });
    let body = event.to_string();
    let request = format!(
        "POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/cloudevents+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..2 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    }
}

/// A program that takes events in on a port, with a folder for files.
async fn started(port: u16) -> Program {
    let mut program = Program::new(None).without_sample();
    let token = file(&program, "token", TOKEN);
    file(
        &program,
        "data/evenkeel.toml",
        &format!(
            "[intake.events]\nlisten = \"127.0.0.1:{port}\"\n\
             [intake.events.sources.forms]\nauthority = \"westvale\"\ntoken_file = \"{token}\"\n"
        ),
    );
    program.up().await;
    program
}

fn file(program: &Program, name: &str, content: &str) -> String {
    let path = program.data().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

fn free_port() -> u16 {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

fn import(program: &Program, source: &str, path: &str) -> String {
    program.say(&[&["import", source, path], &AUTHORITY[..]].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn days_of_a_file_and_an_event_become_a_list_and_a_line_on_the_page() {
    let port = free_port();
    let program = started(port).await;
    let path = |name, content| file(&program, name, content);
    import(&program, "directory", &path("people.csv", PEOPLE));
    let summary = import(&program, "supervision", &path("s.csv", SUPERVISION));
    assert!(summary.contains("not used: notes"), "{summary}");
    path("return/episodes.csv", EPISODES);
    path("return/reviews.csv", REVIEWS);
    let source = program.data().join("return").display().to_string();
    import(&program, "ssda903", &source);
    told(port).await;
    program.settle().await;
    is_listed(&program);

    let mut browser = browser::opened(&program.link().await).await;
    browser::look_as(&mut browser, "M1").await;
    browser::open(&mut browser, "/a/westvale/team/NORTH").await;
    let text = browser.text("document.querySelector('main').innerText");
    for line in [
        "Last recorded Mon 24 Feb 2025, was to be by Mon 24 Mar 2025; not recorded.",
        "Last recorded Thu 27 Mar 2025, next by Sun 27 Apr 2025, monthly.",
        "Last recorded Tue 25 Mar 2025, next by Tue 1 Apr 2025, weekly.",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

fn is_listed(program: &Program) {
    let list =
        |more: &[&str]| program.say(&[&["deadlines", "--authority", "westvale"], more].concat());
    let rows = list(&["--workers", "--format", "csv"]);
    let monthly = "en.worker.supervision";
    let weekly = "en.worker.supervision.first-year";
    for row in [
        "authority,staff_id,rule,trigger_date,due_date,state,met_date,manager",
        &format!("westvale,W1,{monthly},2025-02-24,2025-03-24,overdue,,M1"),
        &format!("westvale,W2,{monthly},2025-02-10,2025-03-10,met,2025-03-27,M1"),
        &format!("westvale,W2,{monthly},2025-03-27,2025-04-27,open,,M1"),
        &format!("westvale,W3,{weekly},2025-03-03,2025-03-10,met,2025-03-25,M1"),
        &format!("westvale,W3,{weekly},2025-03-25,2025-04-01,open,,M1"),
    ] {
        assert!(rows.lines().any(|line| line == row), "{row}\n{rows}");
    }
    // W1's first clock began with the record of supervision.
    assert!(rows.contains(&format!(
        "westvale,W1,{monthly},2025-02-10,2025-03-10,met,2025-02-24,M1"
    )));
    assert_eq!(rows.lines().count(), 7, "{rows}");
    let children = list(&["--format", "csv"]);
    assert!(!children.contains("en.worker."), "{children}");
    let why = list(&["--workers", "--explain", "W3"]);
    let sum = "1 week from Tue 25 Mar 2025: due Tue 1 Apr 2025";
    assert!(why.contains(sum), "{why}");
}
