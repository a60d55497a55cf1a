//! What other services are asked, all but the rules for the operator only; no answer in time is told as such.

use std::time::Duration;

use bus::Refusal;
use contracts::{
    AuthorityCode,
    commands::{
        Account, AskAccount, AskDelivery, DeadLetter, DeadLetterAsk, DeadLetterReply,
        DeliveryStatus, HeldBatches, ListHeld, ListMail, ListRules, Mail, MailPage, ReleaseBatch,
        Released, Request, Rest, RuleStatus, ShowMail, dead_letter_subject, rest_subject,
    },
};
use uuid::Uuid;

use crate::{
    app::App,
    asker::{Asker, Operator},
    problem::Problem,
};

/// A person waits for the page.
const PATIENCE: Duration = Duration::from_secs(3);

impl App {
    pub(crate) async fn list_mail(
        &self,
        _: Operator,
        authority: Option<AuthorityCode>,
        after: Option<u64>,
        limit: u32,
    ) -> Result<MailPage, Problem> {
        let request = ListMail {
            authority,
            after,
            limit,
        };
        self.ask(&request).await
    }

    pub(crate) async fn show_mail(&self, _: Operator, message: Uuid) -> Result<Mail, Problem> {
        self.ask(&ShowMail { message }).await
    }

    pub(crate) async fn delivery(&self, _: Operator) -> Result<DeliveryStatus, Problem> {
        self.ask(&AskDelivery {}).await
    }

    pub(crate) async fn held(&self, _: Operator) -> Result<HeldBatches, Problem> {
        self.ask(&ListHeld {}).await
    }

    pub(crate) async fn release(
        &self,
        _: Operator,
        authority: AuthorityCode,
        batch: u64,
    ) -> Result<Released, Problem> {
        self.ask(&ReleaseBatch { authority, batch }).await
    }

    pub(crate) async fn account(&self, _: Operator) -> Result<Account, Problem> {
        self.ask(&AskAccount { authority: None }).await
    }

    pub(crate) async fn rest(&self, _: Operator, service: &'static str) -> Option<Rest> {
        let subject = rest_subject(service);
        let answer = self.bus().ask_subject::<(), Rest>(&subject, &());
        tokio::time::timeout(PATIENCE, answer).await.ok()?.ok()
    }

    pub(crate) async fn dead_letters(
        &self,
        _: Operator,
        service: &'static str,
    ) -> Option<Vec<DeadLetter>> {
        let subject = dead_letter_subject(service);
        let answer = self.bus().ask_subject(&subject, &DeadLetterAsk::List);
        match tokio::time::timeout(PATIENCE, answer).await.ok()?.ok()? {
            DeadLetterReply::List(letters) => Some(letters),
            DeadLetterReply::Shown(..) | DeadLetterReply::Replayed => None,
        }
    }

    /// Which rules run for an authority: no child is in it, so everybody of the authority may know.
    pub(crate) async fn rules(
        &self,
        asker: &Asker,
        authority: &AuthorityCode,
    ) -> Result<Vec<RuleStatus>, Problem> {
        asker.viewer(authority)?;
        let authority = Some(authority.clone());
        Ok(self.ask(&ListRules { authority }).await?.rules)
    }

    async fn ask<R: Request>(&self, request: &R) -> Result<R::Reply, Problem> {
        let silent = || Problem::NotAnswering(R::SERVICE.to_owned());
        let answer = tokio::time::timeout(PATIENCE, self.bus().ask(request))
            .await
            .map_err(|_| silent())?;
        answer.map_err(|error| match error.downcast::<Refusal>() {
            Ok(Refusal(words)) => Problem::Refused(words),
            Err(error) => {
                tracing::warn!(
                    service = R::SERVICE,
                    error = format!("{error:#}"),
                    "a question was not answered"
                );
                silent()
            }
        })
    }
}
