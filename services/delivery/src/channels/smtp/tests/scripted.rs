//! A server on a real socket that does as the test says.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use runtime::Tasks;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
};

/// What to do at a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Say(&'static str),
    /// Says it, and what follows counts as the next mail.
    Next(&'static str),
    Close,
    Hang,
}

/// Gets how many mails the connection has taken, and the command: `connect`, its first word, or `.` after a text.
type Script = Arc<dyn Fn(usize, &str) -> Act + Send + Sync>;

pub(super) struct Scripted {
    pub(super) port: u16,
    counts: Arc<Counts>,
    _tasks: Stop,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    open: AtomicUsize,
    mails: AtomicUsize,
}

struct Stop(Tasks);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.token().cancel();
    }
}

/// How a good server answers.
pub(super) fn polite(_mails: usize, command: &str) -> Act {
    Act::Say(match command {
        "connect" => "220 scripted",
        "EHLO" => "250-scripted\r\n250 PIPELINING",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        _ => "250 ok",
    })
}

impl Scripted {
    pub(super) async fn start(script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        Self::serve(Arc::new(script), usize::MAX).await
    }

    /// Polite to so many connections at a time; others get 421.
    pub(super) async fn limited(most: usize) -> Self {
        Self::serve(Arc::new(polite), most).await
    }

    async fn serve(script: Script, most: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tasks, counts) = (Tasks::new(), Arc::new(Counts::default()));
        let (own, held) = (tasks.clone(), counts.clone());
        tasks.spawn("listener", async move {
            while let Ok((tcp, _)) = tokio::select! {
                accepted = listener.accept() => accepted,
                () = own.stopping() => return,
            } {
                held.connections.fetch_add(1, SeqCst);
                let open = held.open.fetch_add(1, SeqCst) + 1;
                let (script, counts, stop): (Script, _, _) = if open > most {
                    (
                        Arc::new(|_, _| Act::Say("421 too many")),
                        held.clone(),
                        own.clone(),
                    )
                } else {
                    (script.clone(), held.clone(), own.clone())
                };
                own.spawn("connection", async move {
                    tokio::select! {
                        () = converse(tcp, &script, &counts) => {}
                        () = stop.stopping() => {}
                    }
                    counts.open.fetch_sub(1, SeqCst);
                });
            }
        });
        Self {
            port,
            counts,
            _tasks: Stop(tasks),
        }
    }

    /// How many were made, ever.
    pub(super) fn connections(&self) -> usize {
        self.counts.connections.load(SeqCst)
    }

    pub(super) fn mails(&self) -> usize {
        self.counts.mails.load(SeqCst)
    }

    pub(super) async fn all_gone(&self) {
        testkit::servers::until("all connections to end", async || {
            (self.counts.open.load(SeqCst) == 0).then_some(())
        })
        .await;
    }
}

async fn converse(tcp: TcpStream, script: &Script, counts: &Counts) {
    let mut stream = BufStream::new(tcp);
    let mut mails = 0;
    let mut command = "connect".to_owned();
    loop {
        let said = match script(mails, &command) {
            Act::Say(said) => said,
            Act::Next(said) => {
                mails += 1;
                said
            }
            Act::Close => return,
            Act::Hang => std::future::pending().await,
        };
        if command == "." && said.starts_with('2') {
            mails += 1;
            counts.mails.fetch_add(1, SeqCst);
        }
        let text = format!("{said}\r\n");
        if stream.write_all(text.as_bytes()).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        if said.starts_with("421") || command == "QUIT" {
            return;
        }
        let in_text = said.starts_with("354");
        let Some(next) = next_command(&mut stream, in_text).await else {
            return;
        };
        command = next;
    }
}

async fn next_command(stream: &mut BufStream<TcpStream>, in_text: bool) -> Option<String> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if !in_text || line == "." {
            return Some(
                line.split([' ', ':'])
                    .next()
                    .unwrap_or_default()
                    .to_uppercase(),
            );
        }
    }
}
