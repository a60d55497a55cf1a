//! One conversation with a mail server, one step at a time, none without an end.

use std::{io, time::Duration};

use rustls::pki_types::ServerName;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::TlsConnector;

use super::{
    config::Patience,
    fault::{Fault, Kind, Step},
    mime::Wire,
    reply::{Offers, Reply},
    stream::Stream,
};

pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) offers: Offers,
    patience: Patience,
    input: Vec<u8>,
    /// Moment of the last use.
    pub(super) since: Instant,
}

impl Connection {
    /// Connects and waits for the greeting. Small writes go out at once: without that a mail takes 40 ms.
    pub(super) async fn open(host: &str, port: u16, patience: Patience) -> Result<Self, Fault> {
        let tcp = within(
            patience.connect,
            Step::Connect,
            TcpStream::connect((host, port)),
        )
        .await?;
        tcp.set_nodelay(true)
            .map_err(|e| Step::Connect.because(Kind::Io(e)))?;
        let mut connection = Self {
            stream: Stream::Plain(tcp),
            offers: Offers::default(),
            patience,
            input: Vec::with_capacity(1024),
            since: Instant::now(),
        };
        connection.expect(Step::Greeting).await?;
        Ok(connection)
    }

    /// EHLO, or HELO for a server that knows no better.
    pub(super) async fn hello(&mut self, name: &str) -> Result<(), Fault> {
        let own;
        let name = if name.is_empty() {
            own = self.stream.own_address();
            &own
        } else {
            name
        };
        let reply = self.ask(Step::Hello, &format!("EHLO {name}\r\n")).await?;
        if reply.is_positive() {
            self.offers = Offers::read(&reply);
            return Ok(());
        }
        if !matches!(reply.code, 500 | 502 | 504) {
            return Err(Step::Hello.because(Kind::Answered(reply)));
        }
        self.offers = Offers::default();
        self.command(Step::Hello, &format!("HELO {name}\r\n"))
            .await
            .map(|_| ())
    }

    /// STARTTLS. What was said before it is forgotten: ask `hello` again.
    pub(super) async fn encrypt(
        mut self,
        tls: &TlsConnector,
        name: &ServerName<'static>,
    ) -> Result<Self, Fault> {
        self.command(Step::Starttls, "STARTTLS\r\n").await?;
        // Whatever came unasked before encryption could be somebody else's.
        let (Stream::Plain(tcp), true) = (self.stream, self.input.is_empty()) else {
            return Err(Step::Starttls.because(Kind::Nonsense));
        };
        let shaken = timeout(self.patience.answer, tls.connect(name.clone(), tcp)).await;
        let stream = match shaken {
            Ok(Ok(tls)) => Stream::Tls(Box::new(tls)),
            Ok(Err(e)) => return Err(Step::Starttls.because(Kind::Tls(e))),
            Err(_) => return Err(Step::Starttls.because(Kind::Silent(self.patience.answer))),
        };
        Ok(Self {
            stream,
            offers: Offers::default(),
            ..self
        })
    }

    /// One mail to one recipient. With PIPELINING it takes two writes: commands, then text with the final dot.
    pub(super) async fn deliver(&mut self, wire: &Wire) -> Result<(), Fault> {
        self.fits(wire)?;
        let (mail, rcpt) = (
            self.mail_command(wire),
            format!("RCPT TO:<{}>\r\n", wire.to),
        );
        if self.offers.pipelining {
            self.pipelined(&format!("{mail}{rcpt}DATA\r\n")).await?;
        } else {
            self.command(Step::Mail, &mail).await?;
            self.command(Step::Recipient, &rcpt).await?;
            let reply = self.ask(Step::Data, "DATA\r\n").await?;
            go_ahead(reply)?;
        }
        let (body, accept) = (self.patience.accept, self.patience.accept);
        within(body, Step::Body, self.stream.write(&wire.data)).await?;
        within(accept, Step::Accept, self.stream.flush()).await?;
        let reply = self.reply(Step::Accept, accept).await?;
        self.since = Instant::now();
        positive(Step::Accept, reply).map(|_| ())
    }

    fn fits(&self, wire: &Wire) -> Result<(), Fault> {
        let unfit = |why| Err(Step::Mail.because(Kind::Unfit(why)));
        if wire.utf8 && !self.offers.smtputf8 {
            return unfit("the address has letters that this mail server does not take");
        }
        match self.offers.size {
            Some(limit) if limit > 0 && wire.data.len() > limit => {
                unfit("the mail is larger than this mail server takes")
            }
            _ => Ok(()),
        }
    }

    fn mail_command(&self, wire: &Wire) -> String {
        let size = if self.offers.size.is_some() {
            format!(" SIZE={}", wire.data.len())
        } else {
            String::new()
        };
        let utf8 = if wire.utf8 { " SMTPUTF8" } else { "" };
        format!("MAIL FROM:<{}>{size}{utf8}\r\n", wire.from)
    }

    async fn pipelined(&mut self, commands: &str) -> Result<(), Fault> {
        let patience = self.patience.answer;
        self.send(Step::Mail, commands).await?;
        let mail = self.reply(Step::Mail, patience).await?;
        // A server that hangs up answers no further command.
        let mail = positive(Step::Mail, mail);
        if matches!(&mail, Err(fault) if !fault.leaves_in_step()) {
            return mail.map(|_| ());
        }
        let recipient = self.reply(Step::Recipient, patience).await?;
        let recipient = positive(Step::Recipient, recipient);
        if matches!(&recipient, Err(fault) if !fault.leaves_in_step()) {
            return mail.and(recipient).map(|_| ());
        }
        let data = self.reply(Step::Data, patience).await?;
        if let Err(fault) = mail.and(recipient) {
            if data.code == 354 {
                // It wants a text all the same: an empty one, to nobody.
                self.ask(Step::Data, ".\r\n").await?;
            }
            return Err(fault);
        }
        go_ahead(data)
    }

    /// After a refusal: clears the table. False if the connection is no good any more.
    pub(super) async fn reset(&mut self) -> bool {
        self.since = Instant::now();
        self.command(Step::Hello, "RSET\r\n").await.is_ok()
    }

    /// Says goodbye; whether it is heard makes no difference.
    pub(super) async fn quit(mut self) {
        self.patience.answer = self.patience.answer.min(Duration::from_secs(1));
        if let Err(fault) = self.ask(Step::Hello, "QUIT\r\n").await {
            tracing::debug!(?fault, "a mail server did not hear our goodbye");
        }
    }

    /// Sends a command and wants yes for an answer.
    pub(super) async fn command(&mut self, step: Step, line: &str) -> Result<Reply, Fault> {
        let reply = self.ask(step, line).await?;
        positive(step, reply)
    }

    /// Sends a command and takes whatever answer.
    pub(super) async fn ask(&mut self, step: Step, line: &str) -> Result<Reply, Fault> {
        self.send(step, line).await?;
        self.reply(step, self.patience.answer).await
    }

    async fn expect(&mut self, step: Step) -> Result<Reply, Fault> {
        let reply = self.reply(step, self.patience.answer).await?;
        positive(step, reply)
    }

    async fn send(&mut self, step: Step, line: &str) -> Result<(), Fault> {
        let stream = &mut self.stream;
        let write = async {
            stream.write(line.as_bytes()).await?;
            stream.flush().await
        };
        within(self.patience.answer, step, write).await
    }

    async fn reply(&mut self, step: Step, patience: Duration) -> Result<Reply, Fault> {
        let deadline = Instant::now() + patience;
        loop {
            match Reply::take(&mut self.input) {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(_) => return Err(step.because(Kind::Nonsense)),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let read = timeout(left, self.stream.read(&mut self.input)).await;
            match read {
                Err(_) => return Err(step.because(Kind::Silent(patience))),
                Ok(Ok(0)) => return Err(step.because(Kind::Closed)),
                Ok(Ok(_)) => {}
                Ok(Err(e)) => return Err(step.because(io_kind(e))),
            }
        }
    }
}

async fn within<T>(
    patience: Duration,
    step: Step,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, Fault> {
    match timeout(patience, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(e)) => Err(step.because(io_kind(e))),
        Err(_) => Err(step.because(Kind::Silent(patience))),
    }
}

/// A connection cut short is a closed one, whatever the system calls it.
fn io_kind(e: io::Error) -> Kind {
    match e.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Kind::Closed,
        _ => Kind::Io(e),
    }
}

fn positive(step: Step, reply: Reply) -> Result<Reply, Fault> {
    if reply.is_positive() {
        Ok(reply)
    } else {
        Err(step.because(Kind::Answered(reply)))
    }
}

fn go_ahead(reply: Reply) -> Result<(), Fault> {
    match reply.code {
        354 => Ok(()),
        200..=399 => Err(Step::Data.because(Kind::Nonsense)),
        _ => Err(Step::Data.because(Kind::Answered(reply))),
    }
}
