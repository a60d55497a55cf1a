use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use super::*;

/// Says each line and returns the answers' codes, of the last lines when there are several. Empty: it hung up.
fn converse(port: u16, lines: &[&str]) -> Vec<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut answer = || {
        loop {
            let mut line = String::new();
            let read = answers.read_line(&mut line).unwrap_or(0);
            if read == 0 || line.as_bytes().get(3) != Some(&b'-') {
                return line.chars().take(3).collect::<String>();
            }
        }
    };
    let mut codes = vec![answer()];
    for line in lines {
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        codes.push(answer());
    }
    codes
}

fn mail_to(address: &str) -> [String; 5] {
    [
        "EHLO test".to_owned(),
        "MAIL FROM:<evenkeel@example.org>".to_owned(),
        format!("RCPT TO:<{address}>"),
        "DATA".to_owned(),
        "Subject: hello\r\n\r\nGood morning\r\n.".to_owned(),
    ]
}

fn send(port: u16, address: &str) -> Vec<String> {
    let lines = mail_to(address);
    converse(port, &lines.each_ref().map(String::as_str))
}

#[tokio::test]
async fn the_smtp_server_hands_back_what_it_accepted_and_keeps_it_over_a_restart() {
    let mut smtp = smtp().await;
    assert_eq!(send(smtp.port, "sam@example.org").last().unwrap(), "250");
    smtp.stop().await;
    assert!(TcpStream::connect(("127.0.0.1", smtp.port)).is_err());
    smtp.start().await;
    assert_eq!(send(smtp.port, "ann@example.org").last().unwrap(), "250");
    let mails = smtp.wait_for(2).await;
    assert_eq!(mails[0].to, ["sam@example.org"]);
    assert_eq!(mails[1].to, ["ann@example.org"]);
    assert_eq!(mails[0].from, "evenkeel@example.org");
    assert!(mails[0].text().ends_with("\r\n\r\nGood morning\r\n"));
    assert!(!mails[0].tls && mails[0].login.is_none());
}

#[tokio::test]
async fn the_smtp_server_treats_badly_those_whose_names_ask_for_it() {
    let smtp = smtp().await;
    assert_eq!(send(smtp.port, "refused-550@example.org")[3], "550");
    assert_eq!(send(smtp.port, "refused-450@example.org")[3], "450");
    assert_eq!(send(smtp.port, "cut@example.org")[4..], ["354", ""]);
    assert!(smtp.mails().is_empty());
    assert_eq!(send(smtp.port, "unanswered@example.org")[4..], ["354", ""]);
    assert_eq!(smtp.mails().len(), 1);
}

#[tokio::test]
async fn the_smtp_server_can_insist_on_encryption() {
    let options = SmtpOptions {
        starttls: true,
        login: Some(("evenkeel".to_owned(), "secret".to_owned())),
    };
    let smtp = smtp_with(options).await;
    assert_eq!(send(smtp.port, "sam@example.org")[2], "530");
    assert_eq!(converse(smtp.port, &["EHLO test", "STARTTLS"])[2], "220");
    assert!(
        std::fs::read_to_string(smtp.ca())
            .unwrap()
            .contains("BEGIN CERTIFICATE")
    );
}

#[tokio::test]
async fn postgres_takes_connections_and_comes_back_at_the_same_address() {
    let mut postgres = postgres().await;
    let address = postgres.url.split(['@', '/']).nth(3).unwrap().to_owned();
    TcpStream::connect(&address).unwrap();
    postgres.stop().await;
    assert!(TcpStream::connect(&address).is_err());
    postgres.start().await;
    TcpStream::connect(&address).unwrap();
}

#[tokio::test]
async fn a_killed_nats_server_comes_back_for_its_clients() {
    let nats = nats().await;
    let client = nats.client().await;
    let first = nats.server.pid();
    nats.kill();
    until("another nats-server", async || {
        nats.server.pid().filter(|pid| Some(*pid) != first)
    })
    .await;
    until("an answer", async || client.flush().await.ok()).await;
}

#[tokio::test]
async fn no_server_outlives_its_test() {
    let (nats, postgres, smtp) = (nats().await, postgres().await, smtp().await);
    let url = nats.server.url.trim_start_matches("nats://").to_owned();
    let postgres_address = postgres.url.split(['@', '/']).nth(3).unwrap().to_owned();
    let smtp_address = format!("127.0.0.1:{}", smtp.port);
    drop((nats, postgres, smtp));
    for address in [postgres_address, smtp_address, url] {
        until("nobody to listen", async || {
            TcpStream::connect(&address).err()
        })
        .await;
    }
}
